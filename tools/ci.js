import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { runTests } from './run-tests.js';
import { runTool } from './run-tool.js';

/** Steps judged by their exit code alone; each counts as one failed test when it fails. */
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
  const complaints = [];
  for (const step of steps.filter(({ needs }) => existsSync(join(root, needs)))) {
    console.log(`\n== ${step.title}`);
    const run = await runProgram(process.execPath, [step.tool, ...step.toolArguments], { output: 'shown' });
    if (run.exitCode !== 0) complaints.push(`${step.title} failed (exit code ${run.exitCode})`);
  }

  console.log('\n== npm test');
  const outcome = await testOutcome();
  complaints.push(...outcome.complaints);
  const failed = outcome.failed + complaints.length - outcome.complaints.length;
  for (const complaint of complaints) console.log(complaint);
  console.log(`${outcome.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

/** The closing line is owed even when no test could start. */
async function testOutcome() {
  try {
    return await runTests({ withBrowser: true, vitestArguments: [] });
  } catch (error) {
    return {
      passed: 0,
      failed: 1,
      complaints: [`npm test failed: ${error instanceof Error ? error.message : error}`],
    };
  }
}
