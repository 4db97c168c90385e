import { openStage } from './stage.js';
import { planTrials, titleOfSeat } from './trials.js';
import { ONE_OF_EACH } from './workload.js';

/** @import { Databases } from './databases.js' */
/** @import { Options } from './options.js' */
/** @import { Run, Seated } from './stage.js' */
/** @import { Seat, Trial } from './trials.js' */

/**
 * What one contestant did in each counted round of a trial.
 *
 * @typedef {Seat & Pick<Trial, 'flow' | 'connections'> & { runs: Run[] }} Series
 */

/**
 * Lets the contestants take turns, flow by flow and round by round, on fresh databases.
 *
 * @param {Options} options
 * @param {Databases} databases
 * @returns {Promise<Series[]>}
 */
export async function holdContest(options, databases) {
  const { sessions, peerCommit, seconds } = options;
  const stage = openStage(databases, options.profile);
  try {
    const trials = planTrials(options);
    /** @type {Map<string, Seated>} */
    const seated = new Map();
    for (const seat of trials.flatMap(({ seats }) => seats)) {
      const title = titleOfSeat(seat);
      if (seated.has(title)) continue;
      const lineup = { ...seat, ...ONE_OF_EACH, title, sessions, peerCommit, processes: 1 };
      seated.set(title, await stage.seat(lineup));
    }
    const series = trials.flatMap(({ seats, flow, connections }) =>
      seats.map((seat) => ({ ...seat, flow, connections, runs: /** @type {Run[]} */ ([]) })),
    );
    // Code is compiled and caches are filled in a round that does not count.
    const warmUps = options.smoke ? 0 : 1;
    for (let round = -warmUps; round < options.rounds; round++) {
      for (const one of series) {
        const { flow, connections } = one;
        const contestant = /** @type {Seated} */ (seated.get(titleOfSeat(one)));
        const run = await stage.measure(contestant, { flow, connections, seconds });
        if (round >= 0) one.runs.push(run);
      }
    }
    return series;
  } finally {
    await stage.close();
  }
}
