import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.js';
import { runTool } from './run-tool.js';
import { prepareWorkspace } from './workspace.js';

await runTool(async () => {
  await prepareWorkspace();
  // In this very process: signals, output and exit code need no handing on, and no orphan stays behind.
  const demo = join(root, 'examples', 'start.js');
  process.argv[1] = demo;
  await import(pathToFileURL(demo).href);
  return Number(process.exitCode ?? 0);
});
