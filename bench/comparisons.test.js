import { describe, expect, test } from 'vitest';
import { compareSeries } from './comparisons.js';
import { planTrials } from './trials.js';

/** @import { Series } from './contest.js' */

const ALL = {
  flows: /** @type {const} */ (['silent', 'refresh']),
  stores: /** @type {const} */ (['sqlite', 'postgres', 'null']),
  pairings: /** @type {const} */ (['es256', 'mixed']),
  connections: 32,
};

/**
 * A run in which Sojourn answers six a second, oidc-provider two, and the null store eight.
 *
 * @returns {Series[]}
 */
function aRun() {
  const rates = { sojourn: 6, 'oidc-provider': 2 };
  return planTrials(ALL).flatMap(({ seats, flow, connections }) =>
    seats.map((seat) => {
      const requestsPerSecond = seat.store === 'null' ? 8 : rates[seat.contestant];
      const databaseCpuMicroseconds = seat.store === 'postgres' ? 50 : null;
      const cpuMicroseconds = 600 / requestsPerSecond;
      const times = { cpuMicroseconds, databaseCpuMicroseconds, loadCpuMicroseconds: 40 };
      const run = { requestsPerSecond, ...times, p50Ms: 1, p99Ms: 12 / requestsPerSecond, rssMiB: 1 };
      return { ...seat, flow, connections, runs: [run, run, run] };
    }),
  );
}

describe('comparisons within one run', () => {
  const comparisons = compareSeries(aRun(), ALL.pairings);
  const titles = comparisons.map(
    ({ flow, connections, store, pairing, against }) =>
      `${flow} x${connections} ${store} ${pairing} : ${against}`,
  );

  test('each flow is held against the peer on the same store, and a refresh also against no store at all', () => {
    expect(titles).toEqual([
      'silent x32 sqlite es256 : oidc-provider',
      'silent x32 postgres es256 : oidc-provider',
      'refresh x32 sqlite es256 : oidc-provider',
      'refresh x32 sqlite es256 : null store',
      'refresh x32 sqlite mixed : oidc-provider',
      'refresh x32 postgres es256 : oidc-provider',
      'refresh x32 postgres mixed : oidc-provider',
      'refresh x4 sqlite es256 : oidc-provider',
      'refresh x4 postgres es256 : oidc-provider',
    ]);
  });

  test('every ratio says how many times better, and processor time is the database’s as well', () => {
    const [silent, onPostgres] = comparisons;
    expect(silent?.rate.ofMedians).toBe(3);
    expect(silent?.cpu.ofMedians).toBe(3);
    expect(silent?.p99.ofMedians).toBe(3);
    expect(onPostgres?.cpu.ofMedians).toBeCloseTo((300 + 50) / (100 + 50));
    expect(comparisons[titles.indexOf('refresh x32 sqlite es256 : null store')]?.rate.ofMedians).toBe(0.75);
  });

  test('a goal is by rate where the servers are busy, and by what an End-User waits where they are not', () => {
    expect(
      comparisons.map(({ goal }) => (goal === null ? 'none' : `${goal.owed} by ${goal.measure}`)),
    ).toEqual([
      '7 by rate',
      '4 by rate',
      '4.5 by rate',
      '0.9 by rate',
      '2.8 by rate',
      '3 by rate',
      'none',
      '2 by p99',
      '2 by p99',
    ]);
  });
});
