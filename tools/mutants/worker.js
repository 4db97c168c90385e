import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { createVitest } from 'vitest/node';
import { buildMutated } from './mutant.js';

/**
 * Judges mutants in the copy of the checkout that it was started in: told one by one, it answers one by one. What runs
 * there is the copy's own; nothing of what it says reaches the terminal.
 *
 * @typedef {{ mutant: import('./mutant.js').Mutant | null, tests: readonly string[] }} Order  `null`: nothing is changed.
 * @typedef {{ failed: string | null, ran: number }} Verdict  The first test, or file, that failed; how many tests ran.
 */

const folder = process.cwd();
/** Suites that start the built command. */
const RUNS_BUILT = /^(?:tests\/(?:command|crash|docs)|examples)\//;

/**
 * What ended in this run: of earlier ones vitest remembers the modules as well.
 *
 * @type {import('vitest/node').TestModule[]}
 */
let ended = [];

const vitest = await createVitest('test', {
  root: folder,
  run: false,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  reporters: [{ onTestModuleEnd: (module) => void ended.push(module) }],
});

process.on('message', (/** @type {Order} */ order) => {
  judge(order).then(
    (verdict) => process.send?.(verdict),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => vitest.close().finally(() => process.exit(0)));
process.send?.('ready');

/**
 * @param {Order} order
 * @returns {Promise<Verdict>}
 */
async function judge({ mutant, tests }) {
  if (mutant === null) return runTests(tests);
  const path = join(folder, mutant.file);
  const source = readFileSync(path, 'utf8');
  const mutated = buildMutated(mutant, source);
  const isBuilt = tests.some((test) => RUNS_BUILT.test(test));
  try {
    change(path, mutated, isBuilt);
    return await runTests(tests);
  } finally {
    change(path, source, isBuilt);
  }
}

/**
 * @param {string} path
 * @param {string} source
 * @param {boolean} isBuilt  Whether the compiled file is to follow.
 */
function change(path, source, isBuilt) {
  writeFileSync(path, source);
  vitest.invalidateFile(path);
  if (!path.includes('/src/') || !path.endsWith('.ts')) return;
  if (isBuilt) {
    const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    writeFileSync(path.replace('/src/', '/dist/').replace(/\.ts$/, '.js'), outputText);
  }
  // Suites that start the command refuse one that is older than its sources.
  const now = new Date();
  utimesSync(join(path.slice(0, path.lastIndexOf('/src/')), 'dist', '.tsbuildinfo'), now, now);
}

/**
 * @param {readonly string[]} tests
 * @returns {Promise<Verdict>}
 */
async function runTests(tests) {
  const project = vitest.getRootProject();
  const specifications = tests.map((test) => project.createSpecification(join(folder, test)));
  ended = [];
  vitest.state.clearErrors();
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications, false);
  let ran = 0;
  /** @type {string | null} */
  let failed = unhandledErrors.length > 0 ? 'an error that nobody handled' : null;
  for (const module of ended) {
    if (module.state() === 'failed') failed ??= module.relativeModuleId;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'failed') failed = test.fullName;
      if (state !== 'pending' && state !== 'skipped') ran += 1;
    }
  }
  return { failed, ran };
}
