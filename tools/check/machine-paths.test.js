import { expect, test } from 'vitest';
import { checkMachinePaths } from './machine-paths.js';

/** @param {string} text */
const findingsIn = (text) => checkMachinePaths([{ path: 'docs/planted.md', text }]);

/** Written in pieces, so that this file itself is in order. @param {string[]} segments */
const absolute = (...segments) => ['', ...segments].join('/');

test.each([
  `const log = '${absolute('tmp', 'sojourn.log')}';`,
  `const home = '${absolute('root')}';`,
  `cd ${absolute('work', 'sojourn')}`,
  `open ${absolute('home', 'ada', 'sojourn')}`,
  `see https:${absolute('', 'registry.example', 'fastify')}`,
])('finds %s', (line) => {
  expect(findingsIn(`first\n${line}`)).toEqual([
    { file: 'docs/planted.md', line: 2, message: expect.stringMatching(/path|host/) },
  ]);
});

test.each([
  `https://id.example${absolute('work', 'of', 'art')}`,
  `\`\${folder}${absolute('tmp', 'x')}\``,
  'registry.get(name)',
  '// registry.example is a comment',
  'frameworks and /workers/hash.js',
])('is content with %s', (line) => {
  expect(findingsIn(line)).toEqual([]);
});
