import { expect, test } from 'vitest';
import { checkUnrunTests } from './unrun-tests.js';

/** @param {string} text */
const findingsIn = (text) => checkUnrunTests([{ path: 'tests/planted.test.ts', text }]);

test.each([
  "test.skip('signs in', () => {});",
  "it.only('signs in', () => {});",
  "describe.todo('signing in');",
  "test.skipIf(isSlow)('signs in', () => {});",
  "test.concurrent.skip('signs in', () => {});",
  "xit('signs in', () => {});",
  "test('signs in', { skip: true }, () => {});",
])('finds %s', (text) => {
  expect(findingsIn(`\n${text}`)).toMatchObject([{ file: 'tests/planted.test.ts', line: 2 }]);
});

test.each([
  "test('skips a beat', () => { cursor.skip(1); });",
  "test.each([1])('%s', () => {});",
  "expect(text).toBe('test.skip()');",
])('is content with %s', (text) => {
  expect(findingsIn(text)).toEqual([]);
});
