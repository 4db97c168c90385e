import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programsFor, provideMachinePrograms } from './machine.js';
import { startPostgres } from './postgres.js';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { prepareWorkspace } from './workspace.js';

/**
 * Runs a program of bench/ in a prepared workspace, beside a PostgreSQL server that commits as it would in production.
 *
 * @param {string} entry below bench/.
 * @param {readonly string[]} programArguments
 * @param {{ withPostgres: boolean }} options
 * @returns {Promise<number>} its exit code.
 */
export async function runBenchmark(entry, programArguments, { withPostgres }) {
  await prepareWorkspace();
  const postgres = withPostgres ? await startDurablePostgres() : null;
  try {
    const env = postgres === null ? {} : { SOJOURN_BENCH_POSTGRES: postgres.url };
    const program = [join(root, 'bench', entry), ...programArguments];
    return (await runProgram(process.execPath, program, { output: 'shown', env })).exitCode;
  } finally {
    await postgres?.stop();
  }
}

async function startDurablePostgres() {
  Object.assign(process.env, await provideMachinePrograms(programsFor.code, process.env));
  // The system's temporary folder may be memory, where durability costs nothing.
  process.env.TMPDIR = join(root, 'bench', 'databases');
  mkdirSync(process.env.TMPDIR, { recursive: true });
  // The path of a socket may be 107 characters long, and this folder is wherever the checkout is.
  const settings = { shared_buffers: '256MB', unix_socket_directories: '' };
  return startPostgres({ fsync: true, settings });
}
