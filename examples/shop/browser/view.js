import { html } from '../../harbour/browser/html.js';
import {
  renderAccount,
  renderApiAnswer,
  renderFailure,
  renderLimits,
  renderMoment,
  renderPerson,
  renderRecords,
  renderState,
} from '../../harbour/browser/parts.js';

/** @typedef {ReturnType<typeof html>} Markup */

/**
 * Puts everything that the page knows where the visitor sees it.
 *
 * @param {import('../../harbour/browser/state.js').State} state
 * @param {import('../../harbour/browser/history.js').History} history
 * @param {Markup} guide
 * @param {{ email: string, password: string }} demoUser
 */
export function show(state, history, guide, demoUser) {
  fill('guide', guide);
  fill('standing', renderStanding(state, demoUser));
  fill('records', renderRecords(history.records));
  fill('failure', renderFailure(history.lastError));
  fill('api', renderApiAnswer(state.apiAnswer));
  button('sign-in').hidden = state.standing === 'signed in' || state.standing === 'renewing';
  button('sign-out').hidden = state.token === null;
  button('renew').disabled = state.standing === 'renewing';
  button('call-api').disabled = state.token === null;
}

/**
 * @param {import('../../harbour/browser/state.js').State} state
 * @param {{ email: string, password: string }} demoUser
 */
function renderStanding({ standing, user, session, token, renewsAt }, demoUser) {
  if (user === null || session === null || token === null) {
    return html`${renderState(standing)}${standing !== 'renewing' && renderAccount(demoUser)}`;
  }
  return html`${renderState(standing)}
${renderPerson(user)}
${renderLimits(session.beganAt, saySession(session), sayToken(token.expiresAt, renewsAt))}`;
}

/** @param {NonNullable<import('../../harbour/browser/state.js').State['session']>} session */
function saySession({ idleEndsAt, absoluteEndsAt }) {
  const idle = html`ends ${renderMoment(idleEndsAt)} without use`;
  return absoluteEndsAt === null ? idle : html`${idle}, or ${renderMoment(absoluteEndsAt)} at the latest`;
}

/**
 * @param {number} expiresAt
 * @param {number | null} renewsAt
 */
function sayToken(expiresAt, renewsAt) {
  const expiry = html`expires ${renderMoment(expiresAt)}`;
  return renewsAt === null
    ? html`renewing now, ${expiry}`
    : html`renews ${renderMoment(renewsAt)}, ${expiry}`;
}

/** @type {Map<string, string>} */
const shown = new Map();

/**
 * Leaves alone what did not change: a screen reader would read it out again, and a selection would be lost.
 *
 * @param {string} id
 * @param {Markup} content escaped where it was made
 */
function fill(id, content) {
  if (shown.get(id) === content.text) return;
  shown.set(id, content.text);
  const element = document.getElementById(id);
  if (element !== null) element.innerHTML = content.text;
}

/** @param {string} id */
function button(id) {
  return /** @type {HTMLButtonElement} */ (document.getElementById(id));
}
