/**
 * What all contestants are asked to do, in one place: the same client, the same API, the same scopes, the same
 * PKCE pair. Whatever a contestant needs to know to be seeded, and whatever the load needs to know to ask, is here.
 */

/** @typedef {'silent' | 'pair' | 'refresh'} Flow `silent` is one request; `pair` is that request and the exchange of its code. */
/** @typedef {'api' | 'userinfo'} Audience What access tokens are for: the API, or no API at all, as auth0-spa-js asks by default. */
/** @typedef {'ES256' | 'RS256'} Alg What ID tokens are signed with. Access tokens are ES256 in every run. */
/** @typedef {'sojourn' | 'oidc-provider'} ServerName */
/** @typedef {ServerName | 'bare-limit'} ContestantName */

/** @typedef {'sqlite' | 'postgres' | 'null'} StoreName */

/** @type {readonly Flow[]} */
export const FLOWS = ['silent', 'pair', 'refresh'];
/** @type {readonly StoreName[]} */
export const STORES = ['sqlite', 'postgres', 'null'];

/** A public client with one registered address, on https as in production (the server itself never visits it). */
export const CLIENT = {
  // As long as those that Auth0 makes: every row that names its client carries it.
  clientId: 'xT4kQ0vJm7ZsW2bN9cRfY6hLpA3dGuE8',
  redirectUri: 'https://shop.example/callback',
  origin: 'https://shop.example',
};

/**
 * Of several registered ones, all alike but for their names. The first is {@link CLIENT}.
 *
 * @param {number} index
 */
export function clientIdOf(index) {
  return index === 0 ? CLIENT.clientId : CLIENT.clientId.slice(0, -6) + index.toString(16).padStart(6, '0');
}

export const API = { identifier: 'https://api.example/', scope: 'read:items', tokenLifetimeSeconds: 3600 };

/** What auth0-spa-js asks for by default. */
const OIDC_SCOPE = 'openid profile email';
/** With one scope of the API. */
export const SCOPE = `${OIDC_SCOPE} ${API.scope}`;
/**
 * What a refresh token family was granted.
 *
 * @type {Record<Audience, string>}
 */
export const FAMILY_SCOPES = {
  api: `${SCOPE} offline_access`,
  userinfo: `${OIDC_SCOPE} offline_access`,
};

/** RFC 7636 Appendix B. A constant pair costs the server the same as a fresh one and the load nothing. */
export const PKCE = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

/** Connections of each contestant's pool on PostgreSQL; more bring only latency. */
export const POOL_MAX = 16;

/** The part of a user id before the user's own. */
const CONNECTION_PREFIX = 'auth0|';
/** The last digits of a user id are free: copies of a row have numbers there, and lie beside it. */
const FREE_DIGITS = '0'.repeat(6);

/** @param {number} index */
export function endUser(index) {
  return {
    userId: `${CONNECTION_PREFIX}${index.toString(16).padStart(18, '0')}${FREE_DIGITS}`,
    name: `End User ${index}`,
    nickname: `user-${index}`,
    email: `user-${index}@shop.example`,
  };
}

/** @param {string} userId of {@link endUser} */
export function endUserById(userId) {
  return endUser(Number.parseInt(userId.slice(CONNECTION_PREFIX.length, -FREE_DIGITS.length), 16));
}

/**
 * What a contestant tells the benchmark once it serves.
 *
 * @typedef {object} Entry
 * @property {number} port
 * @property {string} issuer
 * @property {string} authorizationPath
 * @property {string} tokenPath
 * @property {'audience' | 'resource'} apiParameter the contestant's own name for "tokens for this API".
 * @property {string[]} cookies one `Cookie` header for each seeded session.
 * @property {string[]} refreshTokens the first of a family of each seeded session.
 * @property {number} clients how many the sessions belong to, in turn.
 */

/**
 * What the benchmark tells a contestant when it starts it.
 *
 * @typedef {object} Assignment
 * @property {string} database `sqlite:FILE` on a real disk, `postgres://…` or `null:`, which commits nothing (ours only).
 * @property {Alg} alg
 * @property {string} secret one for all processes on a database.
 * @property {string | null} joins the issuer of the process that seeded this database; `null` for that one itself.
 * @property {number} sessions how many live sessions to seed, each with a refresh token family.
 * @property {number} copies how many times as many are stored: the rest is never asked for.
 * @property {number} clients how many are registered; sessions belong to them in turn.
 * @property {Audience} audience
 * @property {number} overlapSeconds within which a retry gets the same successor.
 * @property {'each' | 'shared'} peerCommit whether oidc-provider's SQLite adapter commits each write or shares commits.
 */

/**
 * A contestant that serves.
 *
 * @typedef {object} Serving
 * @property {Entry} entry
 * @property {() => Promise<void>} stop
 */

/**
 * One client, nothing stored but what is asked for, tokens for the API.
 *
 * @type {Pick<Assignment, 'clients' | 'copies' | 'audience'>}
 */
export const ONE_OF_EACH = { clients: 1, copies: 1, audience: 'api' };
