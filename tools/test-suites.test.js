import { expect, test } from 'vitest';
import { buildOrder } from './test-suites.js';

const order = (/** @type {string[]} */ paths) => buildOrder(paths, (path) => path);

test('suites that wait are dealt evenly among those that compute, each kind in its own order', () => {
  const computing = ['/src/a.test.ts', '/src/b.test.ts', '/src/c.test.ts', '/tests/http/d.test.ts'];
  const waiting = ['/tests/crash/crash.test.ts', '/src/pages/pages.browser.test.ts'];
  expect(order([...computing, ...waiting])).toEqual([
    waiting[0],
    computing[0],
    computing[1],
    waiting[1],
    computing[2],
    computing[3],
  ]);
});

test('suites of one kind keep their order', () => {
  const paths = ['/tests/compat/a.test.ts', '/tests/browser/b.test.ts', '/tests/command/c.test.ts'];
  expect(order(paths)).toEqual(paths);
  expect(order([])).toEqual([]);
});
