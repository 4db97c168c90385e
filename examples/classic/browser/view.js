import { html } from '../../harbour/browser/html.js';
import {
  renderAccount,
  renderApiAnswer,
  renderFailure,
  renderMoment,
  renderPerson,
  renderRecords,
  renderState,
} from '../../harbour/browser/parts.js';
import { $ } from './libraries.js';

/** @typedef {ReturnType<typeof html>} Markup */

/**
 * Puts everything that the page knows where the visitor sees it.
 *
 * @param {import('../../harbour/browser/state.js').State} state
 * @param {import('./tokens.js').Tokens | null} tokens
 * @param {import('../../harbour/browser/history.js').History} history
 * @param {Markup} guide
 * @param {{ email: string, password: string }} demoUser
 */
export function show(state, tokens, history, guide, demoUser) {
  fill('#guide', guide);
  fill('#standing', renderStanding(state, tokens, demoUser));
  fill('#records', renderRecords(history.records));
  fill('#failure', renderFailure(history.lastError));
  fill('#api', renderApiAnswer(state.apiAnswer));
  $('#sign-in').prop('hidden', state.standing === 'signed in' || state.standing === 'renewing');
  $('#sign-out').prop('hidden', state.token === null);
  $('#renew').prop('disabled', state.standing === 'renewing');
  $('#call-api').prop('disabled', state.token === null);
}

/**
 * @param {import('../../harbour/browser/state.js').State} state
 * @param {import('./tokens.js').Tokens | null} tokens
 * @param {{ email: string, password: string }} demoUser
 */
function renderStanding({ standing, user, session, renewsAt }, tokens, demoUser) {
  if (user === null || session === null || tokens === null) {
    return html`${renderState(standing)}${standing !== 'renewing' && renderAccount(demoUser)}`;
  }
  const { idleEndsAt, absoluteEndsAt, beganAt } = session;
  return html`${renderState(standing)}
${renderPerson(user)}
<dl class="facts">
<dt>Signed in</dt><dd id="signed-in-at">${beganAt === null ? 'cannot know' : renderMoment(beganAt)}</dd>
<dt>Session</dt><dd id="session-limit">ends ${renderMoment(idleEndsAt)} without use${
    absoluteEndsAt !== null && html`, or ${renderMoment(absoluteEndsAt)} at the latest`
  }</dd>
<dt>Renewal</dt><dd id="renewal">${renewsAt === null ? 'now' : renderMoment(renewsAt)}</dd>
<dt>Access token</dt><dd id="token-limit"><code>${shorten(tokens.accessToken)}</code><br>expires ${renderMoment(tokens.expiresAt)}</dd>
<dt>ID token</dt><dd><code>${shorten(tokens.idToken)}</code></dd>
</dl>`;
}

/**
 * Enough of a token to see that it is another one: its last characters are its signature's.
 *
 * @param {string} token
 */
function shorten(token) {
  return `${token.slice(0, 10)}…${token.slice(-10)}`;
}

/** @type {Map<string, string>} */
const shown = new Map();

/**
 * Leaves alone what did not change: a screen reader would read it out again, and a selection would be lost.
 *
 * @param {string} selector
 * @param {Markup} content escaped where it was made
 */
function fill(selector, content) {
  if (shown.get(selector) === content.text) return;
  shown.set(selector, content.text);
  $(selector).html(content.text);
}
