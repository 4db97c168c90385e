import { html } from '../harbour/browser/html.js';
import { renderBoard, renderDocument } from '../harbour/document.js';

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
      records: null,
      failure: null,
      apiAnswer: null,
      more: ATTACHMENT_SWITCH,
    }),
  });
}

const ATTACHMENT_SWITCH = html`<section class="card" aria-labelledby="attachment-title">
<h2 id="attachment-title">With and without the attachment</h2>
<label class="switch"><input type="checkbox" role="switch" id="attachment"> Send cookies with the token request</label>
<p class="quiet">On: five lines around <code>window.fetch</code> let the token answer leave an <em>attachment</em>, a cookie that belongs to this site and to Sojourn together. With it a reload finds you signed in even where the browser blocks third-party cookies. Off: auth0-spa-js exactly as published. The page reloads when you switch; an attachment that this browser already holds lasts half a minute more.</p>
</section>`;
