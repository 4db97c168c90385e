import { html } from '../harbour/browser/html.js';
import { renderBoard, renderDocument } from '../harbour/document.js';
import { renderRenewalChoice } from '../harbour/renewal-choice.js';

/**
 * The page of Harbour Shop and Harbour Docs, before its script fills it.
 *
 * @param {object} page
 * @param {'shop' | 'docs'} page.current
 * @param {string} page.purpose
 * @param {readonly import('../harbour/document.js').Application[]} page.applications
 */
export function renderShop({ current, purpose, applications }) {
  return renderDocument({
    current,
    applications,
    purpose,
    head: html`<script src="/sdk/auth0-spa-js.production.js"></script>
<script type="module" src="/shop/browser/main.js"></script>`,
    main: renderBoard({
      guide: html`<noscript>This application runs in the browser: switch JavaScript on, or try Harbour Desk.</noscript>`,
      standing: null,
      actions: html`<button type="button" id="sign-in" class="primary" hidden>Sign in</button>
<button type="button" id="renew" disabled>Renew now</button>
<button type="button" id="call-api" disabled>Call the API</button>
<button type="button" id="sign-out" hidden>Sign out</button>`,
      family: FAMILY,
      records: null,
      failure: null,
      apiAnswer: null,
      more: html`${RENEWAL_CHOICE}${ATTACHMENT_SWITCH}`,
    }),
  });
}

const FAMILY = html`<section class="card" id="family-card" aria-labelledby="family-title" hidden>
<h2 id="family-title">Refresh token family</h2>
<div id="family"></div>
<div class="actions"><button type="button" id="renew-at-once" disabled>Renew 20 times at once</button>
<button type="button" id="lose-answer" disabled>Lose the next answer</button></div>
<p class="quiet note">The first sends twenty requests with the same token, as twenty tabs might. The second renews and drops the answer, as a bad network would, so that the SDK asks again. Each time everybody gets the same next token.</p>
</section>`;

const RENEWAL_CHOICE = html`<section class="card">
${renderRenewalChoice({
  chosen: null,
  silent:
    'A hidden frame asks Sojourn, by cookie; the tokens are in this page’s memory, and a reload asks anew.',
  refreshTokens:
    'Each renewal trades the refresh token for the next, without a cookie; the tokens are in this site’s localStorage, which outlives a reload and is open to every script here.',
})}
<p class="quiet note">The page reloads when you switch. Back at silent authentication, the refresh token is revoked.</p>
<p id="switched" class="note"></p>
</section>`;

const ATTACHMENT_SWITCH = html`<section class="card" id="attachment-card" aria-labelledby="attachment-title">
<h2 id="attachment-title">With and without the attachment</h2>
<label class="switch"><input type="checkbox" role="switch" id="attachment"> Send cookies with the token request</label>
<p class="quiet">On: five lines around <code>window.fetch</code> let the token answer leave an <em>attachment</em>, a cookie that belongs to this site and to Sojourn together. With it a reload finds you signed in even where the browser blocks third-party cookies. Off: auth0-spa-js exactly as published. The page reloads when you switch; an attachment that this browser already holds lasts half a minute more.</p>
</section>`;
