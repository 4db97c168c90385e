import { html } from '../harbour/browser/html.js';
import { renderBoard, renderDocument } from '../harbour/document.js';

/**
 * The page of Harbour Classic, before its script fills it.
 *
 * @param {object} page
 * @param {string} page.purpose
 * @param {readonly import('../harbour/document.js').Application[]} page.applications
 */
export function renderClassic({ purpose, applications }) {
  return renderDocument({
    current: 'classic',
    applications,
    purpose,
    head: html`<script src="/sdk/jquery.min.js"></script>
<script src="/sdk/auth0.min.js"></script>
<script type="module" src="/classic/browser/main.js"></script>`,
    main: renderBoard({
      guide: html`<noscript>This application runs in the browser: switch JavaScript on, or try Harbour Desk.</noscript>`,
      standing: null,
      actions: html`<button type="button" id="sign-in" class="primary" hidden>Sign in</button>
<button type="button" id="renew" disabled>Renew now</button>
<button type="button" id="call-api" disabled>Call the API</button>
<button type="button" id="sign-out" hidden>Sign out</button>`,
      family: null,
      records: null,
      failure: null,
      apiAnswer: null,
      more: html`${RENEWAL_SWITCH}${OVERRIDES_NOTE}`,
    }),
  });
}

const RENEWAL_SWITCH = html`<section class="card" aria-labelledby="renewal-title">
<h2 id="renewal-title">Two ways to renew</h2>
<label class="switch"><input type="checkbox" role="switch" id="by-renew-auth"><span>Renew by <code>renewAuth</code></span></label>
<p class="quiet">Off: <code>checkSession</code>, where Sojourn posts the tokens to this page. On: <code>renewAuth</code>, the older way, where the hidden frame ends at <code>/silent</code> on this site, and that page posts them. Both ask Sojourn the same.</p>
<p class="quiet note">There is no switch to refresh tokens here: with the implicit flow tokens come in an address, and a refresh token must never stand there.</p>
</section>`;

const OVERRIDES_NOTE = html`<section class="card" aria-labelledby="overrides-title">
<h2 id="overrides-title">Three lines that the demo adds</h2>
<p class="quiet">auth0.js expects every issuer on https, and the demo runs on http. So it is told <code>__tenant</code>, <code>__token_issuer</code> and <code>__jwks_uri</code>. Over https the domain is enough.</p>
</section>`;

/** What the hidden frame of `renewAuth` comes back to. */
export const SILENT_PAGE = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Renewing</title>
<script src="/classic/browser/silent.js"></script>
</head>
<body></body>
</html>
`.text;
