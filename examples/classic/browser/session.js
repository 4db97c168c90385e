import { callApi } from '../../harbour/browser/api-call.js';
import { explainFailure } from '../../harbour/browser/failure.js';
import { noteFailure, noteRecord } from '../../harbour/browser/history.js';
import { createRenewalClock } from '../../harbour/browser/renewal-clock.js';
import { afterFailure, afterToken, FIRST_STATE } from '../../harbour/browser/state.js';
import { Refusal } from './auth0-js.js';
import { forgetTokens, keepTokens, readTokens } from './tokens.js';

/** Of 90 seconds: long enough for a slow answer, short enough to be worth it. */
const RENEW_BEFORE_EXPIRY_MS = 30_000;
/** How soon after a question the page may ask another when it comes back into view. */
const LOOK_AGAIN_AFTER_MS = 10_000;
const SIGN_OUT_BEGUN = 'harbour.sign-out-begun';
/** What a fragment has that is an answer of Sojourn. */
const ANSWER = /[#&](access_token|id_token|error)=/;

/**
 * @typedef {import('../../harbour/browser/state.js').State} State
 * @typedef {import('./auth0-js.js').RenewalMethod} RenewalMethod
 */

/**
 * The sign-in of this page. Tokens are renewed by a timer that runs from `expiresAt`: set when they come, set anew
 * when the page is loaded, cleared when they go.
 *
 * A refusal ends it until the visitor acts; the page never redirects by itself.
 *
 * @param {object} options
 * @param {ReturnType<typeof import('./auth0-js.js').createAuth0Js>} options.auth0Js
 * @param {import('../server.js').ClassicConfiguration} options.configuration
 * @param {() => RenewalMethod} options.chooseMethod
 * @param {(state: State) => void} options.onChange
 */
export function createSession({ auth0Js, configuration, chooseMethod, onChange }) {
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
    const { pathname, hash } = window.location;
    // Tokens do not stay in the address, nor in the history; and a reload must not present them again.
    if (pathname !== '/' || hash !== '') window.history.replaceState(null, '', '/');
    if (pathname === '/signed-out') return finishSignOut();
    if (pathname === '/callback' && ANSWER.test(hash)) return await finishSignIn(hash);
    const kept = readTokens();
    if (kept === null || kept.expiresAt <= Date.now()) return await renew('the page opened');
    hold(kept);
  }

  function signIn() {
    auth0Js.authorize({ begunAt: Date.now() });
  }

  /** @param {string} hash */
  async function finishSignIn(hash) {
    onChange(state);
    try {
      const result = await auth0Js.parseHash(hash);
      const begunAt = result.appState?.begunAt ?? Date.now();
      accept(result, 'redirect', 'you asked', Date.now() - begunAt);
    } catch (error) {
      refuse(error, 'redirect', 0);
    }
  }

  /**
   * Asks Sojourn for new tokens in a hidden frame. Callers that come while one is under way share it.
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
    const method = chooseMethod();
    become({ ...state, standing: 'renewing', renewsAt: null });
    askedAt = Date.now();
    const begun = performance.now();
    try {
      accept(await auth0Js.renew(method), method, why, performance.now() - begun);
    } catch (error) {
      refuse(error, method, performance.now() - begun);
    }
  }

  /**
   * @param {import('./libraries.js').AuthResult} result
   * @param {'redirect' | RenewalMethod} how
   * @param {string} why
   * @param {number} tookMs
   */
  function accept(result, how, why, tookMs) {
    const at = Date.now();
    const what = state.user?.sub === result.idTokenPayload.sub ? 'renewed' : 'signed in';
    noteRecord({ at, what, how, why, tookMs });
    hold(keepTokens(result, at));
  }

  /** @param {import('./tokens.js').Tokens} tokens */
  function hold({ accessToken, claims, expiresAt, receivedAt }) {
    const answer = { token: { value: accessToken, expiresAt }, claims };
    const { sessionHours } = configuration;
    const limits = { sessionHours, renewBeforeExpiryMs: RENEW_BEFORE_EXPIRY_MS };
    become(afterToken(state, answer, limits, receivedAt));
  }

  /**
   * @param {unknown} thrown
   * @param {'redirect' | RenewalMethod} how
   * @param {number} tookMs
   */
  function refuse(thrown, how, tookMs) {
    const reason = thrown instanceof Refusal ? thrown.reason : null;
    const failure = explainFailure(thrown, { reason, wasSignedIn: state.user !== null, now: Date.now() });
    const what = failure.isTrouble ? 'no answer' : 'refused';
    noteRecord({ at: failure.at, what, how, why: reason ?? failure.error, tookMs });
    noteFailure(failure);
    if (!failure.isTrouble) forgetTokens();
    become(afterFailure(state, failure));
  }

  /**
   * Somebody may have signed in at another application meanwhile. One question per return to the page, and none
   * where the browser blocks the cookies: the answer would be the same.
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

  function signOut() {
    clock.plan(null);
    forgetTokens();
    sessionStorage.setItem(SIGN_OUT_BEGUN, String(Date.now()));
    auth0Js.logout();
  }

  function finishSignOut() {
    const at = Date.now();
    const tookMs = at - Number(sessionStorage.getItem(SIGN_OUT_BEGUN) ?? at);
    sessionStorage.removeItem(SIGN_OUT_BEGUN);
    noteRecord({ at, what: 'signed out', how: 'redirect', why: 'you asked', tookMs });
    // Nobody needs to be asked: this page has just ended the session.
    become({ ...FIRST_STATE, standing: 'signed out', leftHere: true });
  }

  return { open, signIn, renew, callApi: callHarbour, signOut };
}
