import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildEvent } from '../../events/events.js';
import type { Store } from '../store.js';
import { aCode, aSessionBegin, aUser, NOW } from '../store-samples.js';
import { openPostgresStore } from './postgres-store.js';
import { openTestDatabases, type TestDatabases } from './test-databases.js';
import { startTcpProxy, type TcpProxy } from './test-tcp-proxy.js';

/** security.md M04: an answer within 2 s, whatever it is; the machine under test may be busy. */
const ANSWER_MS = 2_000;
const MACHINE_MS = 500;
/** M04: "recovery <= 5 s". */
const RECOVERY_MS = 5_000;

let databases: TestDatabases;
beforeAll(async () => {
  databases = await openTestDatabases();
});
afterAll(() => databases.drop());

describe('M04: a database behind a network', () => {
  let url: string;
  let proxy: TcpProxy;
  let store: Store;
  const through = (address: string) => address.replace(/:\d+\//, `:${proxy.port}/`);

  beforeEach(async () => {
    url = await databases.create();
    proxy = await startTcpProxy(Number(new URL(url).port));
    store = await openPostgresStore(through(url));
    await store.createUser(aUser('mira'), []);
    await store.beginSession(aSessionBegin('sid-1'));
  });
  afterEach(async () => {
    proxy.restore();
    await store.close();
    await proxy.close();
  });

  /** One of each kind: a read, a statement that writes, a transaction. */
  const kinds = (): Promise<unknown>[] => [
    store.findSession('sid-1'),
    store.saveAuthorizationCode({ code: aCode('code'), finishes: null, touch: false }),
    store.endSession({ sid: 'unknown', reason: 'signed-out', now: NOW, events: [] }),
    store.beat(NOW),
  ];
  const refusesInTime = async (calls: () => Promise<unknown>[]) => {
    const startedAt = performance.now();
    const outcomes = await Promise.allSettled(calls());
    expect(performance.now() - startedAt).toBeLessThan(ANSWER_MS + MACHINE_MS);
    expect(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.name : outcome.value)),
    ).toEqual(outcomes.map(() => 'StoreUnavailable'));
  };
  const serves = async () => {
    expect((await store.findSession('sid-1'))?.sid).toBe('sid-1');
    expect(await store.touchSession('sid-1', NOW + 1)).toBe('touched');
  };
  const recovers = async () => {
    const startedAt = performance.now();
    await vi.waitFor(serves, { timeout: RECOVERY_MS, interval: 100 });
    expect(performance.now() - startedAt).toBeLessThan(RECOVERY_MS);
  };

  test('that is cut refuses, and serves again as soon as it is back', async () => {
    proxy.cut();
    await refusesInTime(kinds);
    await refusesInTime(kinds);
    proxy.restore();
    await serves();
  });

  test('that falls silent refuses in time, and the very next call after it is served', async () => {
    // Connections to be left over from before the silence.
    await Promise.all(Array.from({ length: 10 }, () => store.findSession('sid-1')));
    proxy.stall();
    await refusesInTime(kinds);
    await refusesInTime(kinds);
    proxy.restore();
    await serves();
  });

  test('whose connections died unseen costs one call, not one for each of them', async () => {
    await Promise.all(Array.from({ length: 10 }, () => store.findSession('sid-1')));
    proxy.forget();
    await refusesInTime(() => [store.findSession('sid-1')]);
    await serves();
  });

  test('that takes seconds for each answer refuses in time', async () => {
    proxy.delay(2_000);
    await refusesInTime(kinds);
    proxy.restore();
    await recovers();
  });

  test('that stands still lets a bounded number wait, and refuses the rest at once', async () => {
    await store.close();
    store = await openPostgresStore(`${through(url)}?pool_max=1`);
    await serves();
    proxy.stall();
    const waiting = Array.from({ length: 51 }, () => store.findSession('sid-1').catch((error) => error.name));
    const startedAt = performance.now();
    await expect(store.findSession('sid-1')).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('does not keep up'),
    });
    expect(performance.now() - startedAt).toBeLessThan(MACHINE_MS);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['StoreUnavailable']));
    proxy.restore();
    await serves();
  });

  test('that is reset in the midst of a transaction has nothing of it', async () => {
    proxy.resetBefore('insert-events');
    const end = () =>
      store.endSession({
        sid: 'sid-1',
        reason: 'signed-out',
        now: NOW + 1,
        events: [buildEvent(NOW + 1, 'session.signed-out', { sid: 'sid-1' })],
      });
    await expect(end()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect((await store.findSession('sid-1'))?.endedAt).toBeNull();
    expect(await end()).toMatchObject({ outcome: 'ended' });
    const events = await store.findEvents({ after: 0, since: 0, atMost: 10 });
    expect(events.filter(({ name }) => name === 'session.signed-out')).toHaveLength(1);
  });

  test('that loses the answer to a commit says so, and a retry finds what was done', async () => {
    const end = () => store.endSession({ sid: 'sid-1', reason: 'signed-out', now: NOW + 1, events: [] });
    proxy.resetAfter('commit');
    await expect(end()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(await end()).toEqual({ outcome: 'already-ended' });
    // One statement is a transaction as well.
    await store.beginSession(aSessionBegin('sid-2'));
    const once = () => store.useOnce({ key: 'jti', expiresAt: NOW });
    proxy.resetAfter('use-once');
    await expect(once()).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(await once()).toBe('again');
  });

  test('that is reset while a node looks at what has changed is looked at again', async () => {
    const other = await openPostgresStore(url);
    const change = (value: number) =>
      other.saveConfiguration([{ kind: 'client', id: 'a', document: { value } }], []);
    const woken = vi.fn();
    try {
      await store.findConfigurationChanges(null);
      store.onConfigurationChange(woken);
      await change(1);
      await vi.waitFor(() => expect(woken).toHaveBeenCalled(), { timeout: RECOVERY_MS });
      await store.findConfigurationChanges(null);
      woken.mockClear();
      proxy.resetBefore('find-configuration-version');
      await change(2);
      await vi.waitFor(() => expect(woken).toHaveBeenCalled(), { timeout: RECOVERY_MS });
    } finally {
      await other.close();
    }
  });

  test('whose server ends the connections is served again', async () => {
    const admin = await databases.connect(url);
    await Promise.all(Array.from({ length: 10 }, () => store.findSession('sid-1')));
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await recovers();
  });

  test('whose server takes no writes any more is as good as none, also for reads, until it does', async () => {
    const admin = await databases.connect(url);
    const name = new URL(url).pathname.slice(1);
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    // Connections from before may still write; a server that became a replica has none from before.
    await store.close();
    await expect(openPostgresStore(through(url)).then((opened) => opened.beat(NOW))).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('takes no writes'),
    });
    store = await openPostgresStore(through(url));
    await refusesInTime(kinds);
    await admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await serves();
  });

  test('that has no connection left refuses in time', async () => {
    const admin = await databases.connect(url);
    const name = new URL(url).pathname.slice(1);
    await admin.query(`CREATE ROLE ${name}_owner LOGIN; ALTER DATABASE ${name} OWNER TO ${name}_owner`);
    await admin.query(`ALTER ROLE ${name}_owner CONNECTION LIMIT 1; GRANT ${name}_owner TO CURRENT_USER`);
    const { rows } = await admin.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    for (const { tablename } of rows) await admin.query(`ALTER TABLE ${tablename} OWNER TO ${name}_owner`);
    const address = through(url).replace('//sojourn@', `//${name}_owner@`);
    await store.close();
    store = await openPostgresStore(address);
    // The database counts the connection that migrated for a moment after it was closed.
    await vi.waitFor(serves, { timeout: RECOVERY_MS });
    // Two at once need two connections.
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => store.touchSession('sid-1', NOW + 2)),
    );
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason.name).toBe('StoreUnavailable');
    }
    await serves();
    await store.close();
    await admin.query(`REASSIGN OWNED BY ${name}_owner TO CURRENT_USER; DROP ROLE ${name}_owner`);
  });

  test('that nobody finds, or that lets nobody in, is told in words without the password', async () => {
    const passworded = 'postgres://sojourn:s3cret@nowhere.invalid/db';
    const startedAt = performance.now();
    await expect(openPostgresStore(passworded)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(openPostgresStore(passworded)).rejects.not.toThrow('s3cret');
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    const absent = url.replace('sojourn@', 'sojourn:s3cret@').replace(/[^/]+$/, 'absent');
    await expect(openPostgresStore(absent)).rejects.toThrow('database "absent" does not exist');
  });
});
