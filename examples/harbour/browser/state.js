/** Never more often, however short a token lives. */
const SHORTEST_WAIT_MS = 10_000;
/** After trouble: the waits double up to the longest. */
const TROUBLE_WAIT_MS = { first: 15_000, longest: 120_000 };
const HOUR_MS = 3_600_000;

/**
 * Where the visitor of an application that runs in the browser stands, and what comes next.
 *
 * @typedef {object} State
 * @property {import('./parts.js').Standing} standing
 * @property {{ sub: string, name: string, email: string } | null} user
 * @property {{ beganAt: number | null, idleEndsAt: number, absoluteEndsAt: number | null } | null} session
 * @property {{ value: string, expiresAt: number } | null} token
 * @property {number | null} renewsAt `null`: nothing is planned
 * @property {import('./failure.js').Failure | null} failure of the last question; `null` if it was answered
 * @property {number} troubleCount questions in a row that nobody answered
 * @property {boolean} leftHere whether the visitor signed out on this page
 * @property {import('./api-call.js').ApiAnswer | null} apiAnswer
 */

/** @type {State} */
export const FIRST_STATE = {
  standing: 'renewing',
  user: null,
  session: null,
  token: null,
  renewsAt: null,
  failure: null,
  troubleCount: 0,
  leftHere: false,
  apiAnswer: null,
};

/**
 * The state after a token came.
 *
 * @param {State} state
 * @param {object} answer
 * @param {{ value: string, expiresAt: number }} answer.token
 * @param {{ sub: string, name?: string, email?: string, auth_time?: number | string }} answer.claims of the ID
 *   token; auth0-spa-js types `auth_time` as text, the wire carries a number
 * @param {{ sessionHours: { idle: number, absolute: number }, renewBeforeExpiryMs: number }} limits
 * @param {number} now when it came
 * @returns {State}
 */
export function afterToken(state, { token, claims }, { sessionHours, renewBeforeExpiryMs }, now) {
  const beganAt = claims.auth_time === undefined ? null : Number(claims.auth_time) * 1000;
  return {
    ...state,
    standing: 'signed in',
    user: { sub: claims.sub, name: claims.name ?? claims.sub, email: claims.email ?? '' },
    session: {
      beganAt,
      // A silent answer counts as use, unless the tenant says otherwise.
      idleEndsAt: now + sessionHours.idle * HOUR_MS,
      absoluteEndsAt: beganAt === null ? null : beganAt + sessionHours.absolute * HOUR_MS,
    },
    token,
    renewsAt: Math.max(token.expiresAt - renewBeforeExpiryMs, now + SHORTEST_WAIT_MS),
    failure: null,
    troubleCount: 0,
    leftHere: false,
  };
}

/**
 * The state after a refusal, or after trouble. A refusal is final until the visitor acts; trouble says nothing
 * about the sign-in, so what the page holds stays good for as long as it lives, and the page asks again.
 *
 * @param {State} state
 * @param {import('./failure.js').Failure} failure
 * @returns {State}
 */
export function afterFailure(state, failure) {
  if (!failure.isTrouble) return { ...FIRST_STATE, standing: failure.standing, failure };
  const isTokenAlive = state.token !== null && state.token.expiresAt > failure.at;
  const wait = Math.min(TROUBLE_WAIT_MS.first * 2 ** state.troubleCount, TROUBLE_WAIT_MS.longest);
  return {
    ...state,
    standing: isTokenAlive ? 'signed in' : failure.standing,
    renewsAt: failure.at + wait,
    failure,
    troubleCount: state.troubleCount + 1,
  };
}
