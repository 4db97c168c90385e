import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { buildEvent } from '../../events/events.js';
import { openStore } from '../open-store.js';
import type { Store } from '../store.js';
import { aSessionBegin, aUser, NOW } from '../store-samples.js';
import { openDatabase } from './database.js';
import { openSqliteStore } from './sqlite-store.js';

/** A page of 4096 bytes and its header, as the write-ahead log keeps each page that a commit changes. */
const FRAME_BYTES = 4120;

const threads: Worker[] = [];
const seeThread = (thread: Worker) => void threads.push(thread);

let folder: string;
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `sojourn-${files}.db`);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-threaded-'));
  process.on('worker', seeThread);
});
afterAll(() => {
  process.off('worker', seeThread);
  rmSync(folder, { recursive: true, force: true });
});

let file: string;
let store: Store;
beforeEach(async () => {
  file = newFile();
  threads.length = 0;
  store = await openStore(`sqlite:${file}?writer=thread`);
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
});

const event = (sid = 'sid') => buildEvent(NOW, 'silent.succeeded', { sid });
const findEvents = () => store.findEvents({ after: 0, since: 0, atMost: 1000 });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a read that begins after a write was answered sees it, whoever else writes', async () => {
  await store.createUser(aUser('mira'), []);
  const browse = async (sid: string) => {
    const hashes = { handleHash: `handle ${sid}`, silentHandleHash: `silent ${sid}` };
    await store.beginSession(aSessionBegin(sid, { session: hashes }));
    for (let step = 1; step <= 50; step += 1) {
      await store.touchSession(sid, NOW + step);
      expect((await store.findSession(sid))?.lastActiveAt).toBe(NOW + step);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, index) => browse(`sid-${index}`)));
});

test('reads and timers go on while a commit takes its time', async () => {
  await store.createUser(aUser('mira'), []);
  const { db: other } = await openDatabase(file, true);
  other.exec('BEGIN IMMEDIATE');
  let answered = false;
  const write = store.recordEvents([event()]).then(() => {
    answered = true;
  });
  for (let turns = 0; turns < 5; turns += 1) {
    expect((await store.findUser('mira'))?.userId).toBe('mira');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(answered).toBe(false);
  other.exec('ROLLBACK');
  other.close();
  await write;
  expect(await findEvents()).toHaveLength(1);
});

test('what is asked in one turn shares one commit', async () => {
  await store.recordEvents([event()]);
  const before = statSync(`${file}-wal`).size;
  await Promise.all(Array.from({ length: 50 }, (_, index) => store.recordEvents([event(`sid-${index}`)])));
  expect(await findEvents()).toHaveLength(51);
  // Each commit of its own would write one page at the very least.
  expect((statSync(`${file}-wal`).size - before) / FRAME_BYTES).toBeLessThan(25);
});

test('a failed write costs its neighbours nothing, and says why', async () => {
  await store.createUser(aUser('mira'), []);
  const start = (sid: string) => store.beginSession(aSessionBegin(sid));
  await start('taken');
  const outcomes = await Promise.allSettled([store.beat(NOW), start('taken'), store.recordEvents([event()])]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({
    reason: { name: 'StoreUnavailable', cause: { message: expect.stringContaining('UNIQUE') } },
  });
});

test('what cannot be sent to a thread costs its neighbours nothing', async () => {
  const notData = { ...event(), address: () => 'no text' } as unknown as ReturnType<typeof event>;
  const outcomes = await Promise.allSettled([
    store.recordEvents([event('a')]),
    store.recordEvents([notData]),
    store.recordEvents([event('b')]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: { name: 'StoreUnavailable' } });
  expect((await findEvents()).map(({ sid }) => sid)).toEqual(['a', 'b']);
});

test('every argument and answer of a write is plain data', () => {
  type WriteName = Exclude<keyof Store, `find${string}` | 'onConfigurationChange' | 'close'>;
  type Unsendable<T> = T extends (...values: never[]) => unknown
    ? T
    : T extends readonly (infer Entry)[]
      ? Unsendable<Entry>
      : T extends ReadonlyMap<infer Key, infer Value>
        ? Unsendable<Key | Value>
        : T extends object
          ? { [Name in keyof T]: Unsendable<T[Name]> }[keyof T]
          : never;
  expectTypeOf<Unsendable<{ list: [{ call: () => void }] }>>().not.toBeNever();
  expectTypeOf<Unsendable<Parameters<Store[WriteName]>>>().toBeNever();
  expectTypeOf<Unsendable<Awaited<ReturnType<Store[WriteName]>>>>().toBeNever();
});

test('a second server on the same file is refused, a command is let in', async () => {
  await expect(openStore(`sqlite:${file}?writer=thread`)).rejects.toMatchObject({ name: 'StoreInUse' });
  const command = await openStore(`sqlite:${file}?writer=thread`, { shared: true });
  await Promise.all([command.recordEvents([event('a')]), store.recordEvents([event('b')])]);
  await command.close();
  expect(await findEvents()).toHaveLength(2);
  expect(threads).toHaveLength(1);
});

describe('closing', () => {
  test('answers what was asked before it, in this turn too, and leaves one whole file to the next', async () => {
    await store.beat(NOW);
    const earlier = store.recordEvents([event('a')]);
    await turn();
    const sameTurn = store.recordEvents([event('b')]);
    const closed = Promise.all([store.close(), store.close()]);
    await expect(store.recordEvents([event('c')])).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await Promise.all([earlier, sameTurn, closed]);
    expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    store = await openStore(`sqlite:${file}?writer=main`);
    expect((await findEvents()).map(({ sid }) => sid)).toEqual(['a', 'b']);
  });

  test('is done where nothing was ever written', async () => {
    await store.close();
    expect(threads).toEqual([]);
    store = await openStore(`sqlite:${file}?writer=main`);
  });
});

describe('a thread that dies', () => {
  test('answers StoreUnavailable to all that wait, and the next call starts another, one in a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await store.recordEvents([event('before')]);
    // Not a message of its owner: the thread ends at it, before it comes to the calls.
    threads[0]?.postMessage(null);
    const waiting = await Promise.allSettled([store.recordEvents([event('a')]), store.beat(NOW)]);
    for (const outcome of waiting)
      expect(outcome).toMatchObject({
        reason: { name: 'StoreUnavailable', cause: { message: expect.stringContaining('iterable') } },
      });

    for (let attempt = 0; attempt < 20; attempt += 1)
      await expect(store.beat(NOW)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(threads).toHaveLength(1);
    expect((await findEvents()).map(({ sid }) => sid)).toEqual(['before']);

    vi.advanceTimersByTime(1000);
    await store.recordEvents([event('after')]);
    expect(threads).toHaveLength(2);
    expect((await findEvents()).map(({ sid }) => sid)).toEqual(['before', 'after']);
  });

  test('in the midst of closing leaves nobody waiting', async () => {
    await store.beat(NOW);
    threads[0]?.postMessage(null);
    const late = store.recordEvents([event()]);
    const closed = store.close();
    await expect(late).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await closed;
    store = await openStore(`sqlite:${file}`);
  });
});

describe('where nothing is said', () => {
  const writesAfter = async (
    commitMs: number | null,
    given: { file: string; shared?: boolean; writer?: 'main' | 'thread' },
  ) => {
    const measure = vi.fn(() => commitMs);
    const opened = await openSqliteStore(given.file, { ...given, measure });
    await opened.recordEvents([event()]);
    await opened.close();
    return { threads: threads.length, measured: measure.mock.calls.length };
  };

  test('a slow commit goes to a thread, and a fast one stays', async () => {
    expect(await writesAfter(3, { file: newFile() })).toEqual({ threads: 1, measured: 1 });
    threads.length = 0;
    expect(await writesAfter(0.2, { file: newFile() })).toEqual({ threads: 0, measured: 1 });
  });

  test('memory and commands are not measured, nor what was said', async () => {
    expect(await writesAfter(3, { file: ':memory:' })).toEqual({ threads: 0, measured: 0 });
    expect(await writesAfter(3, { file, shared: true })).toEqual({ threads: 0, measured: 0 });
    expect(await writesAfter(3, { file: newFile(), writer: 'main' })).toEqual({ threads: 0, measured: 0 });
  });
});
