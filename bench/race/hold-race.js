import { Connection } from '../load/connection.js';
import { findRefreshToken, prepareRequests, WrongAnswer } from '../load/requests.js';

/** @import { Requests } from '../load/requests.js' */
/** @import { Entry } from '../workload.js' */

/**
 * What became of one family whose current token was used many times at once.
 *
 * @typedef {object} FamilyOutcome
 * @property {number} winners uses that were given tokens.
 * @property {number} successors different refresh tokens among what they were given.
 * @property {number} living of those that could be used afterwards.
 */

/**
 * One of those who use a token: a connection to one of the processes.
 *
 * @typedef {{ connection: Connection, requests: Requests, mayFail: boolean }} Runner
 */

/**
 * Uses the token of each family many times at once, one family after the other, over connections that stand, spread
 * over all processes. Afterwards each successor is tried once.
 *
 * @param {readonly Entry[]} entries of one contestant's processes on one database; the first one's families are used.
 * @param {{ families: number, uses: number, mayFail?: boolean }} size  `mayFail`: a use that is answered with a fault of
 *   the server has won nothing, as oidc-provider's are where two of its writes meet. Ours may not.
 * @returns {Promise<FamilyOutcome[]>}
 */
export async function holdRace(entries, { families, uses, mayFail = false }) {
  const tokens = entries[0]?.refreshTokens.slice(0, families) ?? [];
  const runners = Array.from({ length: uses }, (_, index) =>
    toRunner(/** @type {Entry} */ (entries[index % entries.length]), mayFail),
  );
  try {
    await Promise.all(runners.map(({ connection }) => connection.opened()));
    const outcomes = [];
    for (const [family, token] of tokens.entries()) outcomes.push(await raceFor(family, token, runners));
    return outcomes;
  } finally {
    for (const { connection } of runners) connection.close();
  }
}

/**
 * @param {Entry} entry
 * @param {boolean} mayFail
 * @returns {Runner}
 */
function toRunner(entry, mayFail) {
  return { connection: new Connection(entry.port), requests: prepareRequests(entry), mayFail };
}

/**
 * @param {number} family
 * @param {string} token
 * @param {readonly Runner[]} runners
 * @returns {Promise<FamilyOutcome>}
 */
async function raceFor(family, token, runners) {
  const answers = await Promise.all(runners.map((runner) => use(runner, family, token)));
  const given = answers.filter((successor) => successor !== null);
  const successors = [...new Set(given)];
  // One after the other: presented at once, they would be a race of their own.
  let living = 0;
  for (const [index, successor] of successors.entries()) {
    const runner = /** @type {Runner} */ (runners[index]);
    if ((await use(runner, family, successor)) !== null) living += 1;
  }
  return { winners: given.length, successors: successors.length, living };
}

/**
 * @param {Runner} runner
 * @param {number} family
 * @param {string} token
 * @returns {Promise<string | null>} the successor; `null` where the use was refused as RFC 6749 says.
 * @throws {WrongAnswer} for anything else: a server in trouble has neither won nor lost.
 */
async function use({ connection, requests, mayFail }, family, token) {
  const { status, body } = await connection.ask(requests.refresh(family, token));
  if (status === 400 && body.includes('"invalid_grant"')) return null;
  if (status >= 500 && mayFail) return null;
  const successor = status === 200 ? findRefreshToken(body) : null;
  if (successor === null) throw new WrongAnswer('a use of a refresh token', status, body);
  return successor;
}
