import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { runTool } from './run-tool.js';
import { ToolFailure } from './tool-failure.js';
import { prepareWorkspace } from './workspace.js';

/** The entry of the bench; it is absent until somebody has written one. */
const entry = join(root, 'bench', 'run.js');

await runTool(async () => {
  if (!existsSync(entry)) throw new ToolFailure('There is no bench to run: bench/run.js is missing.');
  await prepareWorkspace();
  const run = await runProgram(process.execPath, [entry, ...process.argv.slice(2)], { output: 'shown' });
  return run.exitCode;
});
