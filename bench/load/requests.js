import { API, CLIENT, clientIdOf, PKCE, SCOPE } from '../workload.js';

/** @import { Entry } from '../workload.js' */
/** @import { Answer } from './connection.js' */

/**
 * The requests of all flows as bytes ready to send, so that making them costs the shared processor next to nothing.
 *
 * @typedef {object} Requests
 * @property {(session: number) => string} authorize
 * @property {(session: number, code: string) => string} exchange
 * @property {(session: number, refreshToken: string) => string} refresh
 */

/**
 * @param {Pick<Entry, 'port' | 'authorizationPath' | 'tokenPath' | 'apiParameter' | 'cookies' | 'clients'>} entry
 * @returns {Requests}
 */
export function prepareRequests(entry) {
  const host = `Host: localhost:${entry.port}\r\n`;
  const clientOf = (/** @type {number} */ session) => `client_id=${clientIdOf(session % entry.clients)}`;
  const query = new URLSearchParams({
    redirect_uri: CLIENT.redirectUri,
    response_type: 'code',
    response_mode: 'web_message',
    prompt: 'none',
    scope: SCOPE,
    [entry.apiParameter]: API.identifier,
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
    state: 'S3cr3tStateOfThisTab',
    nonce: 'N0nceOfThisTab',
  });
  const authorize = entry.cookies.map(
    (cookie, session) =>
      `GET ${entry.authorizationPath}?${clientOf(session)}&${query} HTTP/1.1\r\n${host}${forwardedFor(session)}Cookie: ${cookie}\r\n\r\n`,
  );
  const exchange = new URLSearchParams({
    grant_type: 'authorization_code',
    redirect_uri: CLIENT.redirectUri,
    code_verifier: PKCE.verifier,
  });
  const refresh = 'grant_type=refresh_token';
  const head = `POST ${entry.tokenPath} HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\n`;
  const post = (/** @type {number} */ session, /** @type {string} */ body) =>
    `${head}${forwardedFor(session)}Content-Length: ${body.length}\r\n\r\n${body}`;

  return {
    authorize: (session) => /** @type {string} */ (authorize[session % authorize.length]),
    exchange: (session, code) => {
      const seeded = session % authorize.length;
      return post(seeded, `${exchange}&${clientOf(seeded)}&code=${encodeURIComponent(code)}`);
    },
    refresh: (session, refreshToken) =>
      post(session, `${refresh}&${clientOf(session)}&refresh_token=${encodeURIComponent(refreshToken)}`),
  };
}

/**
 * Each session has an address of its own, as behind a proxy. From one address Sojourn would count what happens
 * instead of recording each (many alike within a second become one row), and event rows would cost it nothing.
 *
 * @param {number} session
 */
function forwardedFor(session) {
  return `X-Forwarded-For: 10.${session >> 16}.${(session >> 8) & 255}.${session & 255}\r\n`;
}

/**
 * @param {Answer} answer to `authorize`
 * @returns {string} the code that the `web_message` page carries.
 * @throws {WrongAnswer} where it carries none.
 */
export function readCode({ status, body }) {
  const code = status === 200 ? /"code":\s*"([\w.~-]+)"/.exec(body)?.[1] : undefined;
  if (code === undefined) throw new WrongAnswer('prompt=none', status, body);
  return code;
}

/**
 * @param {Answer} answer to `exchange`
 * @throws {WrongAnswer} where it does not carry both tokens.
 */
export function checkTokens({ status, body }) {
  if (!carriesTokens(status, body)) throw new WrongAnswer('the exchange', status, body);
}

/**
 * @param {Answer} answer to `refresh`
 * @returns {string} the successor of the token that was sent.
 * @throws {WrongAnswer} where it does not carry all three tokens.
 */
export function readSuccessor({ status, body }) {
  const successor = carriesTokens(status, body) ? findRefreshToken(body) : null;
  if (successor === null) throw new WrongAnswer('the refresh', status, body);
  return successor;
}

/** @param {string} body */
export function findRefreshToken(body) {
  return /"refresh_token":"([\w.~-]+)"/.exec(body)?.[1] ?? null;
}

/**
 * @param {number} status
 * @param {string} body
 */
function carriesTokens(status, body) {
  return status === 200 && body.includes('"access_token":"ey') && body.includes('"id_token":"ey');
}

export class WrongAnswer extends Error {
  /**
   * @param {string} step
   * @param {number} status
   * @param {string} body
   */
  constructor(step, status, body) {
    super(`${step} was answered ${status}: ${body.replaceAll(/\s+/g, ' ').slice(0, 600)}`);
  }
}
