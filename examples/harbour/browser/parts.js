import { html } from './html.js';
import { sayDuration, sayExactly, sayMoment, sayTimeOfDay } from './words.js';

/** The parts of a page that every application shows alike, made on the server or in the browser. */

/**
 * @typedef {'signed in' | 'renewing' | 'signed out' | 'cannot know'} Standing where the visitor stands
 *
 * @param {Standing} standing
 */
export function renderState(standing) {
  return html`<p id="state" class="state" data-standing="${standing}"><span class="dot"></span>${standing}</p>`;
}

/** @param {{ name: string, email: string }} user */
export function renderPerson({ name, email }) {
  return html`<div class="person">
<span class="initial" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>
<p><strong id="name">${name}</strong>${email !== name && html`<br><span id="email" class="quiet">${email}</span>`}</p>
</div>`;
}

/**
 * Until when the visitor is signed in, each line in words.
 *
 * @param {number | null} signedInAt `null` where the application was not told
 * @param {ReturnType<typeof html>} session
 * @param {ReturnType<typeof html>} token
 */
export function renderLimits(signedInAt, session, token) {
  return html`<dl class="facts">
<dt>Signed in</dt><dd id="signed-in-at">${signedInAt === null ? 'cannot know' : renderMoment(signedInAt)}</dd>
<dt>Session</dt><dd id="session-limit">${session}</dd>
<dt>Token</dt><dd id="token-limit">${token}</dd>
</dl>`;
}

/** @param {readonly import('./record.js').HarbourRecord[]} records */
export function renderRecords(records) {
  if (records.length === 0) {
    return html`<p class="quiet">Each sign-in, renewal and sign-out appears here.</p>`;
  }
  return html`<table>
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Took</th></tr></thead>
<tbody>${records.map(renderRecord)}</tbody>
</table>`;
}

/** @param {import('./record.js').HarbourRecord} record */
function renderRecord({ at, what, how, why, tookMs }) {
  return html`<tr data-what="${what}">
<td>${renderTimeOfDay(at)}</td>
<td><span class="dot"></span>${what} <span class="quiet">by ${how}: ${why}</span></td>
<td>${sayDuration(tookMs)}</td>
</tr>`;
}

/** @param {import('./failure.js').Failure | null} failure */
export function renderFailure(failure) {
  if (failure === null) return html`<p class="quiet">Nothing was refused so far.</p>`;
  const { at, error, reason, description } = failure;
  return html`<dl class="facts">
<dt>When</dt><dd>${renderTimeOfDay(at)}</dd>
<dt>Error</dt><dd><code id="error-code">${error}</code></dd>
<dt>Reason</dt><dd><code id="error-reason">${reason ?? 'none given'}</code></dd>
<dt>In words</dt><dd>${description}</dd>
</dl>`;
}

/** @param {import('./api-call.js').ApiAnswer | null} answer */
export function renderApiAnswer(answer) {
  if (answer === null) {
    return html`<p class="quiet">Press “Call the API” to see what it answers, and whom it believes you are.</p>`;
  }
  const { at, address, status, tookMs, body } = answer;
  return html`<p><code>GET ${address}</code></p>
<p class="quiet"><span id="api-status">${status ?? 'no answer'}</span> after ${sayDuration(tookMs)}, at ${renderTimeOfDay(at)}</p>
<pre id="api-body">${body}</pre>`;
}

/**
 * A moment that ticks: "in 48 s".
 *
 * @param {number} at
 */
export function renderMoment(at) {
  return renderTime(at, 'moment', sayMoment(at, Date.now()));
}

/** @param {number} at */
function renderTimeOfDay(at) {
  return renderTime(at, 'time-of-day', sayTimeOfDay(at));
}

/**
 * @param {number} at
 * @param {import('./clock.js').Says} says
 * @param {string} words
 */
function renderTime(at, says, words) {
  const exact = new Date(at).toISOString();
  return html`<time datetime="${exact}" data-says="${says}" title="${sayExactly(at)}">${words}</time>`;
}

/**
 * The account that a visitor signs in with.
 *
 * @param {{ email: string, password: string }} account
 */
export function renderAccount({ email, password }) {
  return html`<p class="account quiet">The demo’s account: <code>${email}</code>, password <code>${password}</code></p>`;
}
