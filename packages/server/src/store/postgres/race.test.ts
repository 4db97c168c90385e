import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildEvent } from '../../events/events.js';
import type { Store } from '../store.js';
import { aCode, aGrant, aNewFamily, aSessionBegin, aUser, MINUTE, NOW } from '../store-samples.js';
import { INSERT_EVENTS } from './event-rows.js';
import { openPostgresStore } from './postgres-store.js';
import { openTestDatabases, type TestDatabases } from './test-databases.js';

const UNHURRIED = { answerWithinMs: 20_000 };

let databases: TestDatabases;
let url: string;
let store: Store;
let witness: pg.Client;
beforeAll(async () => {
  databases = await openTestDatabases();
});
afterAll(() => databases.drop());

beforeEach(async () => {
  url = await databases.create();
  store = await openPostgresStore(url, UNHURRIED);
  witness = await databases.connect(url);
  await store.createUser(aUser('mira'), []);
  await store.beginSession(aSessionBegin('sid-1'));
  return () => store.close();
});

/** Whoever writes to the table stops, with what it has done so far, until the test lets go. */
async function holdUp(table: string, event: 'INSERT' | 'UPDATE'): Promise<{ letGo(): Promise<void> }> {
  await witness.query(`CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(${GATE}, 1); RETURN NULL; END $$`);
  await witness.query(
    `CREATE TRIGGER hold_up AFTER ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION hold_up()`,
  );
  await witness.query(`SELECT pg_advisory_lock(${GATE}, 1)`);
  return {
    letGo: async () => {
      await witness.query(`SELECT pg_advisory_unlock(${GATE}, 1)`);
    },
  };
}
const GATE = 0x7e57;

/** Until so many wait for a lock, of the gate or of a row. */
async function waiting(count: number): Promise<void> {
  const find = async () => {
    const { rows } = await witness.query(
      "SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return Number(rows[0].waiting);
  };
  await expect.poll(find, { interval: 5 }).toBe(count);
}

const save = (codeHash = 'code') =>
  store.saveAuthorizationCode({ code: aCode(codeHash), finishes: null, touch: false });
const redeem = (family: ReturnType<typeof aNewFamily> | null = null, touch = false) =>
  store.redeemAuthorizationCode({
    code: aCode('code', { grantId: 'f' }),
    now: NOW + MINUTE,
    accessTokenExpiresAt: NOW + 60 * MINUTE,
    touch,
    attach: null,
    family,
    replayEvents: [],
  });
const startGrant = (touch = false) =>
  store.startGrant({
    grant: aGrant('direct', { sid: 'sid-1', clientId: 'spa-a', userId: 'mira', startedAt: NOW + MINUTE }),
    touch,
    finishes: null,
  });
const end = () => store.endSession({ sid: 'sid-1', reason: 'signed-out', now: NOW + MINUTE, events: [] });

const REDEEMED = { outcome: 'redeemed', attachment: null, persistent: true };

describe('design.md 3: who joins, issues or begins holds the session, and so does who ends it', () => {
  test.each([
    ['a code that is redeemed', () => redeem(), REDEEMED],
    ['a code that is redeemed by an active End-User', () => redeem(null, true), REDEEMED],
    ['a family that is born', () => redeem(aNewFamily('f')), REDEEMED],
    ['a grant without a code', () => startGrant(), 'started'],
    ['a grant without a code of an active End-User', () => startGrant(true), 'started'],
  ])('an end waits for %s, and hears of its client', async (_, join, answer) => {
    await save();
    const gate = await holdUp('holdings', 'INSERT');
    const joined = join();
    await waiting(1);
    const ended = end();
    await waiting(2);
    await gate.letGo();
    expect(await joined).toEqual(answer);
    expect(await ended).toEqual({ outcome: 'ended', participants: ['spa-a'] });
  });

  test.each([
    ['code is redeemed', () => redeem(), { outcome: 'session-ended' }],
    ['code is redeemed by an active End-User', () => redeem(null, true), { outcome: 'session-ended' }],
    ['family is born', () => redeem(aNewFamily('f')), { outcome: 'session-ended' }],
    ['grant is started', () => startGrant(), 'session-ended'],
    ['code is issued', () => save('late'), 'session-ended'],
  ])('while a session ends no %s: it waits, and then hears of the end', async (_, join, answer) => {
    await save();
    const gate = await holdUp('sessions', 'UPDATE');
    const ended = end();
    await waiting(1);
    const joined = join();
    await waiting(2);
    await gate.letGo();
    expect(await ended).toEqual({ outcome: 'ended', participants: [] });
    expect(await joined).toEqual(answer);
    expect(await store.findParticipants('sid-1')).toEqual([]);
    for (const grant of ['f', 'direct']) expect(await store.findGrant(grant, 'sid-1')).toBeNull();
    expect(await store.findAuthorizationCode('late')).toBeNull();
  });

  test('two that join at once do not wait for each other', async () => {
    await save('other');
    await save();
    const gate = await holdUp('grants', 'INSERT');
    const joined = [redeem(), startGrant()];
    // Both wait at the gate, which lets several wait in a row but is held by the test alone.
    await waiting(2);
    await gate.letGo();
    expect(await Promise.all(joined)).toEqual([REDEEMED, 'started']);
  });

  test('of two first attachments of a place the second gives what the first has placed', async () => {
    const exchange = async (codeHash: string, kid: string) =>
      store.redeemAuthorizationCode({
        code: aCode(codeHash),
        now: NOW,
        accessTokenExpiresAt: NOW + 60 * MINUTE,
        touch: false,
        attach: {
          handleHash: `attachment of ${kid}`,
          kid,
          origin: 'https://a.test',
          presentedGeneration: null,
          overlapMs: 30_000,
          jkt: null,
        },
        family: null,
        replayEvents: [],
      });
    await save();
    await save('other');
    const gate = await holdUp('attachments', 'INSERT');
    const first = exchange('code', 'k1');
    await waiting(1);
    const second = exchange('other', 'k2');
    await waiting(2);
    await gate.letGo();
    expect(await first).toMatchObject({ attachment: { generation: 1, kid: 'k1' } });
    // It came by another handle, so it takes the place; the first one's row is not there twice.
    expect(await second).toMatchObject({ attachment: { generation: 1, kid: 'k2' } });
    expect(await store.findAttachment('attachment of k1')).toBeNull();
    expect((await store.findAttachment('attachment of k2'))?.attachment).toMatchObject({
      kid: 'k2',
      previousKid: null,
    });
  });

  test('a family that is born while its client is denied everything is denied as well', async () => {
    await save();
    const gate = await holdUp('families', 'INSERT');
    const born = redeem(aNewFamily('f'));
    await waiting(1);
    const ended = store.endAuthorizations({
      userId: 'mira',
      clientId: 'spa-a',
      reason: 'consent-withdrawn',
      withdrawsConsent: true,
      now: NOW + 2 * MINUTE,
      events: [],
    });
    await waiting(2);
    await gate.letGo();
    expect(await born).toMatchObject({ outcome: 'redeemed' });
    expect(await ended).toEqual({ families: 1 });
  });
});

describe('design.md 10: a reader of the record never passes a writer that is slow to commit', () => {
  beforeEach(async () => {
    // The sign-in that all tests begin with is recorded as well.
    await witness.query('DELETE FROM events');
  });
  const event = (sid: string) => buildEvent(NOW, 'silent.succeeded', { sid });
  const read = async (after = 0) =>
    (await store.findEvents({ after, since: 0, atMost: 10 })).map((one) => one.sid);
  const values = (sid: string) => [[NOW], ['silent.succeeded'], [null], [sid], [null], [null], [null], [1]];

  test('what was numbered later and committed sooner waits for it', async () => {
    const slow = await databases.connect(url);
    await slow.query('BEGIN');
    await slow.query(INSERT_EVENTS.text, values('slow'));
    await store.recordEvents([event('quick')]);
    // It is there, and its number is the higher one: whoever read up to it would never see the other.
    const { rows } = await witness.query('SELECT sid FROM events');
    expect(rows).toEqual([{ sid: 'quick' }]);
    expect(await read()).toEqual([]);
    await slow.query('COMMIT');
    expect(await read()).toEqual(['slow', 'quick']);
    const [first] = await store.findEvents({ after: 0, since: 0, atMost: 1 });
    expect(await read(first?.id)).toEqual(['quick']);
  });

  test('one that gave up holds nobody back, nor does a transaction that writes no events', async () => {
    const [failed, other] = [await databases.connect(url), await databases.connect(url)];
    await failed.query('BEGIN');
    await failed.query(INSERT_EVENTS.text, values('never'));
    await other.query("BEGIN; UPDATE sessions SET user_agent = 'another'");
    await store.recordEvents([event('quick')]);
    expect(await read()).toEqual([]);
    await failed.query('ROLLBACK');
    expect(await read()).toEqual(['quick']);
    await other.query('ROLLBACK');
  });

  test('a batch of any length is read whole and in its order', async () => {
    const sids = Array.from({ length: 2_500 }, (_, index) => String(index));
    await store.recordEvents(sids.map(event));
    const found = await store.findEvents({ after: 0, since: 0, atMost: 5_000 });
    expect(found.map(({ sid }) => sid)).toEqual(sids);
  });
});

describe('configuration on several nodes', () => {
  const entry = (value: number) => ({ kind: 'client' as const, id: 'a', document: { value } });
  const openNode = async () => {
    const node = await openPostgresStore(url, UNHURRIED);
    await node.findConfigurationChanges(null);
    return node;
  };

  test('a change wakes the others within a second, and its own node', async () => {
    const node = await openNode();
    try {
      const woken = new Promise<void>((resolve) => {
        const stop = node.onConfigurationChange(() => {
          stop();
          resolve();
        });
      });
      await store.saveConfiguration([entry(1)], []);
      await woken;
      expect(await node.findConfiguration()).toEqual([entry(1)]);
    } finally {
      await node.close();
    }
  });

  test('a node that has not heard of it yet judges nothing by what it has', async () => {
    const node = await openNode();
    try {
      await save();
      await redeem(aNewFamily('f'));
      await store.saveConfiguration([entry(1)], []);
      const refresh = () =>
        node.useRefreshToken({
          key: { sid: 'sid-1', handleHash: 'f' },
          clientId: 'spa-a',
          presented: { kid: 'k1', generation: 1 },
          successorKid: 'k1',
          policy: {
            rotates: true,
            overlapMs: 0,
            absoluteLimitMs: null,
            idleLimitMs: null,
            outlives: 'end',
            overlapElsewhereIsReplay: false,
            replayEndsSession: false,
            clientNotBefore: 0,
            audiences: [''],
            sessionLimits: { idleMs: MINUTE, absoluteMs: MINUTE },
          },
          proof: null,
          from: 1,
          now: NOW + MINUTE,
          address: '192.0.2.1',
        });
      const judged: Record<string, () => Promise<unknown>> = {
        saveAuthorizationCode: () =>
          node.saveAuthorizationCode({ code: aCode('by old rules'), finishes: null, touch: false }),
        redeemAuthorizationCode: () =>
          node.redeemAuthorizationCode({
            code: aCode('code'),
            now: NOW,
            accessTokenExpiresAt: NOW,
            touch: false,
            attach: null,
            family: null,
            replayEvents: [],
          }),
        startGrant: () => node.startGrant({ grant: aGrant('g'), touch: false, finishes: null }),
        useRefreshToken: refresh,
        useOnce: () => node.useOnce({ key: 'jti', expiresAt: NOW + MINUTE }),
      };
      for (const [method, call] of Object.entries(judged))
        await expect(call(), method).rejects.toMatchObject({ name: 'ConfigurationChanged' });
      expect(await node.findAuthorizationCode('by old rules')).toBeNull();
      expect((await node.findFamily({ sid: 'sid-1', handleHash: 'f' }))?.family.generation).toBe(1);
      await node.findConfigurationChanges(null);
      expect(await refresh()).toMatchObject({ outcome: 'rotated' });
      // Judged again, the same request finds that it has spent nothing.
      expect(await node.useOnce({ key: 'jti', expiresAt: NOW + MINUTE })).toBe('first');
    } finally {
      await node.close();
    }
  });
});
