import { openStage } from '../stage.js';
import { ONE_OF_EACH } from '../workload.js';

/** @import { Databases } from '../databases.js' */
/** @import { Options } from '../options.js' */
/** @import { Run, Seated } from '../stage.js' */
/** @import { Alg, Audience } from '../workload.js' */

/**
 * A refresh by Sojourn and by the bare limit, in the same rounds.
 *
 * @typedef {object} LimitSeries
 * @property {Alg} alg of the ID token.
 * @property {Audience} audience of the access token. For `userinfo` both tokens have the algorithm.
 * @property {Run[]} sojourn
 * @property {Run[]} limit
 */

/** What an API in ES256 asks, and auth0-spa-js without an audience: two RSA signatures. @type {readonly [Alg, Audience][]} */
const REFRESHES = [
  ['ES256', 'api'],
  ['RS256', 'userinfo'],
];
/** A tenth more or less shows in so many short rounds, taken in turns. */
const ROUNDS_AT_LEAST = 15;

/**
 * @param {Options} options
 * @param {Databases} databases
 * @returns {Promise<LimitSeries[]>}
 */
export async function measureLimit({ connections, seconds, rounds, smoke, sessions, profile }, databases) {
  const stage = openStage(databases, profile);
  try {
    /** @type {{ series: LimitSeries, ours: Seated, theirs: Seated }[]} */
    const all = [];
    for (const [alg, audience] of REFRESHES) {
      const shared = { ...ONE_OF_EACH, alg, audience, sessions, processes: 1 };
      const lineup = {
        ...shared,
        store: /** @type {const} */ ('sqlite'),
        peerCommit: /** @type {const} */ ('each'),
      };
      const title = `${alg.toLowerCase()}, ${audience}`;
      const ours = await stage.seat({ ...lineup, contestant: 'sojourn', title: `sojourn, ${title}` });
      const theirs = await stage.seat({ ...lineup, contestant: 'bare-limit', title: `bare limit, ${title}` });
      all.push({ series: { alg, audience, sojourn: [], limit: [] }, ours, theirs });
    }
    const [warmUps, counted] = smoke ? [0, 1] : [1, Math.max(rounds, ROUNDS_AT_LEAST)];
    const turn = { flow: /** @type {const} */ ('refresh'), connections, seconds };
    for (let round = -warmUps; round < counted; round++) {
      for (const { series, ours, theirs } of all) {
        const [run, limit] = [await stage.measure(ours, turn), await stage.measure(theirs, turn)];
        if (round < 0) continue;
        series.sojourn.push(run);
        series.limit.push(limit);
      }
    }
    return all.map(({ series }) => series);
  } finally {
    await stage.close();
  }
}
