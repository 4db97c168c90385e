import { startClock } from '../../harbour/browser/clock.js';
import { readHistory } from '../../harbour/browser/history.js';
import { watchReasons } from '../../harbour/browser/reasons.js';
import { isAttachmentOn, keepAttachmentSwitch, sendCookiesWithTokenRequest } from './attachment.js';
import { watchFamily } from './family.js';
import { renderGuide } from './guide.js';
import { watchRefreshRequests } from './refresh-requests.js';
import {
  forgetSwitch,
  keepRenewalChoice,
  noteSwitch,
  readRenewalChoice,
  readSwitch,
} from './renewal-choice.js';
import { createSession } from './session.js';
import { show, showChoice } from './view.js';

/** @type {import('../../harbour/shop-configuration.js').ShopConfiguration} */
const configuration = await (await fetch('/configuration.json')).json();
const choice = readRenewalChoice();
const isRefreshing = choice === 'refresh-tokens';
const isAttached = !isRefreshing && isAttachmentOn();
if (isAttached) sendCookiesWithTokenRequest(configuration.issuer);
const refreshRequests = isRefreshing ? watchRefreshRequests(configuration.issuer) : null;
const frames = watchReasons(configuration.issuer);

/** The published SDK, loaded by the page before this module. */
const { auth0 } = /** @type {{ auth0: typeof import('@auth0/auth0-spa-js') }} */ (
  /** @type {unknown} */ (globalThis)
);
const client = new auth0.Auth0Client({
  domain: configuration.issuer,
  clientId: configuration.clientId,
  // The SDK adds `offline_access` to the scope. Kept in memory, its tokens would not survive a reload.
  ...(isRefreshing && { useRefreshTokens: true, cacheLocation: 'localstorage' }),
  authorizationParams: {
    redirect_uri: window.location.origin,
    audience: configuration.audience,
    scope: `openid profile email ${configuration.scope}`,
  },
});

const family = watchFamily(() => showAll());
const session = createSession({
  client,
  configuration,
  frames,
  refreshRequests,
  onChange: (state) => {
    if (isRefreshing) family.follow(state.token?.value ?? null);
    showAll();
  },
});

onClick('sign-in', () => session.signIn());
onClick('renew', () => session.renew('you asked'));
onClick('call-api', () => session.callApi());
onClick('sign-out', () => session.signOut());
onClick('renew-at-once', () => session.tryOut('twenty at once'));
onClick('lose-answer', () => session.tryOut('answer lost'));

const attachmentSwitch = /** @type {HTMLInputElement} */ (document.getElementById('attachment'));
attachmentSwitch.checked = isAttached;
attachmentSwitch.addEventListener('change', () => {
  keepAttachmentSwitch(attachmentSwitch.checked);
  window.location.reload();
});

const switched = readSwitch();
showChoice(choice, switched, switchTo);
startClock();
if (switched?.wasSignedIn === true) {
  // One trip through Sojourn, which shows no page: then this page is signed in its own way.
  noteSwitch({ ...switched, wasSignedIn: false });
  showAll();
  await session.signIn({ prompt: 'none' }, 'you switched');
} else {
  await session.open();
  forgetSwitch();
}

function showAll() {
  const state = session.read();
  const guide = renderGuide(state, configuration.neighbour, { isRefreshing, isAttached });
  show(state, { history: readHistory(), family: family.read(), guide, isRefreshing, ...configuration });
}

/** @param {import('./renewal-choice.js').RenewalChoice} next */
async function switchTo(next) {
  const wasSignedIn = session.read().token !== null;
  const words = isRefreshing ? await session.giveBack() : '';
  keepRenewalChoice(next);
  noteSwitch({ wasSignedIn, words });
  window.location.reload();
}

/**
 * @param {string} id
 * @param {() => Promise<void>} action
 */
function onClick(id, action) {
  document.getElementById(id)?.addEventListener('click', () => void action());
}
