// Module hooks for threads that run these sources themselves, as in tests; what is built needs none.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What vitest turns TypeScript into JavaScript with, so that a thread runs what the test around it runs. */
const vitest = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
const { transformSync } = createRequire(vitest.resolve('vite/package.json'))('rolldown/utils');

/** @type {import('node:module').ResolveHook} */
export function resolve(specifier, context, nextResolve) {
  const isSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
  return nextResolve(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const { code } = transformSync(file, await readFile(file, 'utf8'));
  return { format: 'module', source: code, shortCircuit: true };
}
