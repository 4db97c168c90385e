import { alignColumns, formatSpread } from '../report.js';
import { ratioOf, spreadOf } from '../statistics.js';

/** @import { Run } from '../stage.js' */
/** @import { LimitSeries } from './measure-limit.js' */
/** @import { ScaleSeries } from './measure-scale.js' */

/** Shares: of the smallest deployment's rate, and of the CPU time that a refresh cannot do without. */
export const SCALE_GOALS = { rateAtLargest: 0.85, ofBareLimit: 0.75 };

/**
 * Each deployment beside the smallest of its store, by rate.
 *
 * @param {readonly ScaleSeries[]} all
 * @param {boolean} judged
 * @returns {string}
 */
export function formatScale(all, judged) {
  const rows = all.map(({ store, scene, flow, runs }) => {
    const peers = all.filter(
      (one) => one.store === store && one.flow === flow && one.scene.processes === scene.processes,
    );
    const smallest = peers[0];
    const ratio = smallest && ratioOf(runs.map(rateOf), smallest.runs.map(rateOf)).ofMedians;
    const isLargest = peers.at(-1)?.scene === scene;
    return [
      flow,
      store,
      String(scene.clients),
      String(scene.sessions),
      String(scene.processes),
      formatSpread(spreadOf(runs.map(rateOf)), 0),
      formatSpread(spreadOf(runs.map((run) => run.cpuMicroseconds)), 0),
      spreadOf(runs.map((run) => run.p50Ms)).median.toFixed(1),
      spreadOf(runs.map((run) => run.rssMiB)).median.toFixed(0),
      (ratio ?? Number.NaN).toFixed(2),
      judged && isLargest ? judge(ratio ?? 0, SCALE_GOALS.rateAtLargest) : '',
    ];
  });
  const head = ['flow', 'store', 'clients', 'sessions', 'processes', 'requests/s min / med / max'];
  return alignColumns([
    [...head, 'CPU us per request', 'p50 ms', 'RSS MiB', 'of the smallest', 'goal'],
    ...rows,
  ]);
}

/**
 * @param {readonly LimitSeries[]} all
 * @param {boolean} judged
 * @returns {string}
 */
export function formatLimit(all, judged) {
  return alignColumns([
    [
      'refresh',
      'CPU us, bare limit',
      'CPU us, sojourn',
      'bare : sojourn',
      'round by round',
      'by rate',
      'goal',
    ],
    ...all.map(({ alg, audience, sojourn, limit }) => {
      const cpu = ratioOf(limit.map(cpuOf), sojourn.map(cpuOf));
      const rate = ratioOf(sojourn.map(rateOf), limit.map(rateOf));
      return [
        audience === 'api' ? `${alg}, API in ES256` : `${alg}, userinfo`,
        formatSpread(spreadOf(limit.map(cpuOf)), 0),
        formatSpread(spreadOf(sojourn.map(cpuOf)), 0),
        cpu.byRound.median.toFixed(2),
        formatSpread(cpu.byRound, 2),
        rate.ofMedians.toFixed(2),
        judged && audience === 'api' ? judge(cpu.byRound.median, SCALE_GOALS.ofBareLimit) : '',
      ];
    }),
  ]);
}

/** @param {Run} run */
function rateOf(run) {
  return run.requestsPerSecond;
}

/** @param {Run} run */
function cpuOf(run) {
  return run.cpuMicroseconds;
}

/**
 * @param {number} found
 * @param {number} atLeast
 */
function judge(found, atLeast) {
  return `${atLeast}: ${found >= atLeast ? 'reached' : 'MISSED'}`;
}
