import { Connection } from './load/connection.js';
import { checkTokens, findRefreshToken, prepareRequests, readCode, readSuccessor } from './load/requests.js';
import { API, CLIENT, endUser } from './workload.js';

/** @import { Alg, Audience, Entry } from './workload.js' */

/**
 * One pair and one refresh before anything is measured, looked at closely: all contestants must give the same tokens,
 * or the comparison means nothing. The load itself only looks whether tokens are there.
 *
 * @param {string} contestant
 * @param {Entry} entry
 * @param {{ alg: Alg, audience: Audience }} expected
 */
export async function rehearse(contestant, entry, { alg, audience }) {
  const connection = new Connection(entry.port);
  try {
    const requests = prepareRequests(entry);
    const code = readCode(await connection.ask(requests.authorize(0)));
    const pair = await connection.ask(requests.exchange(0, code));
    checkTokens(pair);
    const exchanged = checkClaims(`${contestant}, pair`, pair.body, { alg, audience: 'api' });
    expectEqual(contestant, 'nonce', typeof exchanged.idToken.claims.nonce, 'string');
    expectEqual(contestant, 'refresh token', findRefreshToken(pair.body), null);

    const [first = ''] = entry.refreshTokens;
    const refresh = await connection.ask(requests.refresh(0, first));
    const successor = readSuccessor(refresh);
    checkClaims(`${contestant}, refresh`, refresh.body, { alg, audience });
    expectEqual(contestant, 'rotated', successor !== first, true);
    entry.refreshTokens[0] = successor;
  } finally {
    connection.close();
  }
}

/**
 * @param {string} answer whose, for the complaint.
 * @param {string} body
 * @param {{ alg: Alg, audience: Audience }} expected
 */
function checkClaims(answer, body, { alg, audience }) {
  const tokens = JSON.parse(body);
  const idToken = decode(tokens.id_token);
  const accessToken = decode(tokens.access_token);
  const { userId, name, email } = endUser(0);
  expectEqual(answer, 'alg of the ID token', idToken.header.alg, alg);
  expectEqual(answer, 'alg of the access token', accessToken.header.alg, audience === 'api' ? 'ES256' : alg);
  expectEqual(answer, 'sub', idToken.claims.sub, userId);
  expectEqual(answer, 'name in the ID token', idToken.claims.name, name);
  expectEqual(answer, 'email in the ID token', idToken.claims.email, email);
  expectEqual(answer, 'aud of the ID token', [idToken.claims.aud].flat().join(' '), CLIENT.clientId);
  expectEqual(answer, 'sub of the access token', accessToken.claims.sub, userId);
  const isForApi = audience === 'api';
  expectEqual(answer, 'API audience', [accessToken.claims.aud].flat().includes(API.identifier), isForApi);
  const scope = String(accessToken.claims.scope).split(' ');
  expectEqual(answer, 'API scope', scope.includes(API.scope), isForApi);
  return { idToken, accessToken };
}

/** @param {string} jwt */
function decode(jwt) {
  const [header, claims] = jwt
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims };
}

/**
 * @param {string} contestant
 * @param {string} what
 * @param {unknown} found
 * @param {unknown} expected
 */
function expectEqual(contestant, what, found, expected) {
  if (found === expected) return;
  throw new Error(`${contestant}: ${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
