import { expect, test } from 'vitest';
import { parseLimit } from './given.js';

test('a limit is a whole number from 1', () => {
  expect(parseLimit(undefined)).toEqual({ limit: null });
  expect(parseLimit('20')).toEqual({ limit: 20 });
  for (const text of ['0', '-1', '1.5', 'ten', '', '1e3', '9'.repeat(10)])
    expect(parseLimit(text)).toEqual({ mistake: expect.stringContaining('expected a whole number from 1') });
});
