import { join } from 'node:path';
import { startDurablePostgres } from './durable-postgres.js';
import { programsFor, provideMachinePrograms } from './machine.js';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { prepareWorkspace } from './workspace.js';

/**
 * Runs a program of bench/ in a prepared workspace, beside a PostgreSQL server where it wants one.
 *
 * @param {string} entry below bench/.
 * @param {readonly string[]} programArguments
 * @param {{ withPostgres: boolean }} options
 * @returns {Promise<number>} its exit code.
 */
export async function runBenchmark(entry, programArguments, { withPostgres }) {
  await prepareWorkspace();
  if (withPostgres) Object.assign(process.env, await provideMachinePrograms(programsFor.code, process.env));
  const postgres = withPostgres ? await startDurablePostgres() : null;
  try {
    const env = postgres === null ? {} : { SOJOURN_BENCH_POSTGRES: postgres.url };
    const program = [join(root, 'bench', entry), ...programArguments];
    return (await runProgram(process.execPath, program, { output: 'shown', env })).exitCode;
  } finally {
    await postgres?.stop();
  }
}
