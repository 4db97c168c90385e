import { startClock } from '../../harbour/browser/clock.js';
import { readHistory } from '../../harbour/browser/history.js';
import { isAttachmentOn, keepAttachmentSwitch, sendCookiesWithTokenRequest } from './attachment.js';
import { renderGuide } from './guide.js';
import { createSession } from './session.js';
import { show } from './view.js';

/** @type {import('../server.js').ShopConfiguration} */
const configuration = await (await fetch('/configuration.json')).json();
const isOn = isAttachmentOn();
if (isOn) sendCookiesWithTokenRequest(configuration.issuer);

/** The published SDK, loaded by the page before this module. */
const { auth0 } = /** @type {{ auth0: typeof import('@auth0/auth0-spa-js') }} */ (
  /** @type {unknown} */ (globalThis)
);
const client = new auth0.Auth0Client({
  domain: configuration.issuer,
  clientId: configuration.clientId,
  authorizationParams: {
    redirect_uri: window.location.origin,
    audience: configuration.audience,
    scope: `openid profile email ${configuration.scope}`,
  },
});

const session = createSession({
  client,
  configuration,
  onChange: (state) =>
    show(state, readHistory(), renderGuide(state, configuration.neighbour, isOn), configuration.demoUser),
});

onClick('sign-in', () => session.signIn());
onClick('renew', () => session.renew('you asked'));
onClick('call-api', () => session.callApi());
onClick('sign-out', () => session.signOut());

const attachmentSwitch = /** @type {HTMLInputElement} */ (document.getElementById('attachment'));
attachmentSwitch.checked = isOn;
attachmentSwitch.addEventListener('change', () => {
  keepAttachmentSwitch(attachmentSwitch.checked);
  window.location.reload();
});

startClock();
await session.open();

/**
 * @param {string} id
 * @param {() => Promise<void>} action
 */
function onClick(id, action) {
  document.getElementById(id)?.addEventListener('click', () => void action());
}
