import { expect, test } from 'vitest';
import { parseSince } from './since.js';

const now = Date.UTC(2026, 10, 20, 12);

test.each([
  ['90s', now - 90_000],
  ['15m', now - 900_000],
  ['1h', now - 3_600_000],
  ['7d', now - 7 * 86_400_000],
  ['2026-11-20', Date.UTC(2026, 10, 20)],
  ['2026-11-20T08:30', Date.UTC(2026, 10, 20, 8, 30)],
  ['2026-11-20 08:30:15Z', Date.UTC(2026, 10, 20, 8, 30, 15)],
  ['2026-11-20T08:30:00+02:00', Date.UTC(2026, 10, 20, 6, 30)],
])('%s', (text, at) => expect(parseSince(text, now)).toBe(at));

test.each(['', 'yesterday', '1', 'h', '-1h', '2026-13-01', '2026-11-20T25:00'])('%s is neither', (text) =>
  expect(parseSince(text, now)).toBeNull(),
);
