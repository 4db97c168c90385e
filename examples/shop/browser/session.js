import { callApi } from '../../harbour/browser/api-call.js';
import { explainFailure } from '../../harbour/browser/failure.js';
import { noteFailure, noteRecord } from './history.js';
import { createRenewalClock } from './renewal-clock.js';

/** auth0-spa-js calls a token with less than this left expired, so an earlier renewal would find it fresh. */
const RENEW_BEFORE_EXPIRY_MS = 60_000;
/** Never more often, however short a token lives. */
const SHORTEST_WAIT_MS = 10_000;
/** After trouble: the waits double up to the longest. */
const TROUBLE_WAIT_MS = { first: 15_000, longest: 120_000 };
const FRAME_TIMEOUT_SECONDS = 10;
const HOUR_MS = 3_600_000;
const SIGN_OUT_BEGUN = 'harbour.sign-out-begun';

/**
 * Where the visitor stands.
 *
 * @typedef {object} State
 * @property {import('../../harbour/browser/parts.js').Standing} standing
 * @property {{ name: string, email: string } | null} user
 * @property {{ beganAt: number | null, idleEndsAt: number, absoluteEndsAt: number | null } | null} session
 * @property {{ value: string, expiresAt: number, renewsAt: number } | null} token
 * @property {import('../../harbour/browser/failure.js').Failure | null} failure of the last question; `null` if it was answered
 * @property {boolean} leftHere whether the visitor signed out on this page
 * @property {import('../../harbour/browser/api-call.js').ApiAnswer | null} apiAnswer
 */

/**
 * The sign-in of this page: auth0-spa-js does the protocol, this decides when to ask and tells what came of it.
 *
 * It asks once when the page opens, ahead of every expiry, and when the page comes back. It never asks again
 * by itself after a refusal, and never redirects by itself.
 *
 * @param {object} options
 * @param {import('@auth0/auth0-spa-js').Auth0Client} options.client
 * @param {import('../server.js').ShopConfiguration} options.configuration
 * @param {(state: State) => void} options.onChange
 */
export function createSession({ client, configuration, onChange }) {
  /** @type {State} */
  let state = {
    standing: 'renewing',
    user: null,
    session: null,
    token: null,
    failure: null,
    leftHere: false,
    apiAnswer: null,
  };
  /** @type {Promise<void> | null} */
  let running = null;
  let troubleWaitMs = TROUBLE_WAIT_MS.first;
  let askedAt = 0;
  const latestReason = watchReasons(configuration.issuer);
  const clock = createRenewalClock(
    (why) => void renew(why),
    (why) => void lookAgain(why),
  );

  /** @param {Partial<State>} changes */
  function change(changes) {
    state = { ...state, ...changes };
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

  async function signIn() {
    await client.loginWithRedirect({ appState: { begunAt: Date.now() } });
  }

  /**
   * @param {string} address with the answer in its query
   * @param {string | null} reason
   */
  async function finishSignIn(address, reason) {
    try {
      const { appState } = await client.handleRedirectCallback(address);
      const token = await client.getTokenSilently({ detailedResponse: true });
      await accept(token, {
        what: 'signed in',
        how: 'redirect',
        why: 'you asked',
        tookMs: Date.now() - (appState?.begunAt ?? Date.now()),
      });
    } catch (error) {
      refuse(error, reason, 'redirect', 0);
    }
  }

  /**
   * Asks Sojourn for a new token through the SDK's hidden frame. Callers that come while one is under way
   * share it.
   *
   * @param {string} why
   */
  function renew(why) {
    running ??= renewOnce(why).finally(() => {
      running = null;
    });
    return running;
  }

  /** @param {string} why */
  async function renewOnce(why) {
    clock.plan(null);
    change({ standing: 'renewing' });
    const begun = performance.now();
    askedAt = Date.now();
    latestReason.forget();
    try {
      const token = await client.getTokenSilently({
        cacheMode: 'off',
        detailedResponse: true,
        timeoutInSeconds: FRAME_TIMEOUT_SECONDS,
      });
      const what = state.user === null ? 'signed in' : 'renewed';
      await accept(token, { what, how: 'hidden frame', why, tookMs: performance.now() - begun });
    } catch (error) {
      refuse(error, latestReason.read(), 'hidden frame', performance.now() - begun);
    }
  }

  /**
   * @param {import('@auth0/auth0-spa-js').GetTokenSilentlyVerboseResponse | undefined} token
   * @param {Omit<import('./history.js').HarbourRecord, 'at'>} record
   */
  async function accept(token, record) {
    const claims = await client.getIdTokenClaims();
    if (token === undefined || claims === undefined) {
      throw Object.assign(new Error('The SDK gave no token.'), { error: 'login_required' });
    }
    const now = Date.now();
    noteRecord({ at: now, ...record });
    const { idle, absolute } = configuration.sessionHours;
    const beganAt = typeof claims.auth_time === 'number' ? claims.auth_time * 1000 : null;
    const expiresAt = now + token.expires_in * 1000;
    const renewsAt = Math.max(expiresAt - RENEW_BEFORE_EXPIRY_MS, now + SHORTEST_WAIT_MS);
    troubleWaitMs = TROUBLE_WAIT_MS.first;
    change({
      standing: 'signed in',
      user: { name: claims.name ?? claims.nickname ?? 'Somebody', email: claims.email ?? '' },
      session: {
        beganAt,
        idleEndsAt: now + idle * HOUR_MS,
        absoluteEndsAt: beganAt === null ? null : beganAt + absolute * HOUR_MS,
      },
      token: { value: token.access_token, expiresAt, renewsAt },
      failure: null,
      leftHere: false,
    });
    clock.plan(renewsAt);
  }

  /**
   * @param {unknown} error what the SDK threw
   * @param {string | null} reason
   * @param {'hidden frame' | 'redirect'} how
   * @param {number} tookMs
   */
  function refuse(error, reason, how, tookMs) {
    const failure = explainFailure(error, { reason, wasSignedIn: state.user !== null, now: Date.now() });
    const why = failure.reason ?? failure.error;
    noteRecord({ at: failure.at, what: failure.isTrouble ? 'no answer' : 'refused', how, why, tookMs });
    noteFailure(failure);
    const isTokenAlive = state.token !== null && state.token.expiresAt > failure.at;
    if (!failure.isTrouble) {
      change({
        standing: failure.standing,
        user: null,
        session: null,
        token: null,
        failure,
      });
      return;
    }
    // Trouble says nothing about the sign-in: what the page holds stays good for as long as it lives.
    const renewsAt = failure.at + troubleWaitMs;
    troubleWaitMs = Math.min(troubleWaitMs * 2, TROUBLE_WAIT_MS.longest);
    change({
      standing: isTokenAlive ? 'signed in' : failure.standing,
      token: state.token === null ? null : { ...state.token, renewsAt },
      failure,
    });
    clock.plan(renewsAt);
  }

  /**
   * Somebody may have signed in at the other application meanwhile. One question per return to the page, and
   * none where the browser blocks the cookies: the answer would be the same.
   *
   * @param {string} why
   */
  async function lookAgain(why) {
    if (state.standing !== 'signed out' || Date.now() - askedAt < SHORTEST_WAIT_MS) return;
    await renew(why);
  }

  async function callHarbour() {
    if (state.token === null || state.token.expiresAt <= Date.now()) await renew('the API was called');
    if (state.token === null) return;
    change({ apiAnswer: await callApi(configuration.apiAddress, state.token.value) });
  }

  async function signOut() {
    sessionStorage.setItem(SIGN_OUT_BEGUN, String(Date.now()));
    await client.logout({ logoutParams: { returnTo: `${window.location.origin}/signed-out` } });
  }

  function finishSignOut() {
    const now = Date.now();
    const tookMs = now - Number(sessionStorage.getItem(SIGN_OUT_BEGUN) ?? now);
    sessionStorage.removeItem(SIGN_OUT_BEGUN);
    noteRecord({ at: now, what: 'signed out', how: 'redirect', why: 'you asked', tookMs });
    // Nobody needs to be asked: this page has just ended the session.
    change({ standing: 'signed out', leftHere: true });
  }

  return { open, signIn, renew, callApi: callHarbour, signOut };
}

/**
 * The SDK passes on `error` and `error_description` only, so the page reads the frame's answer beside it.
 *
 * @param {string} issuer
 */
function watchReasons(issuer) {
  /** @type {string | null} */
  let reason = null;
  window.addEventListener('message', ({ origin, data }) => {
    if (origin === issuer && data?.type === 'authorization_response') {
      reason = data.response?.sojourn_reason ?? null;
    }
  });
  return {
    read: () => reason,
    forget: () => {
      reason = null;
    },
  };
}
