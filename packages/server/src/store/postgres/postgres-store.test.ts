import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildEvent } from '../../events/events.js';
import { decideRefresh } from '../../refresh-token/decide-refresh.js';
import { describeFamilyModel } from '../conformance/family-model.js';
import { describeStore } from '../conformance/store-conformance.js';
import type { Store } from '../store.js';
import { aCode, aNewFamily, aRefreshTokenUse, aSessionBegin, aUser, MINUTE, NOW } from '../store-samples.js';
import { withLatency } from '../with-latency.js';
import { buildCommonUses, COMMON_USES } from './family-rows.js';
import { openPostgresStore } from './postgres-store.js';
import { openTestDatabases, type TestDatabases } from './test-databases.js';

/** What holds at any speed is tested without a clock: a machine that is busy must not fail it. */
const UNHURRIED = { answerWithinMs: 20_000 };

let databases: TestDatabases;
beforeAll(async () => {
  databases = await openTestDatabases();
});
afterAll(() => databases.drop());

const openOne = () => databases.lend((url) => openPostgresStore(url, UNHURRIED));
/** Every call goes to the other of two nodes. */
const openTwoNodes = () =>
  databases.lend(async (url) => {
    const nodes = [await openPostgresStore(url, UNHURRIED), await openPostgresStore(url, UNHURRIED)] as const;
    return withLatency(inTurn(...nodes));
  });

describeStore('postgres', openOne);
describeStore('postgres, two nodes with callers that arrive apart', openTwoNodes);
describeFamilyModel('postgres, two nodes', openTwoNodes, 40);

describe('a refresh token in common use', () => {
  const DAY = 24 * 60 * MINUTE;
  const moment = fc.integer({ min: -40, max: 1 }).map((days) => NOW + days * DAY);
  const length = fc.integer({ min: 1, max: 40 }).map((days) => days * DAY);
  const outlives = fc.constantFrom('nothing' as const, 'expiry' as const, 'end' as const);
  const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
  const mostly = <T>(usual: T, other: T) => fc.constantFrom(usual, usual, usual, usual, other);
  const rows = fc.record({
    family: fc.record({
      authenticated_at: moment,
      started_at: moment,
      expires_at: rarely(moment),
      idle_limit_ms: rarely(length),
      outlives,
      jkt: mostly<string | null>(null, 'key'),
      generation: mostly(3, 4),
      kid: mostly('k1', 'k2'),
      used_at: moment,
      revoked_at: rarely(moment),
    }),
    session: fc.record({
      authenticated_at: moment,
      last_active_at: moment,
      limits_started_at: moment,
      idle_limit_ms: length,
      absolute_limit_ms: length,
      ended_at: rarely(moment),
    }),
    user: fc.record({ blocked: mostly(0, 1), not_before: mostly(0, NOW - 20 * DAY) }),
  });
  const uses = fc.record({
    proof: rarely(
      fc.constantFrom({ jkt: 'key', nonceIssuedAt: null }, { jkt: 'other', nonceIssuedAt: null }),
    ),
    policy: fc.record({
      rotates: fc.boolean(),
      outlives,
      absoluteLimitMs: rarely(length),
      idleLimitMs: rarely(length),
      clientNotBefore: mostly(0, NOW - 20 * DAY),
      audiences: mostly(['', 'https://api.a.test/'], ['https://api.a.test/']),
      sessionLimits: fc.record({ idleMs: length, absoluteMs: length }),
    }),
  });

  test('the one statement moves the row exactly where decideRefresh says rotate or keep', async () => {
    const url = await databases.create();
    const store = await openPostgresStore(url, UNHURRIED);
    const client = await databases.connect(url);
    try {
      await store.createUser(aUser('mira'), []);
      await store.beginSession(aSessionBegin('sid-1'));
      await store.saveAuthorizationCode({ code: aCode('f'), finishes: null, touch: false });
      await store.redeemAuthorizationCode({
        code: aCode('f'),
        now: NOW,
        accessTokenExpiresAt: NOW,
        touch: false,
        attach: null,
        family: aNewFamily('f'),
        replayEvents: [],
      });
      const set = (table: string, columns: object) => {
        const changes = Object.keys(columns).map((column, index) => `${column} = $${index + 1}`);
        return client.query(`UPDATE ${table} SET ${changes.join(', ')}`, Object.values(columns));
      };
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(rows, uses, async ({ family, session, user }, given) => {
          await set('families', family);
          await set('sessions', session);
          await set('users', user);
          const use = aRefreshTokenUse('f', 3, given);
          const standing = await store.findFamily(use.key);
          if (standing === null) throw new Error('the family is gone');
          const { verdict } = decideRefresh(standing, use, 0);
          seen.add(verdict);
          const moved = await client.query(COMMON_USES.text, buildCommonUses([use], null));
          expect(moved.rowCount).toBe(verdict === 'rotate' || verdict === 'keep' ? 1 : 0);
        }),
        { numRuns: 400 },
      );
      expect([...seen]).toEqual(expect.arrayContaining(['rotate', 'keep', 'refuse']));
    } finally {
      await store.close();
    }
  });
});

test('what was answered is durable, whatever the database’s default says', async () => {
  const url = await databases.create();
  const witness = await databases.connect(url);
  await witness.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
  await witness.query(`CREATE TABLE seen (setting text);
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
    CREATE TRIGGER see AFTER INSERT ON events EXECUTE FUNCTION see()`);
  const store = await openPostgresStore(url, UNHURRIED);
  try {
    await store.recordEvents([buildEvent(NOW, 'login.failed', {})]);
  } finally {
    await store.close();
  }
  expect((await witness.query('SELECT setting FROM seen')).rows).toEqual([{ setting: 'on' }]);
});

test('locks are taken in one order: in all of the above nobody had to give way to anybody', async () => {
  const client = await databases.connect(await databases.create());
  const { rows } = await client.query(
    `SELECT datname, deadlocks FROM pg_stat_database WHERE datname LIKE 'test\\_${process.pid}\\_%' AND deadlocks > 0`,
  );
  expect(rows).toEqual([]);
});

/** Two stores as one, each call for the one whose turn it is. Events that wait for a listener are not called. */
function inTurn(...nodes: readonly [Store, Store]): Store {
  let turn = 0;
  const [first] = nodes;
  const methods = (Object.keys(first) as (keyof Store)[]).map((name) => [
    name,
    async (...values: never[]) => {
      if (name === 'close') return Promise.all(nodes.map((node) => node.close()));
      turn += 1;
      const node = nodes[turn % 2] as Store;
      return (node[name] as (...given: never[]) => Promise<unknown>)(...values);
    },
  ]);
  return Object.fromEntries(methods) as Store;
}
