import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { computeDowntimeMs, type Outage } from './downtime.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const NOW = 1_700_000_000_000;
const outage = (from: number, to: number): Outage => ({ startedAt: NOW + from, endedAt: NOW + to });

describe('design.md 5: time in which the service could not answer', () => {
  test.each([
    ['none', [], null, 0],
    ['an outage between the two moments', [outage(-30_000, -20_000)], null, 10_000],
    ['one that began earlier counts from the first moment', [outage(-90_000, -50_000)], null, 10_000],
    ['one that ended before counts nothing', [outage(-90_000, -60_000)], null, 0],
    ['two', [outage(-50_000, -45_000), outage(-10_000, -4_000)], null, 11_000],
    ['a heartbeat a moment ago', [], NOW - 1_499, 0],
    ['no heartbeat for long: the outage that just ended, or has not', [], NOW - 1_500, 1_500],
    ['no heartbeat since before the first moment', [], NOW - 2 * MINUTE, MINUTE],
    ['both', [outage(-50_000, -45_000)], NOW - 10_000, 15_000],
    ['a heartbeat that is ahead of a clock that was set back', [], NOW + MINUTE, 0],
    ['an outage that is ahead of it', [outage(MINUTE, 2 * MINUTE)], null, 0],
  ])('%s', (_name, outages, heartbeatAt, expected) => {
    expect(computeDowntimeMs(outages, heartbeatAt, NOW - MINUTE, NOW)).toBe(expected);
  });

  test('"gaps up to 10 minutes are subtracted"', () => {
    const since = NOW - 60 * MINUTE;
    expect(computeDowntimeMs([outage(-40 * MINUTE, -20 * MINUTE)], null, since, NOW)).toBe(10 * MINUTE);
    const two = [outage(-40 * MINUTE, -33 * MINUTE), outage(-20 * MINUTE, -13 * MINUTE)];
    expect(computeDowntimeMs(two, null, since, NOW)).toBe(10 * MINUTE);
  });

  test('it is what counting second by second gives, never below nothing and never above what has passed', () => {
    const seconds = fc.integer({ min: 0, max: 400 });
    const lengths = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 3, max: 60 })), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(lengths, seconds, seconds, (drawn, first, second) => {
        const [since, now] = [Math.min(first, second), Math.max(first, second)];
        const away = new Set<number>();
        const outages: Outage[] = [];
        let at = 0;
        for (const [calm, length] of drawn) {
          at += calm;
          outages.push(outage(at * SECOND, (at + length) * SECOND));
          for (let moment = at; moment < at + length; moment += 1) away.add(moment);
          at += length;
        }
        const counted = [...away].filter((moment) => moment >= since && moment < now).length;
        const computed = computeDowntimeMs(outages, null, NOW + since * SECOND, NOW + now * SECOND);
        expect(computed).toBe(counted * SECOND);
        expect(computed).toBeLessThanOrEqual((now - since) * SECOND);
      }),
    );
  });
});
