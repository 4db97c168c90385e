import { callApi } from '../../harbour/browser/api-call.js';
import { explainFailure } from '../../harbour/browser/failure.js';
import { noteFailure, noteRecord } from '../../harbour/browser/history.js';
import { createRenewalClock } from '../../harbour/browser/renewal-clock.js';
import { afterFailure, afterToken, FIRST_STATE } from '../../harbour/browser/state.js';

const FRAME_TIMEOUT_SECONDS = 10;
/** auth0-spa-js calls a token with less than this left expired, so an earlier renewal would find it fresh. */
const RENEW_BEFORE_EXPIRY_MS = 60_000;
/** How soon after a question the page may ask another when it comes back into view. */
const LOOK_AGAIN_AFTER_MS = 10_000;
const SIGN_OUT_BEGUN = 'harbour.sign-out-begun';

/**
 * @typedef {import('../../harbour/browser/state.js').State} State
 * @typedef {import('./refresh-requests.js').Trial} Trial
 * @typedef {'hidden frame' | 'refresh token' | 'redirect'} How
 */

/**
 * The sign-in of this page: auth0-spa-js does the protocol, this decides when to ask and tells what came of it.
 *
 * It asks once when the page opens, ahead of every expiry, and when the page comes back. It never asks again
 * by itself after a refusal, and never redirects by itself.
 *
 * @param {object} options
 * @param {import('@auth0/auth0-spa-js').Auth0Client} options.client
 * @param {import('../../harbour/shop-configuration.js').ShopConfiguration} options.configuration
 * @param {ReturnType<typeof import('../../harbour/browser/reasons.js').watchReasons>} options.frames
 * @param {ReturnType<typeof import('./refresh-requests.js').watchRefreshRequests> | null} options.refreshRequests
 *   `null` where the page renews by silent authentication
 * @param {(state: State) => void} options.onChange
 */
export function createSession({ client, configuration, frames, refreshRequests, onChange }) {
  /** @type {How} */
  const renewedBy = refreshRequests === null ? 'hidden frame' : 'refresh token';
  let state = FIRST_STATE;
  /** @type {Promise<void> | null} */
  let running = null;
  let askedAt = 0;
  const clock = createRenewalClock(
    (why) => void renew(why),
    (why) => void lookAgain(why),
  );

  /** @param {State} next */
  function become(next) {
    state = next;
    clock.plan(state.renewsAt);
    onChange(state);
  }

  /** Decides what the opening of the page means: back from a sign-out, back from a sign-in, or neither. */
  async function open() {
    const { pathname, search } = window.location;
    const answer = new URLSearchParams(search);
    // A reload must not present the answer a second time.
    if (pathname !== '/' || search !== '') window.history.replaceState(null, '', '/');
    if (pathname === '/signed-out') return finishSignOut();
    if (answer.has('state') && (answer.has('code') || answer.has('error'))) {
      return await finishSignIn(`${window.location.origin}/${search}`, answer.get('sojourn_reason'));
    }
    // Not `checkSession`: it asks nobody unless this browser signed in at this application before, and it
    // swallows the reason of a refusal.
    await renew('the page opened');
  }

  /**
   * @param {{ prompt?: 'none' }} [authorizationParams]
   * @param {string} [why]
   */
  async function signIn(authorizationParams = {}, why = 'you asked') {
    await client.loginWithRedirect({ authorizationParams, appState: { begunAt: Date.now(), why } });
  }

  /**
   * @param {string} address with the answer in its query
   * @param {string | null} reason
   */
  async function finishSignIn(address, reason) {
    onChange(state);
    try {
      const { appState } = await client.handleRedirectCallback(address);
      const tookMs = Date.now() - appState.begunAt;
      await accept(
        await client.getTokenSilently({ detailedResponse: true }),
        'redirect',
        appState.why,
        tookMs,
      );
    } catch (error) {
      refuse(error, reason, 'redirect', 0);
    }
  }

  /**
   * Asks Sojourn for a new token, through the SDK's hidden frame or by its refresh token. Callers that come while
   * one is under way share it.
   *
   * @param {string} why
   * @param {Trial | null} [trial]
   */
  function renew(why, trial = null) {
    running ??= renewOnce(why, trial).finally(() => {
      running = null;
    });
    return running;
  }

  /**
   * A renewal as twenty tabs or a bad network would make it.
   *
   * @param {Trial} trial
   */
  async function tryOut(trial) {
    await running;
    await renew('you asked', trial);
  }

  /**
   * @param {string} why
   * @param {Trial | null} trial
   */
  async function renewOnce(why, trial) {
    become({ ...state, standing: 'renewing', renewsAt: null });
    askedAt = Date.now();
    frames.forget();
    refreshRequests?.begin(trial);
    const begun = performance.now();
    try {
      const token = await client.getTokenSilently({
        cacheMode: 'off',
        detailedResponse: true,
        timeoutInSeconds: FRAME_TIMEOUT_SECONDS,
      });
      const tookMs = performance.now() - begun;
      await accept(token, renewedBy, refreshRequests?.readTrial() ?? why, tookMs);
    } catch (error) {
      const reason = refreshRequests === null ? frames.read() : refreshRequests.readReason();
      refuse(error, reason, renewedBy, performance.now() - begun);
    }
  }

  /**
   * @param {import('@auth0/auth0-spa-js').GetTokenSilentlyVerboseResponse | undefined} token
   * @param {How} how
   * @param {string} why
   * @param {number} tookMs
   */
  async function accept(token, how, why, tookMs) {
    const claims = await client.getIdTokenClaims();
    if (token === undefined || claims === undefined) {
      throw Object.assign(new Error('The SDK gave no token.'), { error: 'login_required' });
    }
    const now = Date.now();
    const what = state.user?.sub === claims.sub ? 'renewed' : 'signed in';
    noteRecord({ at: now, what, how, why, tookMs });
    const answer = {
      token: { value: token.access_token, expiresAt: now + token.expires_in * 1000 },
      claims: { ...claims, sub: String(claims.sub) },
    };
    const { sessionHours } = configuration;
    become(afterToken(state, answer, { sessionHours, renewBeforeExpiryMs: RENEW_BEFORE_EXPIRY_MS }, now));
  }

  /**
   * @param {unknown} thrown by the SDK
   * @param {string | null} reason
   * @param {How} how
   * @param {number} tookMs
   */
  function refuse(thrown, reason, how, tookMs) {
    const failure = explainFailure(thrown, { reason, wasSignedIn: state.user !== null, now: Date.now() });
    // Without a refresh token nobody was asked, so nobody refused; and why it is gone was said before.
    if (failure.error === 'missing_refresh_token') {
      return become(afterFailure(state, state.failure ?? failure));
    }
    const what = failure.isTrouble ? 'no answer' : 'refused';
    noteRecord({ at: failure.at, what, how, why: reason ?? failure.error, tookMs });
    noteFailure(failure);
    // The SDK keeps a refresh token that was refused, and would present it for ever.
    if (failure.error === 'invalid_grant' && !failure.isTrouble) void client.logout({ openUrl: false });
    become(afterFailure(state, failure));
  }

  /**
   * Revokes the refresh tokens and forgets what is kept here.
   *
   * @returns {Promise<string>} what became of them, in words
   */
  async function giveBack() {
    const held = state.token !== null;
    try {
      await client.revokeRefreshToken();
      return held ? 'The refresh token was revoked, and nothing of it is kept here.' : '';
    } catch {
      return 'Sojourn could not be reached to revoke the refresh token. Nothing of it is kept here; unused, it ends by itself.';
    } finally {
      await client.logout({ openUrl: false });
    }
  }

  /**
   * Somebody may have signed in at the other application meanwhile. One question per return to the page, and
   * none where the browser blocks the cookies: the answer would be the same.
   *
   * @param {string} why
   */
  async function lookAgain(why) {
    if (state.standing !== 'signed out' || Date.now() - askedAt < LOOK_AGAIN_AFTER_MS) return;
    await renew(why);
  }

  async function callHarbour() {
    if (state.token === null || state.token.expiresAt <= Date.now()) await renew('the API was called');
    if (state.token === null) return;
    const apiAnswer = await callApi(configuration.apiAddress, state.token.value);
    become({ ...state, apiAnswer });
  }

  async function signOut() {
    sessionStorage.setItem(SIGN_OUT_BEGUN, String(Date.now()));
    await client.logout({ logoutParams: { returnTo: `${window.location.origin}/signed-out` } });
  }

  function finishSignOut() {
    const at = Date.now();
    const tookMs = at - Number(sessionStorage.getItem(SIGN_OUT_BEGUN) ?? at);
    sessionStorage.removeItem(SIGN_OUT_BEGUN);
    noteRecord({ at, what: 'signed out', how: 'redirect', why: 'you asked', tookMs });
    // Nobody needs to be asked: this page has just ended the session.
    become({ ...FIRST_STATE, standing: 'signed out', leftHere: true });
  }

  return { read: () => state, open, signIn, renew, tryOut, callApi: callHarbour, signOut, giveBack };
}
