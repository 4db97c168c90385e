import { runTool } from './run-tool.js';
import { prepareWorkspace } from './workspace.js';

await runTool(async () => {
  await prepareWorkspace();
  return 0;
});
