import { runTests } from './run-tests.js';
import { runTool } from './run-tool.js';

const NO_BROWSER = '--no-browser';

await runTool(async () => {
  const given = process.argv.slice(2);
  const withBrowser = !given.includes(NO_BROWSER);
  const vitestArguments = given.filter((argument) => argument !== NO_BROWSER);

  const { passed, failed, complaints } = await runTests({ withBrowser, vitestArguments });
  for (const complaint of complaints) console.log(complaint);
  console.log(
    `${passed} passed, ${failed} failed${withBrowser ? '' : ` (browser suites not run: ${NO_BROWSER})`}`,
  );
  return failed === 0 ? 0 : 1;
});
