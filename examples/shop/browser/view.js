import { renderFamily } from '../../harbour/browser/family-card.js';
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
 * @param {object} page
 * @param {import('../../harbour/browser/history.js').History} page.history
 * @param {import('../../harbour/browser/family-card.js').FamilyAnswer | 'none' | 'asking'} page.family
 * @param {Markup} page.guide
 * @param {boolean} page.isRefreshing
 * @param {{ email: string, password: string }} page.demoUser
 */
export function show(state, { history, family, guide, isRefreshing, demoUser }) {
  fill('guide', guide);
  fill('standing', renderStanding(state, isRefreshing, demoUser));
  fill('family', renderFamily(family));
  fill('records', renderRecords(history.records));
  fill('failure', renderFailure(history.lastError));
  fill('api', renderApiAnswer(state.apiAnswer));
  button('sign-in').hidden = state.standing === 'signed in' || state.standing === 'renewing';
  button('sign-out').hidden = state.token === null;
  // Not while it renews: a button that is switched off loses the focus, and a second press shares the renewal.
  button('renew').disabled = false;
  for (const id of ['call-api', 'renew-at-once', 'lose-answer']) button(id).disabled = state.token === null;
}

/**
 * Shows which way is chosen, and what belongs to it alone.
 *
 * @param {import('./renewal-choice.js').RenewalChoice} choice
 * @param {import('./renewal-choice.js').Switched | null} switched where the page was just loaded for it
 * @param {(next: import('./renewal-choice.js').RenewalChoice) => void} onSwitch
 */
export function showChoice(choice, switched, onSwitch) {
  section('family-card').hidden = choice !== 'refresh-tokens';
  section('attachment-card').hidden = choice !== 'silent';
  fill('switched', html`${switched?.words}`);
  /** @type {NodeListOf<HTMLInputElement>} */
  const ways = document.querySelectorAll('input[name="renewal"]');
  for (const way of ways) {
    way.checked = way.value === choice;
    // Somebody who switched by keyboard goes on from there.
    if (way.checked && switched !== null) way.focus({ preventScroll: true });
    way.addEventListener('change', () => {
      onSwitch(/** @type {import('./renewal-choice.js').RenewalChoice} */ (way.value));
    });
  }
}

/**
 * @param {import('../../harbour/browser/state.js').State} state
 * @param {boolean} isRefreshing
 * @param {{ email: string, password: string }} demoUser
 */
function renderStanding({ standing, user, session, token, renewsAt }, isRefreshing, demoUser) {
  if (user === null || session === null || token === null) {
    return html`${renderState(standing)}${standing !== 'renewing' && renderAccount(demoUser)}`;
  }
  const limits = isRefreshing ? sayOutlivedSession(session) : saySession(session);
  return html`${renderState(standing)}
${renderPerson(user)}
${renderLimits(session.beganAt, limits, sayToken(token.expiresAt, renewsAt))}`;
}

/**
 * A renewal by refresh token is no use of the session, and goes on where the session has expired.
 *
 * @param {NonNullable<import('../../harbour/browser/state.js').State['session']>} session
 */
function sayOutlivedSession({ absoluteEndsAt }) {
  if (absoluteEndsAt === null) return html`cannot know; the refresh token outlives it`;
  return absoluteEndsAt > Date.now()
    ? html`expires ${renderMoment(absoluteEndsAt)} at the latest; the refresh token outlives that`
    : html`expired ${renderMoment(absoluteEndsAt)}; the refresh token outlives that`;
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
function section(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function button(id) {
  return /** @type {HTMLButtonElement} */ (document.getElementById(id));
}
