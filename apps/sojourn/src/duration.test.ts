import { expect, test } from 'vitest';
import { buildDurationText } from './duration.js';

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [1, '1 s'],
  [59_001, '1 min'],
  [260_000, '4 min 20 s'],
  [300_000, '5 min'],
  [3_600_000 + 59_000, '1 h'],
  [90_000_000, '1 d 1 h'],
])('%i ms is %s', (milliseconds, text) => {
  expect(buildDurationText(milliseconds)).toBe(text);
});
