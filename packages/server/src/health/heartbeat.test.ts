import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../fault/fault.js';
import { type Heartbeat, startHeartbeat } from './heartbeat.js';

const DAY = 24 * 60 * 60 * 1000;

describe('security.md M09: a node keeps the time of the store', () => {
  let heartbeat: Heartbeat;
  let elapsed: number;
  let storeNow: number | null;
  let beats: number[];
  let isAway: boolean;
  let latest: number;
  const store = {
    findClock: async () => storeNow,
    findLatestMoment: async () => latest,
    beat: async (now: number) => {
      if (isAway) throw new StoreUnavailable('away');
      beats.push(now);
      return { storeNow };
    },
  };
  const start = async (clock: () => number) => {
    heartbeat = await startHeartbeat(store, clock, () => elapsed);
  };
  const pass = async (milliseconds: number) => {
    elapsed += milliseconds;
    if (storeNow !== null) storeNow += milliseconds;
    await vi.advanceTimersByTimeAsync(milliseconds);
  };
  beforeEach(() => {
    vi.useFakeTimers();
    elapsed = 0;
    storeNow = 1_000_000;
    beats = [];
    isAway = false;
    latest = 0;
  });
  afterEach(async () => {
    await heartbeat.stop();
    vi.useRealTimers();
  });

  test('whatever its own clock says, from the first request on', async () => {
    await start(() => 1_000_000 + DAY);
    expect(heartbeat.now()).toBe(1_000_000);
    await pass(500);
    expect(heartbeat.now()).toBe(1_000_500);
  });

  test('also while the store is away', async () => {
    await start(() => 0);
    isAway = true;
    await pass(20_000);
    expect(heartbeat.now()).toBe(1_020_000);
    isAway = false;
    await pass(1_000);
    expect(beats.at(-1)).toBe(1_021_000);
  });

  test('and follows it where it was set, but not each round trip', async () => {
    await start(() => 0);
    storeNow = 1_000_000 + 60;
    await pass(1_000);
    expect(heartbeat.now()).toBe(1_001_000);
    storeNow = 5_000_000;
    await pass(1_000);
    expect(heartbeat.now()).toBe(5_001_000);
  });

  test('and its own where the store has none', async () => {
    storeNow = null;
    let clock = 7;
    await start(() => clock);
    clock = 8;
    expect(heartbeat.now()).toBe(8);
  });

  test('never one before what the store knows to have been, whichever clock was set back', async () => {
    latest = 1_000_000 + DAY;
    await start(() => 0);
    expect(heartbeat.now()).toBe(1_000_000 + DAY);
    await pass(1_000);
    expect(heartbeat.now()).toBe(1_001_000 + DAY);
    expect(beats.at(-1)).toBe(1_001_000 + DAY);
  });

  test('and goes on where the store’s is set back while it runs', async () => {
    await start(() => 0);
    storeNow = 1_000_000 - DAY;
    await pass(1_000);
    await pass(1_000);
    expect(heartbeat.now()).toBe(1_002_000);
  });

  test('a beat each second, until it is stopped', async () => {
    await start(() => 0);
    await pass(1_000);
    await pass(1_000);
    expect(beats).toEqual([1_000_000, 1_001_000, 1_002_000]);
    await heartbeat.stop();
    await pass(5_000);
    expect(beats).toHaveLength(3);
  });
});
