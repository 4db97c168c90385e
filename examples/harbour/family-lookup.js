/**
 * A family as `sojourn tokens show --json` tells it, in what is used of it here. Moments in ISO 8601.
 *
 * @typedef {object} ToldFamily
 * @property {number} generation
 * @property {string} rotatedAt
 * @property {number} repeats
 * @property {string} startedAt
 * @property {string | null} idleExpiresAt
 * @property {string | null} expiresAt
 * @property {string | null} jkt
 *
 * @typedef {(id: string) => Promise<ToldFamily | null>} FindFamily `null`: it cannot be told
 *
 * @typedef {import('./browser/family-card.js').FamilyAnswer} FamilyAnswer
 */

/**
 * Tells the family of refresh tokens that an access token came from. Whoever holds a good access token of the
 * application is told, and nobody else: Sojourn itself judges the token, by an answer at userinfo.
 *
 * @param {object} options
 * @param {string} options.issuer ends in `/`
 * @param {string} options.clientId of the application that asks
 * @param {FindFamily | null} options.findFamily asks Sojourn as an operator does; `null` where nobody may
 * @returns {(accessToken: string) => Promise<FamilyAnswer>}
 */
export function createFamilyLookup({ issuer, clientId, findFamily }) {
  return async (accessToken) => {
    if (findFamily === null) return { outcome: 'cannot-know' };
    try {
      const headers = { authorization: `Bearer ${accessToken}` };
      const { ok } = await fetch(`${issuer}userinfo`, { headers });
      const id = ok ? readFamilyId(accessToken, clientId) : null;
      if (id === null) return { outcome: 'token-refused' };
      const told = await findFamily(id);
      return told === null ? { outcome: 'cannot-know' } : { outcome: 'told', family: buildFamily(told) };
    } catch {
      // Sojourn is away.
      return { outcome: 'cannot-know' };
    }
  };
}

/**
 * What `sojourn tokens` calls the family of an access token.
 *
 * @param {string} accessToken a JWT that Sojourn has found good
 * @param {string} clientId
 * @returns {string | null} `null` for a token of another application
 */
export function readFamilyId(accessToken, clientId) {
  const [, payload = ''] = accessToken.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return claims.client_id === clientId ? `${claims.sid}.${claims.grant_id}` : null;
}

/**
 * @param {ToldFamily} told
 * @returns {import('./browser/family-card.js').Family}
 */
function buildFamily({ generation, rotatedAt, repeats, startedAt, idleExpiresAt, expiresAt, jkt }) {
  return {
    generation,
    rotatedAt: Date.parse(rotatedAt),
    repeats,
    startedAt: Date.parse(startedAt),
    idleExpiresAt: idleExpiresAt === null ? null : Date.parse(idleExpiresAt),
    expiresAt: expiresAt === null ? null : Date.parse(expiresAt),
    isBound: jkt !== null,
  };
}
