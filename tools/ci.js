import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programsFor, provideMachinePrograms } from './machine.js';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { runTests } from './run-tests.js';
import { runTool } from './run-tool.js';
import { prepareWorkspace } from './workspace.js';

/** Steps judged by their exit code alone; each counts as one failed test when it fails. None measures time. */
const steps = [
  { title: 'npm run check', tool: 'tools/check.js', toolArguments: [], needs: 'tools/check.js' },
  {
    title: 'npm run test:node, a short run',
    tool: 'tools/test-node.js',
    // The store on the driver that this version brings itself, and one suite that goes through a whole server.
    toolArguments: [
      '22',
      'packages/server/src/store/sqlite/sqlite-store.test.ts',
      'tests/http/token-endpoint.test.ts',
    ],
    needs: 'tools/test-node.js',
  },
  { title: 'bench, a short run', tool: 'tools/bench.js', toolArguments: ['--smoke'], needs: 'bench/run.js' },
];

await runTool(async () => {
  const complaints = await runSteps();
  console.log('\n== npm test');
  const outcome = await testOutcome();
  complaints.push(...outcome.complaints);
  const failed = outcome.failed + complaints.length - outcome.complaints.length;
  for (const complaint of complaints) console.log(complaint);
  console.log(`${outcome.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

/**
 * All at once: each waits for others half of the time. What each wrote is shown when it ends.
 *
 * @returns {Promise<string[]>} One for each that failed.
 */
async function runSteps() {
  try {
    // Before, so that none of them installs or builds beside another.
    await prepareWorkspace();
    await provideMachinePrograms(programsFor.code, process.env);
  } catch (error) {
    return [`set-up failed: ${wordsOf(error)}`];
  }
  const present = steps.filter(({ needs }) => existsSync(join(root, needs)));
  const outcomes = present.map(async ({ title, tool, toolArguments }) => {
    const run = await runProgram(process.execPath, [tool, ...toolArguments], { output: 'kept' });
    process.stdout.write(`\n== ${title}\n${run.output}`);
    return run.exitCode === 0 ? [] : [`${title} failed (exit code ${run.exitCode})`];
  });
  return (await Promise.all(outcomes)).flat();
}

/** The closing line is owed even when no test could start. */
async function testOutcome() {
  try {
    return await runTests({ withBrowser: true, vitestArguments: [] });
  } catch (error) {
    return {
      passed: 0,
      failed: 1,
      complaints: [`npm test failed: ${wordsOf(error)}`],
    };
  }
}

/** @param {unknown} error */
function wordsOf(error) {
  return error instanceof Error ? error.message : String(error);
}
