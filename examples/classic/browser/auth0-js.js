import { watchReasons } from '../../harbour/browser/reasons.js';
import { auth0 } from './libraries.js';

const TIMEOUT_MS = 10_000;
/** What silent.js calls its message. */
const SILENT_ANSWER = 'harbour.silent-answer';

/**
 * @typedef {import('./libraries.js').AuthResult} AuthResult
 * @typedef {'checkSession' | 'renewAuth'} RenewalMethod
 */

/** A refusal, with the fields in which every other SDK names them, and the reason that auth0.js does not pass on. */
export class Refusal extends Error {
  /**
   * @param {unknown} thrown by auth0.js: `error_description` from `checkSession`, `errorDescription` elsewhere
   * @param {string | null} reason
   */
  constructor(thrown, reason) {
    const fields = /** @type {Record<string, string | undefined>} */ (thrown ?? {});
    const description = fields.error_description ?? fields.errorDescription ?? fields.description;
    super(description ?? 'auth0.js gave no token.');
    this.error = fields.error ?? 'no_token';
    this.error_description = this.message;
    this.reason = reason;
  }
}

/**
 * auth0.js 10 as published, with promises in place of callbacks.
 *
 * @param {import('../server.js').ClassicConfiguration} configuration
 */
export function createAuth0Js({ issuer, clientId, audience, scope }) {
  const { origin } = window.location;
  const webAuth = new auth0.WebAuth({
    domain: issuer,
    clientID: clientId,
    redirectUri: `${origin}/callback`,
    responseType: 'token id_token',
    audience,
    scope: `openid profile email ${scope}`,
    // auth0.js takes every issuer, and its keys, to be on https, whatever the domain says, and would refuse each
    // ID token of this one. Leave these lines out where Sojourn is on https: there `domain` is its host alone.
    overrides: {
      __tenant: 'harbour',
      __token_issuer: `${issuer}/`,
      __jwks_uri: `${issuer}/.well-known/jwks.json`,
    },
  });
  const reasons = { checkSession: watchReasons(issuer), renewAuth: watchSilentPage() };

  return {
    /**
     * Leaves the page for Sojourn. What is given comes back with the tokens.
     *
     * @param {{ begunAt: number }} appState
     */
    authorize: (appState) => webAuth.authorize({ appState }),

    /**
     * Takes the answer that an address carries. auth0.js checks state, signature, nonce and at_hash.
     *
     * @param {string} hash
     * @returns {Promise<AuthResult>}
     */
    parseHash: (hash) =>
      promised(
        (callback) => webAuth.parseHash({ hash }, callback),
        () => reasonIn(hash),
      ),

    /**
     * Asks in a hidden frame for new tokens.
     *
     * @param {RenewalMethod} method
     * @returns {Promise<AuthResult>}
     */
    renew: (method) => {
      reasons[method].forget();
      const options =
        method === 'checkSession'
          ? { timeout: TIMEOUT_MS }
          : {
              redirectUri: `${origin}/silent`,
              usePostMessage: true,
              postMessageDataType: SILENT_ANSWER,
              timeout: TIMEOUT_MS,
            };
      return promised((callback) => webAuth[method](options, callback), reasons[method].read);
    },

    /** Ends the session at Sojourn and comes back. */
    logout: () => webAuth.logout({ clientID: clientId, returnTo: `${origin}/signed-out` }),
  };
}

/**
 * @param {(callback: import('./libraries.js').Callback) => void} call
 * @param {() => string | null} readReason
 * @returns {Promise<AuthResult>}
 */
function promised(call, readReason) {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error || result === null) reject(new Refusal(error, readReason()));
      else resolve(result);
    });
  });
}

/** The reason of a refusal that the silent page posts. */
function watchSilentPage() {
  /** @type {string | null} */
  let reason = null;
  window.addEventListener('message', ({ origin, data }) => {
    if (origin === window.location.origin && data?.type === SILENT_ANSWER) reason = reasonIn(data.hash);
  });
  return {
    read: () => reason,
    forget: () => {
      reason = null;
    },
  };
}

/** @param {string} hash */
function reasonIn(hash) {
  return new URLSearchParams(hash.slice(1)).get('sojourn_reason');
}
