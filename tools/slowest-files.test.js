import { expect, test } from 'vitest';
import { buildSlowestLines } from './slowest-files.js';

const file = (/** @type {number} */ seconds) => ({
  path: `${seconds}.test.ts`,
  durationMs: seconds * 1_000,
});

test('the ten slowest files are named, the slowest first', () => {
  const files = [7, 1, 12, 3, 2, 9, 4, 11, 5, 10, 6, 8].map(file);
  expect(buildSlowestLines(files)).toEqual([
    'The slowest files:',
    ...[12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((seconds) =>
      `${seconds}.0 s`.padStart(9).concat(`  ${seconds}.test.ts`),
    ),
  ]);
});

test('of a run without files nothing is said', () => {
  expect(buildSlowestLines([])).toEqual([]);
});
