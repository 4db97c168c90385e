import { renderFamily } from '../harbour/browser/family-card.js';
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
import { renderRenewalChoice } from '../harbour/renewal-choice.js';

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
 * @param {import('../harbour/renewal-choice.js').RenewalChoice} page.choice
 * @param {import('../harbour/browser/family-card.js').FamilyAnswer | 'none'} page.family
 * @param {string} page.switched what became of the refresh token at the switch just made
 */
export function renderDesk({ purpose, applications, demoUser, standing, visit, choice, family, switched }) {
  const isRefreshing = choice === 'refresh-tokens';
  return renderDocument({
    current: 'desk',
    applications,
    purpose,
    head: html`<script type="module" src="/desk/browser/main.js"></script>`,
    main: renderBoard({
      guide: renderGuide(standing, visit, applications, isRefreshing),
      standing: renderStanding(standing, visit, demoUser, isRefreshing),
      actions: renderActions(standing),
      family: isRefreshing ? renderFamilyCard(family) : null,
      records: renderRecords(visit.records),
      failure: renderFailure(visit.lastError),
      apiAnswer: renderApiAnswer(visit.apiAnswer),
      more: renderSwitch(choice, switched),
    }),
  });
}

/**
 * @param {DeskStanding} standing
 * @param {import('./visits.js').Visit} visit
 * @param {readonly import('../harbour/document.js').Application[]} applications
 * @param {boolean} isRefreshing
 */
function renderGuide({ user }, visit, applications, isRefreshing) {
  const failure = latestFailure(visit);
  if (failure !== null) return html`${failure.advice}`;
  const shop = applications.find(({ key }) => key === 'shop');
  const link = html`<a href="${shop?.address}/">${shop?.name}</a>`;
  if (user !== null && isRefreshing) {
    return html`You are signed in. Call the API after the token has expired: the desk renews it by itself, without a redirect.`;
  }
  return user === null
    ? html`You are signed out. Sign in: if you are signed in at ${link}, no form appears.`
    : html`You are signed in. Sign out in ${link}, then renew here: the desk learns of it.`;
}

/**
 * @param {DeskStanding} standing
 * @param {import('./visits.js').Visit} visit
 * @param {{ email: string, password: string }} demoUser
 * @param {boolean} isRefreshing
 */
function renderStanding(
  { user, beganAt, sojournEndsAt, deskEndsAt, tokenExpiresAt },
  visit,
  demoUser,
  isRefreshing,
) {
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
    : html`expires ${renderMoment(tokenExpiresAt)}; the next call of the API renews it${isRefreshing && ' by refresh token'}`,
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

/** @param {import('../harbour/browser/family-card.js').FamilyAnswer | 'none'} family */
function renderFamilyCard(family) {
  return html`<section class="card" id="family-card" aria-labelledby="family-title">
<h2 id="family-title">Refresh token family</h2>
<div id="family">${renderFamily(family)}</div>
</section>`;
}

/**
 * A form, since this page needs no script.
 *
 * @param {import('../harbour/renewal-choice.js').RenewalChoice} chosen
 * @param {string} switched
 */
function renderSwitch(chosen, switched) {
  return html`<section class="card">
<form method="post" action="/renewal">
${renderRenewalChoice({
  chosen,
  silent: 'The desk sends you through Sojourn and back, which shows no page, while you are signed in there.',
  refreshTokens:
    'The desk trades its refresh token for the next, from server to server; it is in the desk’s sealed cookie, which no script can read.',
})}
<div class="actions"><button id="switch">Use this</button></div>
</form>
<p class="quiet note">Back at silent authentication, the refresh token is revoked.</p>
<p id="switched" class="note" role="status">${switched}</p>
</section>`;
}
