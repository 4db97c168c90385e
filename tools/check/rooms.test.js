import { expect, test } from 'vitest';
import { checkRooms } from './rooms.js';

const README = [
  '# @sojourn/server',
  '',
  '1. `http/`: requests.',
  '2. `ports.ts`: what handlers are given.',
  '3. `session/`: sessions.',
  '4. `index.ts`: what is published.',
].join('\n');

const HOUSE = {
  'packages/server/README.md': README,
  'packages/server/src/http/request.ts': "import { URL } from 'node:url';",
  'packages/server/src/ports.ts': "import type { HttpRequest } from './http/request.js';",
  'packages/server/src/session/session.ts': "import './rows.js'; import type { Ports } from '../ports.js';",
  'packages/server/src/session/rows.ts': '',
  'packages/server/src/index.ts': "export * from './session/session.js';",
};

/** @param {Record<string, string>} changes */
const findingsWith = (changes) =>
  checkRooms(Object.entries({ ...HOUSE, ...changes }).map(([path, text]) => ({ path, text })));

test('imports that go down, or stay in the room, are in order', () => {
  expect(findingsWith({})).toEqual([]);
});

test.each([
  [
    'packages/server/src/http/request.ts',
    "import { x } from '../session/session.js';",
    'session is above http',
  ],
  [
    'packages/server/src/http/request.ts',
    "import type { X } from '../session/session.js';",
    'session is above',
  ],
  ['packages/server/src/http/request.ts', "let x: import('../session/session.js').X;", 'session is above'],
  ['packages/server/src/http/request.ts', "export * from '../ports.js';", 'ports.ts is above http'],
  ['packages/server/src/http/request.ts', "await import('../session/session.js');", 'session is above'],
  ['packages/server/src/ports.ts', "import './session/session.js';", 'session is above ports.ts'],
  ['packages/server/src/session/session.ts', "import '../index.js';", 'index.ts is above session'],
])('an import upwards is objected to: %s: %s', (path, text, words) => {
  expect(findingsWith({ [path]: text })).toEqual([
    { file: path, line: 1, message: expect.stringContaining(words) },
  ]);
});

test('a folder that is not in the list is objected to, and so is a room that is not there', () => {
  expect(findingsWith({ 'packages/server/src/attic/box.ts': '' })).toEqual([
    { file: 'packages/server/src/attic/box.ts', line: 1, message: expect.stringContaining('list of rooms') },
  ]);
  expect(findingsWith({ 'packages/server/README.md': `${README}\n5. \`cellar/\`: nothing.` })).toEqual([
    { file: 'packages/server/README.md', line: 7, message: expect.stringContaining('cellar') },
  ]);
});

test('a test may stand on the whole house', () => {
  const path = 'packages/server/src/http/request.test.ts';
  expect(findingsWith({ [path]: "import '../session/session.js';" })).toEqual([]);
});
