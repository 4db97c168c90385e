// Module hooks for threads that run these sources themselves, as in tests; what is built needs none. They wait for nothing,
// so that Node 20 takes them in a thread of their own and later ones in the thread itself.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What vitest turns TypeScript into JavaScript with, so that a thread runs what the test around it runs. */
const vitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
const { transformSync } = createRequire(vitest.resolve('vite/package.json'))('rolldown/utils');

/**
 * Finds the `.ts` beside a `.js` that was asked for: in sources, nothing is compiled yet.
 *
 * @type {import('node:module').ResolveHookSync}
 */
export function resolve(specifier, context, nextResolve) {
  const isSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
  return nextResolve(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

/**
 * Takes the types out of a source file.
 *
 * @type {import('node:module').LoadHookSync}
 */
export function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const { code } = transformSync(file, readFileSync(file, 'utf8'));
  return { format: 'module', source: code, shortCircuit: true };
}
