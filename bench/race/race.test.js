import { newSecret } from '@sojourn/server';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startContestant } from '../contestants/start.js';
import { openDatabases } from '../databases.js';
import { ONE_OF_EACH } from '../workload.js';
import { holdRace } from './hold-race.js';
import { buildExpectation, countFaults } from './judge-race.js';

/** @import { Databases } from '../databases.js' */

const FAMILIES = 10;
const USES = 20;

/** @type {Databases} */
let databases;
beforeAll(async () => {
  const server = inject('postgres');
  if ('missing' in server) throw new Error(server.missing);
  databases = await openDatabases(server.url);
});
afterAll(() => databases.close());

// `npm run race` holds the same with more families, in several processes and beside node-oidc-provider.
describe.each(/** @type {const} */ (['sqlite', 'postgres']))(
  '20 uses at once of one token, on %s',
  (store) => {
    test.each([
      ['with an overlap all are given one successor, and it lives', 30],
      ['without an overlap one wins, and nothing of the family lives', 0],
    ])('%s', async (_, overlapSeconds) => {
      const { entry, stop } = await startContestant('sojourn', {
        database: await databases.create(store),
        alg: 'ES256',
        secret: newSecret(),
        joins: null,
        sessions: FAMILIES,
        ...ONE_OF_EACH,
        overlapSeconds,
        peerCommit: 'each',
      });
      try {
        const outcomes = await holdRace([entry], { families: FAMILIES, uses: USES });
        const expected = buildExpectation({ overlaps: overlapSeconds > 0, uses: USES });
        expect(outcomes).toEqual(Array.from({ length: FAMILIES }, () => expected));
      } finally {
        await stop();
      }
    });
  },
);

describe('the verdict on a race', () => {
  test('counts each family of which anything else became', () => {
    const expected = buildExpectation({ overlaps: false, uses: USES });
    const outcomes = [
      expected,
      { ...expected, winners: 2 },
      { ...expected, successors: 2 },
      { ...expected, living: 1 },
    ];
    expect(countFaults(outcomes, expected)).toBe(3);
  });
});
