import { html } from '../../harbour/browser/html.js';

/**
 * The one sentence that tells the visitor where they stand, and what to try next.
 *
 * @param {import('../../harbour/browser/state.js').State} state
 * @param {{ name: string, address: string }} neighbour another application
 */
export function renderGuide({ token, standing, failure, leftHere }, neighbour) {
  const link = html`<a href="${neighbour.address}/">${neighbour.name}</a>`;
  if (failure?.reason === 'cookies-blocked' && standing !== 'renewing') {
    return html`This browser blocks third-party cookies here, so the tokens cannot renew. Sign in by redirect: while you are signed in at Sojourn, no form appears.`;
  }
  if (failure !== null && standing !== 'renewing') return html`${failure.advice}`;
  if (token !== null) return html`You are signed in. Watch the tokens renew, or sign out in ${link}.`;
  if (standing === 'renewing') return html`Asking Sojourn whether you are signed in…`;
  if (leftHere) return html`You are signed out here. Open ${link}: its next renewal signs you out there too.`;
  return html`You are signed out.`;
}
