import { html } from '../../harbour/browser/html.js';

/**
 * The one sentence that tells the visitor where they stand, and what to try next.
 *
 * @param {import('../../harbour/browser/state.js').State} state
 * @param {{ name: string, address: string }} neighbour the other shop
 * @param {{ isRefreshing: boolean, isAttached: boolean }} way how this page stays signed in
 */
export function renderGuide({ token, standing, failure, leftHere }, neighbour, { isRefreshing, isAttached }) {
  const link = html`<a href="${neighbour.address}/">${neighbour.name}</a>`;
  if (failure?.reason === 'cookies-blocked' && !isAttached && !isRefreshing) {
    return html`This browser blocks third-party cookies here, so without the attachment the sign-in is not found.`;
  }
  if (failure !== null && standing !== 'renewing') return html`${failure.advice}`;
  if (token !== null && isRefreshing) {
    return html`You are signed in by a refresh token. Come back in three weeks: no form appears.`;
  }
  if (token !== null) {
    return isAttached
      ? html`You are signed in. Open ${link}: no form appears.`
      : html`You are signed in, without the attachment. Block third-party cookies and reload: the sign-in is not found.`;
  }
  if (standing === 'renewing') return html`Asking Sojourn whether you are signed in…`;
  if (leftHere) return html`You are signed out here. Open ${link}: its next renewal signs you out there too.`;
  return html`You are signed out.`;
}
