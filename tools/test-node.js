import { delimiter, dirname } from 'node:path';
import { programsFor, provideMachinePrograms } from './machine.js';
import { provideNode } from './node-binary.js';
import { parseNodeVersionArguments } from './node-versions.js';
import { runVitest } from './run-tests.js';
import { runTool } from './run-tool.js';
import { ToolFailure } from './tool-failure.js';
import { prepareWorkspace } from './workspace.js';

await runTool(async () => {
  const { majors, vitestArguments } = parseNodeVersionArguments(process.argv.slice(2));
  await prepareWorkspace();
  const programs = await provideMachinePrograms(programsFor.code, process.env);
  let inOrder = true;
  for (const major of majors) inOrder = (await runOn(major, { programs, vitestArguments })) && inOrder;
  return inOrder ? 0 : 1;
});

/**
 * Runs the suites that need no browser on one version and prints one line; what vitest said only where something failed.
 * A version that cannot be had is told and does not keep the next from running.
 *
 * @param {string} major
 * @param {{ programs: Readonly<Record<string, string>>, vitestArguments: readonly string[] }} options  `programs` by their
 *   variables.
 * @returns {Promise<boolean>} Whether everything passed.
 */
async function runOn(major, { programs, vitestArguments }) {
  try {
    const { path, version } = await provideNode(major);
    // Tests also start programs by the name `node`.
    const env = { ...programs, PATH: [dirname(path), process.env.PATH].join(delimiter) };
    const run = { withBrowser: false, vitestArguments, env, node: path };
    const { passed, failed, complaints, output } = await runVitest({ ...run, output: 'kept' });
    if (failed > 0) process.stdout.write(output);
    for (const complaint of complaints) console.log(complaint);
    console.log(`Node ${version}: ${passed} passed, ${failed} failed`);
    return failed === 0;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    console.log(error.message);
    return false;
  }
}
