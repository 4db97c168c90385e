import { expect, test } from 'vitest';
import { findUnknownArguments } from './unknown-arguments.js';

const args = { port: { type: 'string' }, follow: { type: 'boolean', alias: 'f' } } as const;

test('flags that are known, in every spelling', () => {
  expect(findUnknownArguments(['--port', '1', '--follow'], args)).toEqual([]);
  expect(findUnknownArguments(['--port=1', '-f'], args)).toEqual([]);
  expect(findUnknownArguments(['--port', '-1'], args)).toEqual([]);
});

test('what is told by its place, also after the flags are over', () => {
  const retire = { kid: { type: 'positional' }, ...args } as const;
  expect(findUnknownArguments(['abc', '--port', '1'], retire)).toEqual([]);
  expect(findUnknownArguments(['--port', '1', '--', '-abc'], retire)).toEqual([]);
  expect(findUnknownArguments(['abc', 'def', '--kid', 'x'], retire)).toEqual([
    '"def" is not expected here; flags begin with --.',
    '--kid is no flag of this command; see --help.',
  ]);
});

test('misspelled, missing and stray ones, all of them', () => {
  expect(findUnknownArguments(['--prot', '80', 'stray', '--folow', '--port'], args)).toEqual([
    '--prot is no flag of this command; see --help.',
    '"stray" is not expected here; flags begin with --.',
    '--folow is no flag of this command; see --help.',
    '--port is missing its value.',
  ]);
});
