import { expect, test } from 'vitest';
import { checkImports } from './imports.js';

const manifests = [
  ['package.json', { devDependencies: { vitest: '1', typescript: '1' } }],
  ['packages/protocol/package.json', { name: '@sojourn/protocol', exports: { '.': '' } }],
  [
    'packages/server/package.json',
    {
      name: '@sojourn/server',
      exports: { '.': '' },
      dependencies: { '@sojourn/protocol': '1', fastify: '1' },
    },
  ],
  ['apps/sojourn/package.json', { name: 'sojourn', dependencies: { '@sojourn/server': '1' } }],
  ['examples/shop/package.json', { name: '@sojourn/example-shop', dependencies: { express: '1' } }],
].map(([path, manifest]) => ({ path: String(path), text: JSON.stringify(manifest) }));

/**
 * @param {string} path
 * @param {string} text
 */
const objectionsTo = (path, text) => checkImports([...manifests, { path, text }]);

test.each([
  ['packages/protocol/src/claims.ts', "import { createHash } from 'node:crypto';", 'imports nothing'],
  ['packages/protocol/src/claims.ts', "import type { JWK } from 'jose';", 'imports nothing'],
  ['packages/server/src/store/store.ts', "import fastify from 'fastify';", 'only http/'],
  ['packages/server/src/store/store.ts', "import cookie from '@fastify/cookie';", 'only http/'],
  ['packages/server/src/index.ts', "import { x } from 'sojourn';", 'does not export'],
  ['packages/server/src/index.ts', "import { x } from '../../protocol/src/claims.js';", '@sojourn/protocol'],
  ['packages/server/src/index.ts', "export * from '../../../examples/ports.js';", 'leaves packages/server'],
  ['packages/server/src/index.ts', "import left from 'left-pad';", 'does not declare left-pad'],
  ['packages/server/src/index.ts', "import { test } from 'vitest';", 'does not declare vitest'],
  ['apps/sojourn/src/main.ts', "import { x } from '@sojourn/server/dist/store/store.js';", 'does not export'],
  [
    'apps/sojourn/src/main.ts',
    "import { x } from '../../../packages/server/src/index.js';",
    'import @sojourn/server',
  ],
  [
    'apps/sojourn/src/main.ts',
    "const x = await import('../../../packages/server/src/index.js');",
    'reaches into',
  ],
  ['apps/sojourn/src/main.ts', "let x: import('@sojourn/server/src/x.js').X;", 'does not export'],
  ['examples/shop/server.js', "import { x } from '../../packages/server/src/index.js';", 'reaches into'],
  [
    'tests/http/token.test.ts',
    "import { x } from '../../packages/server/src/store/store.js';",
    'reaches into',
  ],
])('objects to %s: %s', (path, text, words) => {
  expect(objectionsTo(path, text)).toEqual([
    { file: path, line: 1, message: expect.stringContaining(words) },
  ]);
});

test.each([
  ['packages/protocol/src/index.ts', "export * from './claims.js';"],
  ['packages/protocol/src/claims.test.ts', "import { test } from 'vitest';"],
  ['packages/server/src/http/listener.ts', "import fastify from 'fastify';"],
  [
    'packages/server/src/store/store.test.ts',
    "import { store } from './store.js'; import { test } from 'vitest';",
  ],
  ['packages/server/src/index.ts', "import '@sojourn/protocol'; import 'node:fs';"],
  ['apps/sojourn/src/main.ts', "import { createAuthorizationServer } from '@sojourn/server';"],
  ['tests/http/token.test.ts', "import '@sojourn/server'; import '@sojourn/protocol'; import './server.js';"],
  ['tests/browser/shop.test.ts', "import '../../examples/start.js';"],
  ['examples/start.js', "import './shop/server.js'; import './ports.js';"],
  ['examples/shop/server.js', "import 'express'; import '../ports.js';"],
  ['examples/shop/browser/app.js', "import '/auth0-spa-js.js';"],
])('is content with %s: %s', (path, text) => {
  expect(objectionsTo(path, text)).toEqual([]);
});
