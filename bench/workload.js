/**
 * What both contestants are asked to do, in one place: the same client, the same API, the same scopes, the same
 * PKCE pair. Whatever a contestant needs to know to be seeded, and whatever the load needs to know to ask, is here.
 */

/** @typedef {'silent' | 'pair'} Flow `silent` is one request; `pair` is that request and the exchange of its code. */
/** @typedef {'ES256' | 'RS256'} Alg What ID tokens are signed with. Access tokens are ES256 in every run. */

/** @type {readonly Flow[]} */
export const FLOWS = ['silent', 'pair'];
/** @type {readonly Alg[]} */
export const ALGS = ['ES256', 'RS256'];

/** A public client with one registered address, on https as in production (the server itself never visits it). */
export const CLIENT = {
  clientId: 'benchmark-shop',
  redirectUri: 'https://shop.example/callback',
  origin: 'https://shop.example',
};

export const API = { identifier: 'https://api.example/', scope: 'read:items', tokenLifetimeSeconds: 3600 };

/** What auth0-spa-js asks for by default, and one scope of the API. */
export const SCOPE = `openid profile email ${API.scope}`;

/** RFC 7636 Appendix B. A constant pair costs the server the same as a fresh one and the load nothing. */
export const PKCE = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

/** @param {number} index */
export function endUser(index) {
  return {
    userId: `auth0|benchmark-${index}`,
    name: `End User ${index}`,
    nickname: `user-${index}`,
    email: `user-${index}@shop.example`,
  };
}

/**
 * What a contestant tells the benchmark once it serves.
 *
 * @typedef {object} Entry
 * @property {number} port
 * @property {string} authorizationPath
 * @property {string} tokenPath
 * @property {'audience' | 'resource'} apiParameter the contestant's own name for "tokens for this API".
 * @property {string[]} cookies one `Cookie` header for each seeded session.
 */

/**
 * What the benchmark tells a contestant when it starts it.
 *
 * @typedef {object} Assignment
 * @property {string} folder on a real disk, for the database.
 * @property {Alg} alg
 * @property {number} sessions how many live sessions to seed.
 * @property {'each' | 'shared'} peerCommit whether oidc-provider's adapter commits each write or shares commits.
 */
