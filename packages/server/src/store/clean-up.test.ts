import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startCleanUp } from './clean-up.js';
import type { Store } from './store.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

/** How many rows can be deleted still. */
let expired: number;
let steps: { at: number; deleted: number }[];
let faults: unknown[];
let isAway: boolean;
/** Until it is settled, each step that began is under way. */
let gate: Promise<void>;
let stop: () => Promise<void>;

const deleteExpired: Store['deleteExpired'] = async (now, { atMost }) => {
  const deleted = Math.min(expired, atMost);
  steps.push({ at: now - NOW, deleted });
  await gate;
  if (isAway) throw new Error('away');
  expired -= deleted;
  return deleted;
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  [expired, steps, faults, isAway, gate] = [0, [], [], false, Promise.resolve()];
  stop = startCleanUp(
    deleteExpired,
    () => ({ logRetentionMs: 0 }),
    () => Date.now(),
    (fault) => faults.push(fault),
  );
});
afterEach(async () => {
  await stop();
  vi.useRealTimers();
});

test('what has expired goes in small steps with a pause after each, in which requests go first', async () => {
  expired = 1_200;
  await vi.advanceTimersByTimeAsync(MINUTE + 1_000);
  expect(steps).toEqual([
    { at: MINUTE, deleted: 500 },
    { at: MINUTE + 50, deleted: 500 },
    { at: MINUTE + 100, deleted: 200 },
  ]);
});

test('a step that takes long is not joined by another', async () => {
  expired = 1_200;
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
  expect(steps).toHaveLength(1);
  open();
  await vi.advanceTimersByTimeAsync(50);
  expect(steps.map(({ at }) => at)).toEqual([MINUTE, 3 * MINUTE + 50]);
});

test('where nothing has expired it looks once a minute', async () => {
  await vi.advanceTimersByTimeAsync(3 * MINUTE);
  expect(steps.map(({ at }) => at)).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE]);
});

test('a store that is away is told of, and asked again a minute later', async () => {
  expired = 700;
  isAway = true;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(faults).toEqual([new Error('away')]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(MINUTE + 50);
  expect(steps.map(({ at }) => at)).toEqual([MINUTE, 2 * MINUTE, 2 * MINUTE + 50]);
  expect(expired).toBe(0);
});

test('stopping waits for the step that runs, and none follows', async () => {
  expired = 1_200;
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  await vi.advanceTimersByTimeAsync(MINUTE);
  const stopped = vi.fn();
  const stopping = stop().then(stopped);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(stopped).not.toHaveBeenCalled();
  open();
  await stopping;
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  expect(steps).toHaveLength(1);
});
