import { expect, test } from 'vitest';
import { checkNames } from './names.js';

/** @param {string} path */
const findingsFor = (path) => checkNames([{ path, text: '' }]);

test.each([
  'packages/server/src/utils/cookie.ts',
  'tests/helpers.ts',
  'packages/server/src/common.test.ts',
  'packages/server/src/string-utils.ts',
  'packages/server/src/session-manager.ts',
  'packages/server/src/token.service.ts',
])('finds %s', (path) => {
  expect(findingsFor(path)).toEqual([{ file: path, line: 1, message: expect.stringContaining('name it') }]);
});

test.each(['packages/server/src/session/session.ts', 'docs/service-worker.md', '.gitignore', 'LICENSE'])(
  'is content with %s',
  (path) => {
    expect(findingsFor(path)).toEqual([]);
  },
);
