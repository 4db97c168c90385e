import { describe, expect, test } from 'vitest';
import { buildServerDrift, judgeClock } from './clock-check.js';

const agreeing = { filesAheadMs: 3, databaseAheadMs: null, issuerAheadMs: 0, eventsAheadMs: 0 };

describe('the clock', () => {
  test('is in order up to two seconds, in both directions', () => {
    expect(judgeClock(agreeing).status).toBe('ok');
    expect(judgeClock({ ...agreeing, filesAheadMs: 2_000, issuerAheadMs: -2_000 }).status).toBe('ok');
  });

  test.each([
    [{ issuerAheadMs: 2_001 }, '3 s behind the clock of the issuer'],
    [{ filesAheadMs: -60_000 }, '1 min ahead of the clock of the files'],
    [{ databaseAheadMs: 60_000 }, '1 min behind the clock of the database'],
  ])('fails beyond: %j', (facts, text) => {
    const finding = judgeClock({ ...agreeing, ...facts });
    expect(finding.status).toBe('failed');
    expect(finding.found).toContain(text);
  });

  test('is doubted where the store holds events of the future, or nobody else could be asked', () => {
    expect(judgeClock({ ...agreeing, eventsAheadMs: 60_000 }).status).toBe('warning');
    expect(judgeClock({ ...agreeing, filesAheadMs: null, issuerAheadMs: null }).status).toBe('warning');
  });
});

describe('a Date header', () => {
  const date = 'Fri, 20 Nov 2026 12:00:00 GMT';
  const noon = Date.parse(date);
  const drift = (sentAt: number, receivedAt: number, age?: string) =>
    buildServerDrift({ date, age }, { sentAt: noon + sentAt, receivedAt: noon + receivedAt });

  test.each([
    ['in the middle of its second', 500, 520, 0],
    ['asked within the second, answered late', 900, 4_000, 0],
    ['asked before, answered within', -300, 100, 0],
    ['behind by what its second does not explain', 4_999, 5_100, -4_000],
    ['ahead', -3_000, -2_500, 2_500],
  ])('%s', (_name, sentAt, receivedAt, expected) => {
    expect(drift(sentAt, receivedAt)).toBe(expected);
  });

  test('from a cache is as old as the cache says', () => {
    expect(drift(120_500, 120_600, '120')).toBe(0);
  });

  test('that is missing says nothing', () => {
    expect(buildServerDrift({ date: undefined, age: undefined }, { sentAt: 0, receivedAt: 0 })).toBeNull();
  });
});
