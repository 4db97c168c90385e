import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventBatch } from './event-batch.js';
import { buildEvent, type Event } from './events.js';

let written: Event[][];
let faults: unknown[];
let batch: EventBatch;
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  faults = [];
  batch = new EventBatch(
    async (events) => void written.push([...events]),
    (error) => faults.push(error),
  );
});
afterEach(() => vi.useRealTimers());

const silent = (at: number, overrides: Partial<Event> = {}): Event => ({
  ...buildEvent(at, 'silent.succeeded', {
    sid: `sid-${at}`,
    userId: 'mira',
    clientId: 'spa-a',
    address: '::1',
  }),
  ...overrides,
});

describe('EventBatch (design.md 8)', () => {
  test('writes what came within a second, together, in its order, and no sooner', async () => {
    batch.add(silent(1));
    await vi.advanceTimersByTimeAsync(600);
    batch.add(silent(2));
    await vi.advanceTimersByTimeAsync(399);
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(written).toEqual([[silent(1), silent(2)]]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(written).toHaveLength(1);
  });

  test('an idle batch writes nothing', async () => {
    await batch.flush();
    expect(written).toEqual([]);
  });

  test('beyond 20 alike one line stands for the rest, names nobody, and counts them all', async () => {
    for (let at = 0; at < 500; at += 1) batch.add(silent(at));
    await batch.flush();
    const [lines = []] = written;
    expect(lines).toHaveLength(21);
    expect(lines.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, at) => silent(at)));
    expect(lines[20]).toEqual(silent(499, { sid: null, userId: null, count: 480 }));
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(500);
  });

  test('alike is the same event, reason, client and network; others keep lines of their own', async () => {
    for (let at = 0; at < 100; at += 1) {
      batch.add(silent(at));
      batch.add(silent(at, { clientId: 'spa-b' }));
      batch.add(silent(at, { address: '192.0.2.1' }));
      batch.add(silent(at, { name: 'silent.refused', reason: 'no-session' }));
    }
    batch.add(silent(7, { name: 'silent.refused', reason: 'session-ended' }));
    await batch.flush();
    expect(written[0]).toHaveLength(4 * 21 + 1);
  });

  test('one machine with a /64 of addresses is one', async () => {
    for (let at = 0; at < 100; at += 1) batch.add(silent(at, { address: `2001:db8::${at + 1}` }));
    for (let at = 0; at < 100; at += 1) batch.add(silent(at, { address: `2001:db8:0:1::${at + 1}` }));
    await batch.flush();
    expect(written[0]).toHaveLength(2 * 21);
  });

  test('each batch counts anew', async () => {
    for (let at = 0; at < 20; at += 1) batch.add(silent(at));
    await batch.flush();
    batch.add(silent(20));
    await batch.flush();
    expect(written[1]).toEqual([silent(20)]);
  });

  test('a store that fails costs these lines and nobody’s request, and the next batch is written', async () => {
    let fails = true;
    const failing = new EventBatch(
      async (events) => {
        if (fails) throw new Error('gone');
        written.push([...events]);
      },
      (error) => faults.push(error),
    );
    failing.add(silent(1));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(faults).toEqual([new Error('gone')]);
    fails = false;
    failing.add(silent(2));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([[silent(2)]]);
  });

  test('what comes while a batch is being written is in the next', async () => {
    let release = () => {};
    const slow = new EventBatch(
      async (events) => {
        written.push([...events]);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      },
      (error) => faults.push(error),
    );
    slow.add(silent(1));
    const first = slow.flush();
    slow.add(silent(2));
    release();
    await first;
    const second = slow.flush();
    release();
    await second;
    expect(written).toEqual([[silent(1)], [silent(2)]]);
  });
});
