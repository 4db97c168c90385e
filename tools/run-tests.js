import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programsFor, provideMachinePrograms } from './machine.js';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { parseTestReport } from './test-report.js';
import { BROWSER_SUITES } from './test-suites.js';
import { prepareWorkspace } from './workspace.js';

/**
 * Everything from a fresh clone to the counted tests.
 *
 * @param {{ withBrowser: boolean, vitestArguments: readonly string[] }} options
 * @returns {Promise<import('./test-report.js').TestOutcome>}
 * @throws {import('./tool-failure.js').ToolFailure} Set-up, build or a program on the machine is missing; no test has run.
 */
export async function runTests({ withBrowser, vitestArguments }) {
  await prepareWorkspace();
  const programs = [...programsFor.code, ...(withBrowser ? programsFor.browser : [])];
  const env = await provideMachinePrograms(programs, process.env);
  return runVitest({ withBrowser, vitestArguments, env, node: process.execPath, output: 'shown' });
}

/**
 * Runs the tests in a prepared workspace and counts them.
 *
 * @param {{ withBrowser: boolean, vitestArguments: readonly string[], env: NodeJS.ProcessEnv, node: string,
 *   output: 'shown' | 'kept' }} options  `node` is the binary that runs them.
 * @returns {Promise<import('./test-report.js').TestOutcome & { output: string }>} With what vitest wrote, where it was kept.
 */
export async function runVitest({ withBrowser, vitestArguments, env, node, output }) {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-test-report-'));
  try {
    const report = join(folder, 'report.json');
    const slowestFiles = join(root, 'tools', 'slowest-files.js');
    const reporters = ['--reporter=default', `--reporter=${slowestFiles}`, '--reporter=json'];
    const leftOut = withBrowser ? [] : BROWSER_SUITES.map((suites) => `--exclude=${suites}`);
    const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...leftOut];
    vitest.push(`--outputFile.json=${report}`);
    const run = await runProgram(node, [...vitest, ...vitestArguments], { output, env });
    const isNameFiltered = vitestArguments.some((argument) => /^(?:-t|--testNamePattern)/.test(argument));
    const json = existsSync(report) ? readFileSync(report, 'utf8') : null;
    return {
      ...parseTestReport(json, { exitCode: run.exitCode, isNameFiltered }),
      output: run.output,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
