import { html } from '../harbour/browser/html.js';
import {
  renderAccount,
  renderApiAnswer,
  renderFailure,
  renderLimits,
  renderMoment,
  renderPerson,
  renderRecords,
  renderState,
} from '../harbour/browser/parts.js';
import { renderBoard, renderDocument } from '../harbour/document.js';

/**
 * What the desk knows of its visitor as it renders.
 *
 * @typedef {object} DeskStanding
 * @property {{ name: string, email: string } | null} user
 * @property {number | null} beganAt
 * @property {number | null} sojournEndsAt at the latest
 * @property {number} deskEndsAt
 * @property {number | null} tokenExpiresAt
 */

/**
 * The desk's page. It is complete without a script; the script only keeps the times ticking.
 *
 * @param {object} page
 * @param {string} page.purpose
 * @param {readonly import('../harbour/document.js').Application[]} page.applications
 * @param {{ email: string, password: string }} page.demoUser
 * @param {DeskStanding} page.standing
 * @param {import('./visits.js').Visit} page.visit
 */
export function renderDesk({ purpose, applications, demoUser, standing, visit }) {
  return renderDocument({
    current: 'desk',
    applications,
    purpose,
    head: html`<script type="module" src="/desk/browser/main.js"></script>`,
    main: renderBoard({
      guide: renderGuide(standing, visit, applications),
      standing: renderStanding(standing, visit, demoUser),
      actions: renderActions(standing),
      records: renderRecords(visit.records),
      failure: renderFailure(visit.lastError),
      apiAnswer: renderApiAnswer(visit.apiAnswer),
      more: null,
    }),
  });
}

/**
 * @param {DeskStanding} standing
 * @param {import('./visits.js').Visit} visit
 * @param {readonly import('../harbour/document.js').Application[]} applications
 */
function renderGuide({ user }, visit, applications) {
  const failure = latestFailure(visit);
  if (failure !== null) return html`${failure.advice}`;
  const shop = applications.find(({ key }) => key === 'shop');
  const link = html`<a href="${shop?.address}/">${shop?.name}</a>`;
  return user === null
    ? html`You are signed out. Sign in: if you are signed in at ${link}, no form appears.`
    : html`You are signed in. Sign out in ${link}, then renew here: the desk learns of it.`;
}

/**
 * @param {DeskStanding} standing
 * @param {import('./visits.js').Visit} visit
 * @param {{ email: string, password: string }} demoUser
 */
function renderStanding({ user, beganAt, sojournEndsAt, deskEndsAt, tokenExpiresAt }, visit, demoUser) {
  if (user === null) {
    return html`${renderState(latestFailure(visit)?.standing ?? 'signed out')}${renderAccount(demoUser)}`;
  }
  const deskSession = html`the desk’s own ends ${renderMoment(deskEndsAt)} without a visit`;
  return html`${renderState('signed in')}
${renderPerson(user)}
${renderLimits(
  beganAt,
  sojournEndsAt === null
    ? deskSession
    : html`ends ${renderMoment(sojournEndsAt)} at the latest; ${deskSession}`,
  tokenExpiresAt === null
    ? html`none`
    : html`expires ${renderMoment(tokenExpiresAt)}; the next call of the API renews it`,
)}`;
}

/**
 * The last error, where nothing has happened since.
 *
 * @param {import('./visits.js').Visit} visit
 */
function latestFailure({ lastError, records }) {
  return lastError !== null && records[0]?.at === lastError.at ? lastError : null;
}

/** @param {DeskStanding} standing */
function renderActions({ user }) {
  return user === null
    ? html`<a class="button primary" id="sign-in" href="/login">Sign in</a>
<a class="button" id="renew" href="/renew">Renew now</a>`
    : html`<a class="button" id="renew" href="/renew">Renew now</a>
<a class="button" id="call-api" href="/call-api">Call the API</a>
<a class="button" id="sign-out" href="/logout">Sign out</a>`;
}
