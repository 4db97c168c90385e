import { expect, test } from 'vitest';
import { findUnknownArguments } from './unknown-arguments.js';

const args = { port: { type: 'string' }, follow: { type: 'boolean', alias: 'f' } } as const;

test('flags that are known, in every spelling', () => {
  expect(findUnknownArguments(['--port', '1', '--follow'], args)).toEqual([]);
  expect(findUnknownArguments(['--port=1', '-f'], args)).toEqual([]);
  expect(findUnknownArguments(['--port', '-1'], args)).toEqual([]);
});

test('misspelled, missing and stray ones, all of them', () => {
  expect(findUnknownArguments(['--prot', '80', 'stray', '--folow', '--port'], args)).toEqual([
    '--prot is no flag of this command; see --help.',
    '"stray" is not expected here; flags begin with --.',
    '--folow is no flag of this command; see --help.',
    '--port is missing its value.',
  ]);
});
