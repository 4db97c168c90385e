import { newSecret } from '@sojourn/server';
import { ChildProcess } from './child-process.js';
import { openDatabases } from './databases.js';
import { holdRace } from './race/hold-race.js';
import { buildExpectation, countFaults } from './race/judge-race.js';
import { parseOptions, USAGE } from './race/options.js';
import { alignColumns } from './report.js';
import { spreadOf } from './statistics.js';
import { ONE_OF_EACH } from './workload.js';

/** @import { Databases } from './databases.js' */
/** @import { FamilyOutcome } from './race/hold-race.js' */
/** @import { RaceOptions } from './race/options.js' */
/** @import { Assignment, ContestantName, Entry } from './workload.js' */

/**
 * @typedef {object} Race
 * @property {ContestantName} contestant
 * @property {'sqlite' | 'postgres'} store
 * @property {number} processes
 * @property {boolean} overlaps whether a retry within 30 seconds is given the same successor.
 */

/**
 * oidc-provider has no overlap, and an embedded database has one process.
 *
 * @param {RaceOptions} options
 * @returns {Race[]}
 */
function planRaces({ stores }) {
  const places = stores.flatMap((store) =>
    (store === 'sqlite' ? [1] : [1, 3]).map((processes) => ({ store, processes })),
  );
  return places.flatMap((place) => [
    { ...place, contestant: 'sojourn', overlaps: true },
    { ...place, contestant: 'sojourn', overlaps: false },
    { ...place, contestant: 'oidc-provider', overlaps: false },
  ]);
}

/**
 * @param {Race} race
 * @param {RaceOptions} options
 * @param {Databases} databases
 * @returns {Promise<FamilyOutcome[]>}
 */
async function run({ contestant, store, processes, overlaps }, options, databases) {
  /** @type {Assignment} */
  const assignment = {
    database: await databases.create(store),
    alg: 'ES256',
    secret: newSecret(),
    joins: null,
    sessions: options.families,
    ...ONE_OF_EACH,
    overlapSeconds: overlaps ? 30 : 0,
    peerCommit: 'each',
  };
  /** @type {ChildProcess[]} */
  const children = [];
  try {
    /** @type {Entry[]} */
    const entries = [];
    while (entries.length < processes) {
      const argument = {
        name: contestant,
        assignment: { ...assignment, joins: entries[0]?.issuer ?? null },
      };
      const child = new ChildProcess('./contestants/contestant.js', { argument });
      children.push(child);
      entries.push((await child.hear()).entry);
    }
    return await holdRace(entries, { ...options, mayFail: contestant !== 'sojourn' });
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/**
 * @param {Race} race
 * @param {readonly FamilyOutcome[]} outcomes
 * @param {number} faults
 */
function formatRace({ contestant, store, processes, overlaps }, outcomes, faults) {
  const range = (/** @type {keyof FamilyOutcome} */ figure) => {
    const { min, median, max } = spreadOf(outcomes.map((outcome) => outcome[figure]));
    return `${min} / ${median} / ${max}`;
  };
  return [
    `${contestant}, ${store} x${processes}, ${overlaps ? 'overlap 30 s' : 'no overlap'}`,
    ...[range('winners'), range('successors'), range('living')],
    faults === 0 ? 'as it must be' : `${faults} of ${outcomes.length} families otherwise`,
  ];
}

/**
 * @param {RaceOptions} options
 * @returns {Promise<number>} the exit code.
 */
async function holdRaces(options) {
  const databases = await openDatabases(process.env.SOJOURN_BENCH_POSTGRES);
  try {
    const rows = [];
    let ourFaults = 0;
    for (const race of planRaces(options)) {
      const outcomes = await run(race, options, databases);
      const { overlaps } = race;
      const faults = countFaults(outcomes, buildExpectation({ overlaps, uses: options.uses }));
      if (race.contestant === 'sojourn') ourFaults += faults;
      rows.push(formatRace(race, outcomes, faults));
    }
    console.log(
      `${options.uses} uses at once of one refresh token, ${options.families} families one after the other\n`,
    );
    const figures = ['winners min / med / max', 'different successors', 'of them living', 'verdict'];
    console.log(alignColumns([['server', ...figures], ...rows]));
    return ourFaults === 0 ? 0 : 1;
  } finally {
    await databases.close();
  }
}

const options = parseOptions(process.argv.slice(2));
if (typeof options === 'string') {
  console.error(`${options}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.exitCode = await holdRaces(options).catch((error) => {
    console.error(`The race failed: ${error.message}`);
    return 1;
  });
}
