import { expect, test } from 'vitest';
import { checkPurity } from './purity.js';

/** @param {string} text */
const impuritiesOf = (text) => checkPurity([{ path: 'planted.ts', text }]);

test.each([
  ['export async function parseRequest() {}', 'async'],
  ['export const decideLogin = async () => 1;', 'async'],
  ['const rules = { buildAnswer: async function () {} };', 'async'],
  ['class Answer { async buildAnswer() {} }', 'async'],
  ['interface Port { parseToken(text: string): Promise<string> }', 'Promise'],
  ['function parseToken(): Promise<string> { return later; }', 'Promise'],
  ['function decideLogin() { return Date.now(); }', 'Date.now'],
  ['function decideLogin() { return globalThis.Date.now(); }', 'Date.now'],
  ['function decideLogin() { return new Date(); }', 'clock'],
  ['function decideLogin() { return new Date; }', 'clock'],
  ['function decideLogin() { return performance.now(); }', 'performance.now'],
  ['function buildCode() { return Math.random(); }', 'Math.random'],
  ['function buildCode() { return randomBytes(16); }', 'randomBytes'],
  ['function buildCode() { return crypto.randomUUID(); }', 'randomUUID'],
  ['function buildCode() { return [1].map(() => randomUUID()); }', 'randomUUID'],
  ['function parseDocument(url) { return fetch(url); }', 'fetch'],
])('finds the impurity in %s', (text, word) => {
  expect(impuritiesOf(text)).toEqual([
    { file: 'planted.ts', line: 1, message: expect.stringContaining(word) },
  ]);
});

test.each([
  'function decideLogin(session, now) { return new Date(now * 1000); }',
  'function parseToken(text) { return JSON.parse(text); }',
  'async function handleLogin() { return Date.now(); }',
  'async function parser() {}',
  'async function rebuildIndex() {}',
  'function decideLogin() { return prefetch(1); }',
])('is content with %s', (text) => {
  expect(impuritiesOf(text)).toEqual([]);
});

test('names the line of the impurity, not that of the function', () => {
  expect(impuritiesOf('function decideLogin() {\n  return (\n    Date.now()\n  );\n}')[0]?.line).toBe(3);
});
