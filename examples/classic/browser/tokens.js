const KEY = 'harbour.tokens';

/**
 * What the page holds: kept in the tab, so that a reload finds them and plans the next renewal anew.
 *
 * @typedef {object} Tokens
 * @property {string} accessToken
 * @property {string} idToken
 * @property {import('./libraries.js').AuthResult['idTokenPayload']} claims of the ID token
 * @property {number} receivedAt
 * @property {number} expiresAt of the access token
 */

/** @returns {Tokens | null} */
export function readTokens() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
}

/**
 * @param {import('./libraries.js').AuthResult} result
 * @param {number} receivedAt
 * @returns {Tokens}
 */
export function keepTokens({ accessToken, idToken, idTokenPayload, expiresIn }, receivedAt) {
  const expiresAt = receivedAt + expiresIn * 1000;
  const tokens = { accessToken, idToken, claims: idTokenPayload, receivedAt, expiresAt };
  sessionStorage.setItem(KEY, JSON.stringify(tokens));
  return tokens;
}

export function forgetTokens() {
  sessionStorage.removeItem(KEY);
}
