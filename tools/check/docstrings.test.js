import { expect, test } from 'vitest';
import { checkDocstrings } from './docstrings.js';

/**
 * @param {string} text
 * @param {string} path
 */
const missingIn = (text, path = 'packages/server/src/a.ts') =>
  checkDocstrings([{ path, text }]).map(({ line, message }) => `${line} ${message.split(' ')[0]}`);

test.each([
  ['a function', 'export function a() {}'],
  ['a function that waits', 'export async function a() {}'],
  ['a constant', 'export const a = 1;'],
  ['a class', 'export class a {}'],
  ['a type', 'export type a = 1;'],
  ['an interface', 'export interface a {}'],
  ['an enumeration', 'export enum a {}'],
  ['a function with another kind of comment', '// Says something.\nexport function a() {}'],
  ['a function with an empty docstring', '/** */ export function a() {}'],
  ['a function whose docstring has no words', '/** @internal */ export function a() {}'],
  ['a function after the docstring of another', '/** Of b. */\nfunction b() {}\nexport function a() {}'],
])('%s that is exported needs a docstring', (_, text) => {
  expect(missingIn(text)).toEqual([`${text.split('\n').length} a`]);
});

test.each([
  ['a docstring of one line', '/** Says something. */\nexport function a() {}'],
  ['words about a parameter', '/** @param b how often. */\nexport function a(b) {}'],
  ['words about the result', '/** @returns how often. */\nexport function a() {}'],
  ['what is not exported', 'function a() {}\nconst b = 1;\ninterface C {}'],
  [
    'what is passed on',
    "export { a } from './b.js';\nexport * from './c.js';\nexport type { D } from './d.js';",
  ],
])('in order: %s', (_, text) => {
  expect(missingIn(text)).toEqual([]);
});

test('sources of packages and of the command are held to it; tests, tools and the demo are not', () => {
  const text = 'export const a = 1;';
  expect(missingIn(text, 'apps/sojourn/src/a.ts')).toHaveLength(1);
  expect(missingIn(text, 'packages/protocol/src/a.ts')).toHaveLength(1);
  expect(missingIn(text, 'packages/server/src/a.test.ts')).toEqual([]);
  expect(missingIn(text, 'tests/rig/a.ts')).toEqual([]);
  expect(missingIn(text, 'tools/a.js')).toEqual([]);
  expect(missingIn(text, 'examples/shop/a.js')).toEqual([]);
});
