import { expect, test } from 'vitest';
import { areInstalled, isNewEnough } from './set-up.js';

const lockfile = JSON.stringify({
  packages: {
    '': { name: 'root' },
    'node_modules/fastify': { version: '5.12.8' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  },
});
/** @param {object} packages */
const recordOf = (packages) => JSON.stringify({ packages });

test('packages as the lockfile wants them need no installation, optional ones may be missing', () => {
  expect(areInstalled(lockfile, recordOf({ 'node_modules/fastify': { version: '5.12.8' } }))).toBe(true);
});

test.each([
  ['there is no installation', null],
  ['a package is missing', recordOf({})],
  ['a version differs', recordOf({ 'node_modules/fastify': { version: '5.12.7' } })],
  [
    'a package is left over',
    recordOf({ 'node_modules/fastify': { version: '5.12.8' }, 'node_modules/express': { version: '5.3.0' } }),
  ],
])('stale when %s', (_, record) => {
  expect(areInstalled(lockfile, record)).toBe(false);
});

test.each([
  ['20.19.0', true],
  ['20.20.2', true],
  ['22.1.0', true],
  ['20.18.3', false],
  ['18.20.0', false],
])('Node %s against >=20.19: %s', (version, answer) => {
  expect(isNewEnough(version, '>=20.19')).toBe(answer);
});
