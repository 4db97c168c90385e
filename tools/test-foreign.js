import { join } from 'node:path';
import { CACHE, findMissing, install, parseForeignArguments } from './foreign-toolchains.js';
import { root } from './root.js';
import { runVitest } from './run-tests.js';
import { runTool } from './run-tool.js';
import { ToolFailure } from './tool-failure.js';
import { prepareWorkspace } from './workspace.js';

const suites = join(root, 'tests', 'foreign');

await runTool(async () => {
  const { wanted, vitestArguments } = parseForeignArguments(process.argv.slice(2));
  await prepareWorkspace();
  const { ready, failures, lacking } = await prepare(wanted);
  const outcome =
    ready.length === 0 ? { passed: 0, failed: 0, complaints: [] } : await run(ready, vitestArguments);
  // What could not be installed was not tried, and a client that was not tried has not passed.
  for (const line of [...outcome.complaints, ...failures, ...lacking]) console.log(line);
  const failed = outcome.failed + failures.length;
  console.log(`${outcome.passed} passed, ${failed} failed, ${lacking.length} toolchains missing`);
  return failed === 0 && outcome.passed > 0 ? 0 : 1;
});

/**
 * @param {ReturnType<typeof parseForeignArguments>['wanted']} wanted
 * @returns {Promise<{ ready: string[], failures: string[], lacking: string[] }>} Names of the suites that can run; a line for
 *   each that could not be installed; a line for each whose toolchain is not on this machine.
 */
async function prepare(wanted) {
  /** @type {{ ready: string[], failures: string[], lacking: string[] }} */
  const prepared = { ready: [], failures: [], lacking: [] };
  for (const toolchain of wanted) {
    const missing = await findMissing(toolchain, process.env);
    if (missing.length > 0) {
      const packages = toolchain.debianPackages.join(' ');
      prepared.lacking.push(
        `missing: ${toolchain.title} (${missing.join(', ')}); on Debian: apt-get install ${packages}`,
      );
      continue;
    }
    try {
      await install(toolchain);
      prepared.ready.push(toolchain.name);
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      prepared.failures.push(error.message);
    }
  }
  return prepared;
}

/**
 * @param {readonly string[]} names
 * @param {readonly string[]} vitestArguments
 */
function run(names, vitestArguments) {
  const files = names.map((name) => join(suites, name, `${name}.suite.ts`));
  return runVitest({
    withBrowser: true,
    vitestArguments: ['--config', join(suites, 'foreign.config.ts'), ...files, ...vitestArguments],
    env: { SOJOURN_FOREIGN: CACHE },
    node: process.execPath,
    output: 'shown',
  });
}
