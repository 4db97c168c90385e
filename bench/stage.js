import { join } from 'node:path';
import { newSecret } from '@sojourn/server';
import { ChildProcess } from './child-process.js';
import { rehearse } from './rehearsal.js';

/** @import { Databases } from './databases.js' */
/** @import { LoadResult } from './load/generate.js' */
/** @import { Assignment, ContestantName, Entry, Flow, StoreName } from './workload.js' */

/**
 * One contestant under one flow for a few seconds.
 *
 * @typedef {object} Run
 * @property {number} requestsPerSecond
 * @property {number} cpuMicroseconds of the contestant's processes, per request.
 * @property {number | null} databaseCpuMicroseconds of the database server, per request; `null` where there is none.
 * @property {number} loadCpuMicroseconds of the process that asks, per request.
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} rssMiB of the contestant's processes, afterwards.
 */

/**
 * Who is to serve, and what it stands on.
 *
 * @typedef {Pick<Assignment, 'alg' | 'audience' | 'clients' | 'sessions' | 'copies' | 'peerCommit'>
 *   & { title: string, contestant: ContestantName, store: StoreName, processes: number }} Lineup
 */

/** @typedef {{ entry: Entry, ports: number[], children: ChildProcess[], store: StoreName }} Seated */
/** @typedef {{ flow: Flow, connections: number, seconds: number }} Turn */

/** Seeding millions of rows is within it. */
const SEEDING_WITHIN_MS = 3_600_000;

/**
 * Where contestants serve, each in processes of its own, and one process asks them.
 *
 * @param {Databases} databases
 * @param {string | null} profile folder for V8 CPU profiles.
 */
export function openStage(databases, profile) {
  /** @type {ChildProcess[]} */
  const children = [];
  const open = (/** @type {ChildProcess} */ child) => {
    children.push(child);
    return child;
  };
  const load = open(new ChildProcess('./load/generate.js'));

  return {
    /**
     * Starts a contestant on a fresh database and looks at its tokens once.
     *
     * @param {Lineup} lineup
     * @returns {Promise<Seated>}
     */
    async seat({ title, contestant, store, processes, ...stored }) {
      const database = await databases.create(store);
      /** @type {Assignment} */
      const assignment = { ...stored, database, secret: newSecret(), joins: null, overlapSeconds: 30 };
      const nodeOptions =
        profile === null
          ? []
          : ['--cpu-prof', `--cpu-prof-dir=${join(profile, title.replaceAll(', ', '-'))}`];
      /** @type {Entry[]} */
      const entries = [];
      const own = [];
      while (entries.length < processes) {
        const joins = entries[0]?.issuer ?? null;
        const argument = { name: contestant, assignment: { ...assignment, joins } };
        const child = open(new ChildProcess('./contestants/contestant.js', { argument, nodeOptions }));
        own.push(child);
        entries.push((await child.hear(SEEDING_WITHIN_MS)).entry);
      }
      const entry = /** @type {Entry} */ (entries[0]);
      if (contestant !== 'bare-limit') await rehearse(title, entry, stored);
      return { entry, ports: entries.map(({ port }) => port), children: own, store };
    },

    /**
     * @param {Seated} seated
     * @param {Turn} turn
     * @returns {Promise<Run>}
     */
    async measure({ entry, ports, children: contestants, store }, turn) {
      const database = store === 'postgres' ? databases : null;
      const before = await usageOf(contestants);
      const databaseBefore = database?.cpuMicroseconds() ?? null;
      /** @type {{ result?: LoadResult, failure?: string }} */
      const { result, failure } = await load.ask({ entry, ports, ...turn });
      const after = await usageOf(contestants);
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
    },

    close: () => Promise.all(children.map((child) => child.stop())),
  };
}

/** @param {readonly ChildProcess[]} contestants */
async function usageOf(contestants) {
  const usages = await Promise.all(contestants.map((child) => child.usage()));
  return {
    cpuMicroseconds: usages.reduce((sum, usage) => sum + usage.cpuMicroseconds, 0),
    rssBytes: usages.reduce((sum, usage) => sum + usage.rssBytes, 0),
  };
}
