import { parseOptions } from '../bench/options.js';
import { runBenchmark } from './run-benchmark.js';
import { runTool } from './run-tool.js';

await runTool(() => {
  const programArguments = process.argv.slice(2);
  const options = parseOptions(programArguments);
  // What is wrong with them the benchmark says itself.
  const withPostgres = typeof options !== 'string' && options.stores.includes('postgres');
  return runBenchmark('run.js', programArguments, { withPostgres });
});
