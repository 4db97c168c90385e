import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS } from '../tests/mutants/list.js';
import { programsFor, provideMachinePrograms } from './machine.js';
import { chooseMutants, findStaleness, formatMutant } from './mutants/mutant.js';
import { startMutantRunner } from './mutants/mutant-runner.js';
import { root } from './root.js';
import { runTool } from './run-tool.js';
import { ToolFailure } from './tool-failure.js';
import { prepareWorkspace } from './workspace.js';

/** @import { Mutant } from './mutants/mutant.js' */
/** @import { MutantRunner } from './mutants/mutant-runner.js' */

const USAGE = `npm run mutants -- [options]

  --only TEXT      those whose file, sentence or changed line holds it
  --shard N/M      the N-th of M parts
  --workers N      at a time (as many as there are cores)`;

await runTool(async () => {
  const { only, shard, workers } = readOptions();
  const chosen = chooseMutants(MUTANTS, { only, shard });
  if (chosen.length === 0) throw new ToolFailure('No mutant is meant.');
  const stale = tellStale();
  await prepareWorkspace();
  const needed = chosen.some(({ tests }) => tests.some((test) => /^tests\/(?:browser|compat)\//.test(test)))
    ? [...programsFor.code, ...programsFor.browser]
    : programsFor.code;
  const env = await provideMachinePrograms(needed, process.env);
  const runners = Array.from({ length: Math.min(workers, chosen.length) }, () => startMutantRunner(env));
  try {
    const red = await findRed(runners, chosen);
    for (const test of red) console.log(`red without any mutant: ${test}`);
    if (red.length > 0) return 1;
    const survivors = await judgeAll(runners, chosen);
    for (const mutant of survivors) console.log(`\nSURVIVED  ${formatMutant(mutant)}`);
    console.log(`\n${chosen.length} mutants, ${survivors.length} survived, ${stale} stale`);
    return survivors.length + stale === 0 ? 0 : 1;
  } finally {
    for (const runner of runners) runner.close();
  }
});

/** @returns {number} How many entries of the whole list are not what the sources are any more; each is told. */
function tellStale() {
  const read = (/** @type {string} */ path) =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
  const stale = MUTANTS.map((mutant) => ({ mutant, problems: findStaleness(mutant, read) })).filter(
    ({ problems }) => problems.length > 0,
  );
  for (const { mutant, problems } of stale)
    console.log(`STALE: ${problems.join('; ')}\n  ${formatMutant(mutant)}`);
  return stale.length;
}

/**
 * A test that fails anyway kills every mutant, and proves nothing.
 *
 * @param {readonly MutantRunner[]} runners
 * @param {readonly Mutant[]} mutants
 * @returns {Promise<string[]>}
 */
async function findRed(runners, mutants) {
  const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
  /** @type {string[]} */
  const red = [];
  await share(runners, tests, async (runner, test) => {
    const { failed, ran } = await runner.runUnchanged([test]);
    if (failed !== null || ran === 0) red.push(`${test}: ${failed ?? 'no test ran'}`);
  });
  return red;
}

/**
 * @param {readonly MutantRunner[]} runners
 * @param {readonly Mutant[]} mutants
 * @returns {Promise<Mutant[]>} Those that nothing noticed.
 */
async function judgeAll(runners, mutants) {
  /** @type {Mutant[]} */
  const survivors = [];
  await share(runners, mutants, async (runner, mutant) => {
    const { failed } = await runner.run(mutant);
    if (failed === null) survivors.push(mutant);
    console.log(
      `${failed === null ? 'SURVIVED' : 'killed  '}  ${mutant.breaks}${failed === null ? '' : ` [${failed}]`}`,
    );
  });
  return survivors;
}

/**
 * Gives each runner the next piece of work as soon as it has done one.
 *
 * @template Work
 * @param {readonly MutantRunner[]} runners
 * @param {readonly Work[]} all
 * @param {(runner: MutantRunner, work: Work) => Promise<void>} perform
 */
async function share(runners, all, perform) {
  const left = [...all];
  await Promise.all(
    runners.map(async (runner) => {
      for (let work = left.shift(); work !== undefined; work = left.shift()) await perform(runner, work);
    }),
  );
}

function readOptions() {
  const { values } = parseOptions();
  const workers = Number(values.workers);
  const [index = 0, count = 0] = values.shard.split('/').map(Number);
  if (!Number.isInteger(workers) || workers < 1)
    throw new ToolFailure(`--workers is a whole number from 1\n\n${USAGE}`);
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 1 || index > count)
    throw new ToolFailure(`--shard is as in 1/4\n\n${USAGE}`);
  return { only: values.only, shard: { index, count }, workers };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: '' },
        shard: { type: 'string', default: '1/1' },
        workers: { type: 'string', default: String(availableParallelism()) },
      },
    });
  } catch (error) {
    throw new ToolFailure(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
  }
}
