import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChildProcess } from './child-process.js';
import { rehearse } from './rehearsal.js';

/** @import { LoadResult } from './load/generate.js' */
/** @import { Options } from './options.js' */
/** @import { Alg, Assignment, Entry, Flow } from './workload.js' */

/** @typedef {'sojourn' | 'oidc-provider'} ContestantName */

/** The order within a round: A B, A B, … @type {readonly ContestantName[]} */
export const CONTESTANTS = ['sojourn', 'oidc-provider'];

/**
 * One contestant under one flow for a few seconds.
 *
 * @typedef {object} Run
 * @property {number} requestsPerSecond
 * @property {number} cpuMicroseconds of the contestant's process, per request.
 * @property {number} p50Ms
 * @property {number} p99Ms
 */

/**
 * One flow under one algorithm: what each contestant did in each counted round.
 *
 * @typedef {object} Cell
 * @property {Flow} flow
 * @property {Alg} alg
 * @property {Record<ContestantName, Run[]>} runs
 */

/**
 * Lets the contestants take turns, flow by flow and round by round, on fresh databases.
 *
 * @param {Alg} alg
 * @param {readonly Flow[]} flows
 * @param {Options} options
 * @param {string} folder on a real disk.
 * @returns {Promise<Cell[]>}
 */
export async function holdContest(alg, flows, options, folder) {
  /** @type {ChildProcess[]} */
  const children = [];
  const open = (/** @type {ChildProcess} */ child) => {
    children.push(child);
    return child;
  };
  try {
    const load = open(new ChildProcess('./load/generate.js'));
    const seats = [];
    for (const name of CONTESTANTS) {
      seats.push(await takeSeat(name, open, alg, options, join(folder, `${name}-${alg}`)));
    }
    const cells = flows.map((flow) => emptyCell(flow, alg));
    // Code is compiled and caches are filled in a round that does not count.
    const warmUps = options.smoke ? 0 : 1;
    for (let round = -warmUps; round < options.rounds; round++) {
      for (const cell of cells) {
        for (const { name, entry, child } of seats) {
          const run = await measure(child, load, { entry, flow: cell.flow, ...options });
          if (round >= 0) cell.runs[name].push(run);
        }
      }
    }
    return cells;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/**
 * @param {ContestantName} name
 * @param {(child: ChildProcess) => ChildProcess} open
 * @param {Alg} alg
 * @param {Options} options
 * @param {string} folder
 * @returns {Promise<{ name: ContestantName, entry: Entry, child: ChildProcess }>}
 */
async function takeSeat(name, open, alg, { sessions, peerCommit, profile }, folder) {
  mkdirSync(folder);
  /** @type {Assignment} */
  const argument = { folder, alg, sessions, peerCommit };
  const nodeOptions =
    profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(profile, `${name}-${alg}`)}`];
  const child = open(new ChildProcess(`./contestants/${name}.js`, { argument, nodeOptions }));
  const { entry } = await child.hear();
  await rehearse(name, entry, alg);
  return { name, entry, child };
}

/**
 * @param {ChildProcess} contestant
 * @param {ChildProcess} load
 * @param {{ entry: Entry, flow: Flow, seconds: number, connections: number }} order
 * @returns {Promise<Run>}
 */
async function measure(contestant, load, { entry, flow, seconds, connections }) {
  const cpuBefore = await contestant.cpuMicroseconds();
  /** @type {{ result?: LoadResult, failure?: string }} */
  const { result, failure } = await load.ask({ entry, flow, seconds, connections });
  const cpuAfter = await contestant.cpuMicroseconds();
  if (result === undefined) throw new Error(failure);
  return {
    requestsPerSecond: result.answered / result.elapsedSeconds,
    cpuMicroseconds: (cpuAfter - cpuBefore) / result.answered,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
  };
}

/**
 * @param {Flow} flow
 * @param {Alg} alg
 * @returns {Cell}
 */
function emptyCell(flow, alg) {
  return { flow, alg, runs: { sojourn: [], 'oidc-provider': [] } };
}
