import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildEvent } from '../../events/events.js';
import {
  EARLIER_CLIENTS,
  expectCounted,
  STEPS_BEFORE_REGISTRATIONS,
} from '../conformance/earlier-clients.js';
import { describeStore } from '../conformance/store-conformance.js';
import { openStore } from '../open-store.js';
import { MIGRATIONS } from '../schema.js';
import type { Store } from '../store.js';
import { aCode, aConsent, aSessionBegin, aUser, MINUTE, NOW } from '../store-samples.js';
import { withLatency } from '../with-latency.js';
import { type Database, openDatabase } from './database.js';
import { migrate } from './migrate.js';

let folder: string;
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `sojourn-${files}.db`);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-store-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeStore('sqlite::memory:', () => openStore('sqlite::memory:'));
describeStore('sqlite:FILE', () => openStore(`sqlite:${newFile()}?writer=main`));
describeStore('sqlite:FILE?writer=thread', () => openStore(`sqlite:${newFile()}?writer=thread`));
describeStore('sqlite::memory: with callers that arrive apart', async () =>
  withLatency(await openStore('sqlite::memory:')),
);

describe('a file', () => {
  const opened: Store[] = [];
  const open = async (file: string, options: { shared?: boolean } = {}) => {
    const store = await openStore(`sqlite:${file}`, options);
    opened.push(store);
    return store;
  };
  /** The file as another program sees it. */
  const openBeside = async (file: string): Promise<Database> => (await openDatabase(file, true)).db;
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  test('has, opened again, everything that was answered', async () => {
    const file = newFile();
    const before = await open(file);
    await before.createUser(aUser('mira'), [buildEvent(NOW, 'user.created', { userId: 'mira' })]);
    await before.beginSession(aSessionBegin('sid-1'));
    await before.saveAuthorizationCode({ code: aCode('code'), finishes: null, touch: false });
    await before.recordConsent(aConsent(), []);
    await before.endSession({ sid: 'sid-1', reason: 'signed-out', now: NOW + 1, events: [] });
    await before.close();

    const after = await open(file);
    expect((await after.findUserByIdentifier('mira'))?.userId).toBe('mira');
    expect(await after.findSession('sid-1')).toMatchObject({ endedAt: NOW + 1, endReason: 'signed-out' });
    expect((await after.findAuthorizationCode('code'))?.code).toEqual(aCode('code'));
    expect(await after.findConsents('mira', 'spa-a')).toEqual([aConsent()]);
    const events = await after.findEvents({ after: 0, since: 0, atMost: 10 });
    expect(events.map(({ name }) => name)).toEqual(['user.created', 'login.succeeded', 'session.started']);
  });

  test('is readable by its owner only, where the folder was made for it', async () => {
    const file = join(folder, 'made', 'for', 'it.db');
    await open(file);
    expect(statSync(join(folder, 'made', 'for')).mode & 0o777).toBe(0o700);
  });

  test('serves one server: a second is told so, a command is let in, and the next server after the first', async () => {
    const file = newFile();
    const server = await open(file);
    await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({
      name: 'StoreInUse',
      message: expect.stringContaining(file),
    });
    const command = await open(file, { shared: true });
    await command.createUser(aUser('mira'), []);
    expect((await server.findUser('mira'))?.userId).toBe('mira');
    await command.close();
    await server.beat(NOW);
    await server.close();
    await (await open(file)).beat(NOW);
  });

  test('two that write at once wait for each other, and nothing is lost', async () => {
    const file = newFile();
    const server = await open(file);
    const command = await open(file, { shared: true });
    const events = Array.from({ length: 50 }, (_, index) => [
      buildEvent(NOW, 'silent.succeeded', { sid: String(index) }),
    ]);
    await Promise.all(events.map((batch, index) => (index % 2 ? server : command).recordEvents(batch)));
    expect(await server.findEvents({ after: 0, since: 0, atMost: 100 })).toHaveLength(50);
  });

  test('of a newer Sojourn is refused, and left as it is', async () => {
    const file = newFile();
    await (await open(file)).close();
    const db = await openBeside(file);
    db.exec(`INSERT INTO schema_version (version) VALUES (${MIGRATIONS.length + 1})`);
    const tables = () => db.prepare('SELECT name, sql FROM sqlite_master ORDER BY name').all();
    const before = tables();
    await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({ name: 'SchemaTooNew' });
    expect(tables()).toEqual(before);
    db.close();
    // The refusal let go of the file.
    const again = await openBeside(file);
    again.exec(`DELETE FROM schema_version WHERE version > ${MIGRATIONS.length}`);
    again.close();
    await (await open(file)).beat(NOW);
  });

  test('whose migration was killed before or in a step is finished by the next start', async () => {
    const file = newFile();
    const db = await openBeside(file);
    db.exec('CREATE TABLE schema_version (version INTEGER NOT NULL)');
    db.exec('BEGIN IMMEDIATE');
    db.exec(MIGRATIONS[0]?.[0] ?? '');
    db.close();
    const store = await open(file);
    await store.createUser(aUser('mira'), []);
    await store.close();
    expect((await (await open(file)).findUser('mira'))?.userId).toBe('mira');
  });

  test('that two open empty at once has one schema, whoever was first at the lock', async () => {
    const file = newFile();
    const slow = await openBeside(file);
    const fast = await openBeside(file);
    const overtaken: Database = {
      prepare: (sql) => slow.prepare(sql),
      close: () => slow.close(),
      exec: (sql) => {
        if (sql === 'BEGIN IMMEDIATE') migrate(fast);
        slow.exec(sql);
      },
    };
    migrate(overtaken);
    const versions = slow.prepare('SELECT version FROM schema_version').all();
    expect(versions).toHaveLength(MIGRATIONS.length);
    slow.close();
    fast.close();
  });

  test('whose clients registered themselves before they were counted counts them, and none expires', async () => {
    const file = newFile();
    const db = await openBeside(file);
    db.exec('CREATE TABLE schema_version (version INTEGER NOT NULL)');
    for (const [index, statements] of STEPS_BEFORE_REGISTRATIONS.entries()) {
      for (const statement of statements) db.exec(statement);
      db.exec(`INSERT INTO schema_version (version) VALUES (${index + 1})`);
    }
    const insert = db.prepare("INSERT INTO configuration (kind, id, document) VALUES ('client', ?, ?)");
    for (const { id, document } of EARLIER_CLIENTS) insert.run(id, JSON.stringify(document));
    db.close();
    await expectCounted(await open(file));
  });

  test('a failed operation costs its neighbours in the same commit nothing', async () => {
    const store = await open(newFile());
    await store.createUser(aUser('mira'), []);
    await store.beginSession(aSessionBegin('taken'));
    const start = (sid: string) =>
      store.beginSession(
        aSessionBegin(sid, { session: { handleHash: `handle ${sid}`, silentHandleHash: `silent ${sid}` } }),
      );
    const outcomes = await Promise.allSettled([start('a'), start('taken'), start('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { name: 'StoreUnavailable' } });
    expect(await store.findSession('a')).not.toBeNull();
    expect(await store.findSession('b')).not.toBeNull();
    // Run once each, although the batch ran twice.
    const events = await store.findEvents({ after: 0, since: 0, atMost: 10 });
    expect(events.filter(({ name }) => name === 'session.started').map(({ sid }) => sid)).toEqual([
      'taken',
      'a',
      'b',
    ]);
  });

  test('locked by another program answers StoreUnavailable to all that wait, and serves when it is let go', async () => {
    const file = newFile();
    const store = await open(file);
    const other = await openBeside(file);
    other.exec('BEGIN IMMEDIATE');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => store.recordEvents([buildEvent(NOW, 'login.failed', {})])),
    );
    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.name))).toEqual(
      new Set(['StoreUnavailable']),
    );
    // Reads go on.
    expect(await store.findEvents({ after: 0, since: 0, atMost: 10 })).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    await store.recordEvents([buildEvent(NOW, 'login.failed', {})]);
    expect(await store.findEvents({ after: 0, since: 0, atMost: 10 })).toHaveLength(1);
  });

  test('what was asked for in the same turn as the end is answered before it', async () => {
    const file = newFile();
    const store = await open(file);
    const late = store.createUser(aUser('mira'), []);
    const closed = store.close();
    expect(await late).toBe('created');
    await closed;
    expect((await (await open(file)).findUser('mira'))?.userId).toBe('mira');
  });

  test('a URL of another kind is refused in words', async () => {
    for (const url of ['mysql://user:secret@db', 'sqlite:', 'postgres:db'])
      await expect(openStore(url)).rejects.toThrow('expected sqlite:FILE, sqlite::memory: or postgres://');
    await expect(openStore('mysql://user:secret@db')).rejects.not.toThrow('secret');
  });

  test('keeps nothing of an expired posted request, interaction or attempt', async () => {
    const file = newFile();
    const store = await open(file);
    await store.keepPostedRequest({ handleHash: 'h', path: '/authorize', sealedBody: 'x', expiresAt: NOW });
    await store.reserveLoginAttempt({ buckets: [{ key: 'k', atMost: 1 }], windowMs: MINUTE, now: NOW });
    expect(await store.deleteExpired(NOW + 60 * MINUTE + 1, { logRetentionMs: MINUTE, atMost: 10 })).toBe(2);
  });
});
