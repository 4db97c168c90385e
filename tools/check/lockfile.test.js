import { expect, test } from 'vitest';
import { checkLockfile } from './lockfile.js';

/** @param {string} line */
const lockfileWith = (line) => checkLockfile([{ path: 'package-lock.json', text: `{\n${line}\n}` }]);

test.each([
  '      "resolved": "https://packages.example/fastify-5.12.8.tgz",',
  '      "resolved": "git+ssh://git@code.example/fastify.git",',
  '        "fastify": "git+https://code.example/fastify.git",',
])('finds the host in %s', (line) => {
  expect(lockfileWith(line)).toEqual([
    { file: 'package-lock.json', line: 2, message: 'the lockfile names a host' },
  ]);
});

test.each([
  '      "resolved": "packages/server",',
  '      "integrity": "sha512-abc//def==",',
  '        "url": "https://opencollective.example/fastify"',
  '        "https://github.example/sponsors/somebody",',
])('is content with %s', (line) => {
  expect(lockfileWith(line)).toEqual([]);
});

test('finds a host in npm settings', () => {
  const text = 'ignore-scripts=true\nregistry=https://packages.example/\n';
  expect(checkLockfile([{ path: '.npmrc', text }])).toEqual([
    { file: '.npmrc', line: 2, message: 'npm settings name a host' },
  ]);
});
