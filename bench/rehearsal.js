import { Connection } from './load/connection.js';
import { checkTokens, prepareRequests, readCode } from './load/requests.js';
import { API, endUser } from './workload.js';

/** @import { Alg, Entry } from './workload.js' */

/**
 * One pair before anything is measured, looked at closely: both contestants must give the same tokens, or the
 * comparison means nothing. The load itself only looks whether tokens are there.
 *
 * @param {string} contestant
 * @param {Entry} entry
 * @param {Alg} alg
 */
export async function rehearse(contestant, entry, alg) {
  const connection = new Connection(entry.port);
  try {
    const requests = prepareRequests(entry);
    const code = readCode(await connection.ask(requests.authorize(0)));
    const answer = await connection.ask(requests.exchange(0, code));
    checkTokens(answer);
    const tokens = JSON.parse(answer.body);
    const idToken = decode(tokens.id_token);
    const accessToken = decode(tokens.access_token);
    const { userId, name, email } = endUser(0);

    expectEqual(contestant, 'alg of the ID token', idToken.header.alg, alg);
    expectEqual(contestant, 'alg of the access token', accessToken.header.alg, 'ES256');
    expectEqual(contestant, 'sub', idToken.claims.sub, userId);
    expectEqual(contestant, 'name in the ID token', idToken.claims.name, name);
    expectEqual(contestant, 'email in the ID token', idToken.claims.email, email);
    expectEqual(contestant, 'nonce', typeof idToken.claims.nonce, 'string');
    expectEqual(contestant, 'API audience', [accessToken.claims.aud].flat().includes(API.identifier), true);
    expectEqual(
      contestant,
      'API scope',
      String(accessToken.claims.scope).split(' ').includes(API.scope),
      true,
    );
    expectEqual(contestant, 'refresh token', tokens.refresh_token, undefined);
  } finally {
    connection.close();
  }
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
