import { join } from 'node:path';
import { newSecret } from '@sojourn/server';
import { ChildProcess } from './child-process.js';
import { rehearse } from './rehearsal.js';
import { planTrials, titleOfSeat } from './trials.js';

/** @import { Databases } from './databases.js' */
/** @import { LoadResult } from './load/generate.js' */
/** @import { Options } from './options.js' */
/** @import { Seat, Trial } from './trials.js' */
/** @import { Assignment, Entry, Flow } from './workload.js' */

/**
 * One contestant under one flow for a few seconds.
 *
 * @typedef {object} Run
 * @property {number} requestsPerSecond
 * @property {number} cpuMicroseconds of the contestant's process, per request.
 * @property {number | null} databaseCpuMicroseconds of the database server, per request; `null` where there is none.
 * @property {number} loadCpuMicroseconds of the process that asks, per request.
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} rssMiB of the contestant's process, afterwards.
 */

/**
 * What one contestant did in each counted round of a trial.
 *
 * @typedef {Seat & Pick<Trial, 'flow' | 'connections'> & { runs: Run[] }} Series
 */

/** @typedef {{ entry: Entry, child: ChildProcess }} Seated */

/**
 * Lets the contestants take turns, flow by flow and round by round, on fresh databases.
 *
 * @param {Options} options
 * @param {Databases} databases
 * @returns {Promise<Series[]>}
 */
export async function holdContest(options, databases) {
  /** @type {ChildProcess[]} */
  const children = [];
  const open = (/** @type {ChildProcess} */ child) => {
    children.push(child);
    return child;
  };
  try {
    const load = open(new ChildProcess('./load/generate.js'));
    const trials = planTrials(options);
    /** @type {Map<string, Seated>} */
    const seated = new Map();
    for (const seat of trials.flatMap(({ seats }) => seats)) {
      const title = titleOfSeat(seat);
      if (!seated.has(title)) seated.set(title, await takeSeat(seat, open, options, databases));
    }
    const series = trials.flatMap(({ seats, flow, connections }) =>
      seats.map((seat) => ({ ...seat, flow, connections, runs: /** @type {Run[]} */ ([]) })),
    );
    // Code is compiled and caches are filled in a round that does not count.
    const warmUps = options.smoke ? 0 : 1;
    for (let round = -warmUps; round < options.rounds; round++) {
      for (const one of series) {
        const { entry, child } = /** @type {Seated} */ (seated.get(titleOfSeat(one)));
        const { flow, connections, store } = one;
        const order = { entry, flow, connections, seconds: options.seconds };
        const run = await measure(child, load, order, store === 'postgres' ? databases : null);
        if (round >= 0) one.runs.push(run);
      }
    }
    return series;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/**
 * @param {Seat} seat
 * @param {(child: ChildProcess) => ChildProcess} open
 * @param {Options} options
 * @param {Databases} databases
 * @returns {Promise<Seated>}
 */
async function takeSeat(seat, open, { sessions, peerCommit, profile }, databases) {
  /** @type {Assignment} */
  const assignment = {
    database: await databases.create(seat.store),
    alg: seat.alg,
    secret: newSecret(),
    joins: null,
    sessions,
    overlapSeconds: 30,
    peerCommit,
  };
  const argument = { name: seat.contestant, assignment };
  const title = titleOfSeat(seat);
  const nodeOptions =
    profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(profile, title.replaceAll(', ', '-'))}`];
  const child = open(new ChildProcess('./contestants/contestant.js', { argument, nodeOptions }));
  const { entry } = await child.hear();
  await rehearse(title, entry, seat.alg);
  return { entry, child };
}

/**
 * @param {ChildProcess} contestant
 * @param {ChildProcess} load
 * @param {{ entry: Entry, flow: Flow, seconds: number, connections: number }} order
 * @param {Pick<Databases, 'cpuMicroseconds'> | null} database the server behind this contestant.
 * @returns {Promise<Run>}
 */
async function measure(contestant, load, order, database) {
  const before = await contestant.usage();
  const databaseBefore = database?.cpuMicroseconds() ?? null;
  /** @type {{ result?: LoadResult, failure?: string }} */
  const { result, failure } = await load.ask(order);
  const after = await contestant.usage();
  const databaseAfter = database?.cpuMicroseconds() ?? null;
  if (result === undefined) throw new Error(failure);
  return {
    requestsPerSecond: result.answered / result.elapsedSeconds,
    cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / result.answered,
    databaseCpuMicroseconds:
      databaseBefore === null || databaseAfter === null
        ? null
        : (databaseAfter - databaseBefore) / result.answered,
    loadCpuMicroseconds: result.cpuMicroseconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    rssMiB: after.rssBytes / 2 ** 20,
  };
}
