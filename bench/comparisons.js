import { ratioOf } from './statistics.js';
import { FEW_CONNECTIONS, PAIRINGS } from './trials.js';

/** @import { Series } from './contest.js' */
/** @import { Run } from './stage.js' */
/** @import { Spread } from './statistics.js' */
/** @import { Pairing } from './trials.js' */
/** @import { Flow, StoreName } from './workload.js' */

/**
 * What is promised of one comparison, always as "how many times better". `owed` is the promise, `floor` the least that
 * is accepted.
 *
 * @typedef {object} Goal
 * @property {Flow} flow
 * @property {StoreName} store
 * @property {Pairing} pairing
 * @property {'oidc-provider' | 'null store'} against
 * @property {'rate' | 'p99'} measure
 * @property {number} owed
 * @property {number} floor
 */

/** What most goals are about. */
const RATE = /** @type {const} */ ({ pairing: 'es256', against: 'oidc-provider', measure: 'rate' });
/** With so few connections that nobody queues. */
const WAIT = /** @type {const} */ ({ ...RATE, measure: 'p99' });

/** @type {readonly Goal[]} */
export const GOALS = [
  { ...RATE, flow: 'silent', store: 'sqlite', owed: 7, floor: 4 },
  { ...RATE, flow: 'silent', store: 'postgres', owed: 4, floor: 2.5 },
  { ...RATE, flow: 'pair', store: 'sqlite', owed: 5.5, floor: 3.5 },
  { ...RATE, flow: 'pair', store: 'postgres', owed: 3, floor: 2.2 },
  { ...RATE, flow: 'refresh', store: 'sqlite', owed: 4.5, floor: 3 },
  { ...RATE, flow: 'refresh', store: 'sqlite', pairing: 'mixed', owed: 2.8, floor: 2 },
  { ...RATE, flow: 'refresh', store: 'sqlite', against: 'null store', owed: 0.9, floor: 0.8 },
  { ...RATE, flow: 'refresh', store: 'postgres', owed: 3, floor: 2 },
  { ...WAIT, flow: 'refresh', store: 'sqlite', owed: 2, floor: 1.4 },
  { ...WAIT, flow: 'refresh', store: 'postgres', owed: 2, floor: 1.4 },
];

/** @typedef {{ ofMedians: number, byRound: Spread }} Ratio */

/**
 * Ours against theirs in the same rounds. Every ratio is "how many times better".
 *
 * @typedef {object} Comparison
 * @property {Flow} flow
 * @property {StoreName} store
 * @property {Pairing} pairing
 * @property {number} connections
 * @property {Goal['against']} against
 * @property {Ratio} rate
 * @property {Ratio} cpu per request, the database's included.
 * @property {Ratio} p99
 * @property {Goal | null} goal
 */

/**
 * Everything in a run that can be held against something else in it.
 *
 * @param {readonly Series[]} series
 * @param {readonly Pairing[]} pairings
 * @returns {Comparison[]}
 */
export function compareSeries(series, pairings) {
  return series
    .filter(({ contestant, store }) => contestant === 'sojourn' && store !== 'null')
    .flatMap((ours) =>
      pairings
        .filter((pairing) => PAIRINGS[pairing].sojourn === ours.alg)
        .flatMap((pairing) => opponentsOf(ours, pairing, series)),
    );
}

/**
 * @param {Series} ours
 * @param {Pairing} pairing
 * @param {readonly Series[]} series
 */
function opponentsOf(ours, pairing, series) {
  const { flow, connections, store, alg } = ours;
  const peers = series.filter(
    (theirs) =>
      theirs.contestant === 'oidc-provider' &&
      theirs.store === store &&
      theirs.alg === PAIRINGS[pairing]['oidc-provider'] &&
      theirs.flow === flow &&
      theirs.connections === connections,
  );
  // One process without a database between: PostgreSQL is no part of that question.
  const limits = series.filter(
    (theirs) =>
      theirs.store === 'null' &&
      store === 'sqlite' &&
      theirs.alg === alg &&
      theirs.flow === flow &&
      theirs.connections === connections,
  );
  return [
    ...peers.map((theirs) => compare(ours, theirs, pairing, 'oidc-provider')),
    ...limits.map((theirs) => compare(ours, theirs, pairing, 'null store')),
  ];
}

/**
 * @param {Series} ours
 * @param {Series} theirs
 * @param {Pairing} pairing
 * @param {Goal['against']} against
 * @returns {Comparison}
 */
function compare(ours, theirs, pairing, against) {
  const { flow, store, connections } = ours;
  const better = (/** @type {(run: Run) => number} */ cost) =>
    ratioOf(theirs.runs.map(cost), ours.runs.map(cost));
  const measure = connections === FEW_CONNECTIONS ? 'p99' : 'rate';
  return {
    flow,
    store,
    pairing,
    connections,
    against,
    rate: ratioOf(ours.runs.map(rateOf), theirs.runs.map(rateOf)),
    cpu: better(allCpuOf),
    p99: better((run) => run.p99Ms),
    goal:
      GOALS.find(
        (one) =>
          one.flow === flow &&
          one.store === store &&
          one.pairing === pairing &&
          one.against === against &&
          one.measure === measure,
      ) ?? null,
  };
}

/** @param {Run} run */
function rateOf(run) {
  return run.requestsPerSecond;
}

/** @param {Run} run */
function allCpuOf(run) {
  return run.cpuMicroseconds + (run.databaseCpuMicroseconds ?? 0);
}
