import { describe, expect, test } from 'vitest';
import { sayDuration, sayMoment, sayOrdinal } from './words.js';

describe('sayMoment', () => {
  const now = Date.parse('2026-11-20T10:00:00Z');
  test.each([
    [0, 'now'],
    [48_000, 'in 48 s'],
    [-12_000, '12 s ago'],
    [78_000, 'in 1 min 18 s'],
    [120_000, 'in 2 min'],
    [-7 * 60_000, '7 min ago'],
    [24 * 3_600_000 - 1000, 'in 24 h'],
    [72 * 3_600_000 - 1000, 'in 3 days'],
  ])('%d ms from now is "%s"', (distance, words) => {
    expect(sayMoment(now + distance, now)).toBe(words);
  });
});

test('sayDuration turns to seconds where milliseconds stop to matter', () => {
  expect([sayDuration(37.6), sayDuration(999), sayDuration(1240)]).toEqual(['38 ms', '999 ms', '1.2 s']);
});

test('sayOrdinal speaks as people do', () => {
  expect([1, 2, 3, 4, 11, 12, 21, 102].map(sayOrdinal)).toEqual([
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '21st',
    '102nd',
  ]);
});
