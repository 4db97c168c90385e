import { expect, test } from 'vitest';
import { decideWriter } from './writer.js';

test.each([
  [0.17, 'main'],
  [1, 'main'],
  [1.01, 'thread'],
  [30, 'thread'],
])('a commit of %d ms is made in the %s thread or one of its own', (commitMs, writer) => {
  expect(decideWriter(commitMs)).toBe(writer);
});

test('where no commit can be made, all stays in one thread', () => {
  expect(decideWriter(null)).toBe('main');
});
