import { spreadOf } from './statistics.js';

/** @import { Comparison } from './comparisons.js' */
/** @import { Series } from './contest.js' */
/** @import { Run } from './stage.js' */
/** @import { Machine } from './machine.js' */
/** @import { Spread } from './statistics.js' */

/**
 * @param {Machine} machine
 * @returns {string}
 */
export function formatMachine(machine) {
  const { processor, cores, memoryGiB, system, loadAverage, fsyncMs, versions, commit } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, load average ${loadAverage.toFixed(1)}`,
    `fsync ${fsyncMs.toFixed(2)} ms (median); ${packages.join(', ')}; commit ${commit}`,
  ].join('\n');
}

/**
 * The figures of every trial, one contestant a row.
 *
 * @param {readonly Series[]} series
 * @returns {string}
 */
export function formatTable(series) {
  return alignColumns([
    [
      'flow',
      'store',
      'server',
      'requests/s min / med / max',
      'CPU us per request',
      'and database',
      'and load',
      'p50 ms',
      'p99 ms',
      'RSS MiB',
    ],
    ...series.map(({ flow, connections, store, contestant, alg, runs }) => [
      `${flow} x${connections}`,
      store,
      `${contestant} ${alg.toLowerCase()}`,
      ...formatRuns(runs),
    ]),
  ]);
}

/** @param {readonly Run[]} runs */
function formatRuns(runs) {
  const median = (/** @type {(run: Run) => number} */ figure) => spreadOf(runs.map(figure)).median;
  const databaseTimes = runs.flatMap(({ databaseCpuMicroseconds }) => databaseCpuMicroseconds ?? []);
  return [
    formatSpread(spreadOf(runs.map((run) => run.requestsPerSecond)), 0),
    formatSpread(spreadOf(runs.map((run) => run.cpuMicroseconds)), 0),
    databaseTimes.length === 0 ? '' : formatSpread(spreadOf(databaseTimes), 0),
    median((run) => run.loadCpuMicroseconds).toFixed(0),
    median((run) => run.p50Ms).toFixed(1),
    median((run) => run.p99Ms).toFixed(1),
    median((run) => run.rssMiB).toFixed(0),
  ];
}

/**
 * How many times better, by rate, by CPU time and by p99, beside the goal where one is owed.
 *
 * @param {readonly Comparison[]} comparisons
 * @param {boolean} judged whether the run was long enough to be held against the goals.
 * @returns {string}
 */
export function formatRatios(comparisons, judged) {
  return alignColumns([
    ['sojourn', 'against', 'by rate', 'round by round', 'by CPU', 'round by round', 'by p99', 'goal'],
    ...comparisons.map((comparison) => {
      const { flow, connections, store, pairing, against, rate, cpu, p99 } = comparison;
      return [
        `${flow} x${connections} ${store} ${pairing}`,
        against,
        rate.ofMedians.toFixed(2),
        formatSpread(rate.byRound, 2),
        cpu.ofMedians.toFixed(2),
        formatSpread(cpu.byRound, 2),
        p99.ofMedians.toFixed(2),
        judged ? judge(comparison) : 'not judged',
      ];
    }),
  ]);
}

/** @param {Comparison} comparison */
function judge({ goal, ...ratios }) {
  if (goal === null) return 'none';
  const { measure, owed, floor } = goal;
  return `${owed} by ${measure}: ${verdictOn(ratios[measure].ofMedians, { owed, floor })}`;
}

/**
 * @param {number} ratio
 * @param {{ owed: number, floor: number }} goal
 */
function verdictOn(ratio, { owed, floor }) {
  if (ratio >= owed) return 'reached';
  return ratio >= floor ? `missed, above the floor of ${floor}` : `BELOW THE FLOOR of ${floor}`;
}

/**
 * @param {Spread} spread
 * @param {number} digits
 */
export function formatSpread({ min, median, max }, digits) {
  return [min, median, max].map((value) => value.toFixed(digits)).join(' / ');
}

/** @param {readonly (readonly string[])[]} rows */
export function alignColumns(rows) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
