import { root } from './root.js';
import { runTool } from './run-tool.js';
import { setUp } from './set-up.js';

await runTool(async () => {
  await setUp();
  // The checks use packages, which are there only now.
  const { checks } = await import('./check/checks.js');
  const { formatFinding } = await import('./check/finding.js');
  const { readSourceFiles } = await import('./check/source-files.js');

  const files = await readSourceFiles(root);
  const results = await Promise.all(
    checks.map(async ({ title, run }) => ({ title, findings: await run(files) })),
  );
  for (const { title, findings } of results) {
    console.log(`${title}: ${findings.length === 0 ? 'in order' : findings.length}`);
    for (const finding of findings) console.log(formatFinding(finding));
  }
  const total = results.reduce((sum, { findings }) => sum + findings.length, 0);
  console.log(total === 0 ? 'Everything is in order.' : `${total} to mend.`);
  return total === 0 ? 0 : 1;
});
