// Plain JavaScript with types in comments: it is started by URL, from the sources in tests and from dist/ when built.
import * as modules from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ file: string, beside: string, ended: Int32Array }} */
const { file, beside, ended } = workerData;

// No loader for TypeScript is in a thread; the sources bring one.
const isSource = beside.endsWith('.ts');
if (isSource) {
  const hooks = './typescript-sources.js';
  // From Node 22.15 on, `register` loads CommonJS by a way that it does not know itself.
  /** @type {Partial<Pick<typeof modules, 'registerHooks'>>} */
  const { registerHooks } = modules;
  if (registerHooks !== undefined) registerHooks(await import(new URL(hooks, beside).href));
  else modules.register(hooks, beside);
}
const { href } = new URL(isSource ? './answer-calls.ts' : './answer-calls.js', beside);

/** @type {typeof import('../src/store/sqlite/answer-calls.js')} */
const { answerCalls } = await import(href);
if (parentPort !== null) await answerCalls(parentPort, file, ended);
