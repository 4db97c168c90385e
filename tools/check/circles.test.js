import { expect, test } from 'vitest';
import { checkCircles } from './circles.js';

/** @param {Record<string, string>} files */
const circlesIn = (files) => checkCircles(Object.entries(files).map(([path, text]) => ({ path, text })));

test('two files that import each other are a circle, told at both imports', () => {
  expect(
    circlesIn({
      'apps/sojourn/src/a.ts': "import { b } from './deep/b.js';",
      'apps/sojourn/src/deep/b.ts': "\nimport { a } from '../a.js';",
    }),
  ).toEqual([
    {
      file: 'apps/sojourn/src/a.ts',
      line: 1,
      message: expect.stringContaining(
        'apps/sojourn/src/a.ts → apps/sojourn/src/deep/b.ts → apps/sojourn/src/a.ts',
      ),
    },
    { file: 'apps/sojourn/src/deep/b.ts', line: 2, message: expect.stringContaining('→') },
  ]);
});

test.each([
  ['of types only', "import type { C } from './c.js';", "let x: import('./a.js').A;"],
  ['of what is passed on', "export * from './c.js';", "export { a } from './a.js';"],
  [
    'of types in JSDoc',
    "/** @type {import('./c.js').C} */ let c;",
    "/** @param {import('./a.js').A} a */ const f = (a) => a;",
  ],
  ['of what is loaded later', "const c = await import('./c.js');", "import './a.js';"],
])('a circle %s is one', (_, inA, inC) => {
  const found = circlesIn({ 'tools/a.js': inA, 'tools/b.js': "import './a.js';", 'tools/c.js': inC });
  expect(found.map(({ file }) => file)).toEqual(['tools/a.js', 'tools/c.js']);
});

test('a circle of three is found from each of them, and not from who only looks in', () => {
  const found = circlesIn({
    'bench/a.js': "import './b.js';",
    'bench/b.js': "import './c.js';",
    'bench/c.js': "import './a.js'; import './d.js';",
    'bench/d.js': '',
    'bench/e.js': "import './a.js';",
  });
  expect(found.map(({ file }) => file)).toEqual(['bench/a.js', 'bench/b.js', 'bench/c.js']);
});

test('a file that imports itself is a circle', () => {
  expect(circlesIn({ 'tools/a.js': "import './a.js';" })).toHaveLength(1);
});

test('a tree has none, nor have two ways to one file, nor what lies elsewhere', () => {
  expect(
    circlesIn({
      'packages/server/src/a.ts': "import './b.js'; import './c.js'; import 'node:fs';",
      'packages/server/src/b.ts': "import './d.js';",
      'packages/server/src/c.ts': "import './d.js'; import './gone.js';",
      'packages/server/src/d.ts': '',
    }),
  ).toEqual([]);
});
