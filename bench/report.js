import { CONTESTANTS } from './contest.js';
import { ratioOf, spreadOf } from './statistics.js';

/** @import { Cell, Run } from './contest.js' */
/** @import { Machine } from './machine.js' */
/** @import { Spread } from './statistics.js' */

/** How many times node-oidc-provider, ES256 on both sides. `owed` is the promise, `floor` the least that is accepted. */
export const GOALS = {
  silent: { owed: 7, floor: 4 },
  pair: { owed: 5.5, floor: 3.5 },
};

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
 * The figures of every cell, one contestant a row.
 *
 * @param {readonly Cell[]} cells
 * @returns {string}
 */
export function formatTable(cells) {
  const rows = cells.flatMap((cell) =>
    CONTESTANTS.map((name) => [titleOf(cell), name, ...formatRuns(cell.runs[name])]),
  );
  return alignColumns([
    ['flow', 'server', 'requests/s min / med / max', 'CPU us per request', 'p50 ms', 'p99 ms'],
    ...rows,
  ]);
}

/** @param {readonly Run[]} runs */
function formatRuns(runs) {
  return [
    formatSpread(spreadOf(runs.map((run) => run.requestsPerSecond)), 0),
    formatSpread(spreadOf(runs.map((run) => run.cpuMicroseconds)), 0),
    spreadOf(runs.map((run) => run.p50Ms)).median.toFixed(1),
    spreadOf(runs.map((run) => run.p99Ms)).median.toFixed(1),
  ];
}

/**
 * Sojourn against oidc-provider, by rate and by CPU time, beside the goal where one is owed.
 *
 * @param {readonly Cell[]} cells
 * @param {boolean} judged whether the run was long enough to be held against the goals.
 * @returns {string}
 */
export function formatRatios(cells, judged) {
  return alignColumns([
    ['sojourn : oidc-provider', 'by rate', 'round by round', 'by CPU', 'round by round', 'goal'],
    ...cells.map((cell) => {
      const { rate, cpu } = ratiosOf(cell);
      return [
        titleOf(cell),
        rate.ofMedians.toFixed(2),
        formatSpread(rate.byRound, 2),
        cpu.ofMedians.toFixed(2),
        formatSpread(cpu.byRound, 2),
        judged ? judge(cell, rate.ofMedians) : 'not judged',
      ];
    }),
  ]);
}

/**
 * @param {Cell} cell
 * @returns both as "how many times better".
 */
export function ratiosOf({ runs: { sojourn, 'oidc-provider': peer } }) {
  const rates = (/** @type {Run[]} */ runs) => runs.map((run) => run.requestsPerSecond);
  const times = (/** @type {Run[]} */ runs) => runs.map((run) => run.cpuMicroseconds);
  return {
    rate: ratioOf(rates(sojourn), rates(peer)),
    cpu: ratioOf(times(peer), times(sojourn)),
  };
}

/**
 * @param {Cell} cell
 * @param {number} ratio
 */
function judge({ flow, alg }, ratio) {
  if (alg !== 'ES256') return 'none';
  const { owed, floor } = GOALS[flow];
  const verdict =
    ratio >= owed
      ? 'reached'
      : ratio >= floor
        ? `missed, above the floor of ${floor}`
        : `BELOW THE FLOOR of ${floor}`;
  return `${owed}: ${verdict}`;
}

/** @param {Cell} cell */
function titleOf({ flow, alg }) {
  return `${flow} ${alg.toLowerCase()}`;
}

/**
 * @param {Spread} spread
 * @param {number} digits
 */
function formatSpread({ min, median, max }, digits) {
  return [min, median, max].map((value) => value.toFixed(digits)).join(' / ');
}

/** @param {readonly (readonly string[])[]} rows */
function alignColumns(rows) {
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
