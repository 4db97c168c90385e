import { expect, test } from 'vitest';
import { buildDistanceText, buildMomentText } from './distance.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

test.each([
  [NOW, 'now'],
  [NOW - 999, 'now'],
  [NOW - 1_000, '1 s ago'],
  [NOW - 59 * MINUTE, '59 min ago'],
  [NOW - 47 * 60 * MINUTE, '1 d ago'],
  [NOW + 90 * MINUTE, 'in 1 h'],
  [NOW + 400 * 24 * 60 * MINUTE, 'in 400 d'],
])('%d is %s', (at, text) => expect(buildDistanceText(at, NOW)).toBe(text));

test('with the moment itself, for whoever compares it with a log', () => {
  expect(buildMomentText(NOW - MINUTE, NOW)).toBe('1 min ago (2026-11-20T11:59:00.000Z)');
});
