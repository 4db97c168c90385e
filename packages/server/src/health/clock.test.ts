import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keepClock } from './clock.js';

const NOON = 1_000_000_000;
const HOUR = 3_600_000;

/** A clock that the test sets, and a monotonic one beside it. */
function clocks(at = NOON) {
  const state = { wall: at, elapsed: 0 };
  return {
    state,
    keep: (floor = 0) =>
      keepClock(
        () => state.wall,
        () => state.elapsed,
        floor,
      ),
    pass(milliseconds: number) {
      state.wall += milliseconds;
      state.elapsed += milliseconds;
    },
  };
}

describe('keepClock', () => {
  test('follows the clock, also where it is set forwards', () => {
    const { keep, pass, state } = clocks();
    const kept = keep();
    expect(kept.now()).toBe(NOON);
    pass(1_500);
    expect(kept.now()).toBe(NOON + 1_500);
    state.wall += HOUR;
    expect(kept.now()).toBe(NOON + 1_500 + HOUR);
  });

  test.each([5_000, 5 * 60_000, HOUR])('set back by %d ms, time goes on as if nothing had been', (back) => {
    const { keep, pass, state } = clocks();
    const kept = keep();
    kept.now();
    state.wall -= back;
    expect(kept.now()).toBe(NOON);
    for (let second = 1; second <= 10; second += 1) {
      pass(1_000);
      expect(kept.now()).toBe(Math.max(NOON + second * 1_000, state.wall));
    }
  });

  test('a small correction makes it stand still until it is caught up, so that it follows again', () => {
    const { keep, pass, state } = clocks();
    const kept = keep();
    kept.now();
    state.wall -= 800;
    pass(500);
    expect(kept.now()).toBe(NOON);
    pass(500);
    expect(kept.now()).toBe(NOON + 200);
  });

  test('it begins no earlier than what the store knows to have been, and goes on from there', () => {
    const { keep, pass } = clocks();
    const kept = keep(NOON + HOUR);
    expect(kept.now()).toBe(NOON + HOUR);
    pass(3_000);
    expect(kept.now()).toBe(NOON + HOUR + 3_000);
    expect(
      clocks()
        .keep(NOON - HOUR)
        .now(),
    ).toBe(NOON);
  });

  test('however it is set, it never goes back, never stands for long, and is never behind the clock', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -HOUR, max: HOUR }), fc.integer({ min: 0, max: 5_000 })), {
          maxLength: 50,
        }),
        (steps) => {
          const { keep, pass, state } = clocks();
          const kept = keep();
          let last = kept.now();
          for (const [set, passed] of steps) {
            state.wall += set;
            pass(passed);
            const now = kept.now();
            expect(now).toBeGreaterThanOrEqual(last);
            expect(now).toBeGreaterThanOrEqual(state.wall);
            expect(now - last).toBeGreaterThanOrEqual(
              Math.min(passed, state.wall < last - 2_000 ? passed : 0),
            );
            last = now;
          }
        },
      ),
    );
  });
});
