import { parseOptions } from '../bench/race/options.js';
import { runBenchmark } from './run-benchmark.js';
import { runTool } from './run-tool.js';

await runTool(() => {
  const programArguments = process.argv.slice(2);
  const options = parseOptions(programArguments);
  // What is wrong with them the race says itself.
  const withPostgres = typeof options !== 'string' && options.stores.includes('postgres');
  return runBenchmark('race.js', programArguments, { withPostgres });
});
