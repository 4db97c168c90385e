import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareSeries, GOALS } from './comparisons.js';
import { holdContest } from './contest.js';
import { openDatabases } from './databases.js';
import { describeMachine } from './machine.js';
import { parseOptions, USAGE } from './options.js';
import { formatMachine, formatRatios, formatTable } from './report.js';
import { measureLimit } from './scale/measure-limit.js';
import { measureScale } from './scale/measure-scale.js';
import { formatLimit, formatScale, SCALE_GOALS } from './scale/scale-report.js';
import { measureSizes } from './size/measure-sizes.js';
import { formatSizes, SIZE_GOALS } from './size/size-report.js';

/** @import { Options } from './options.js' */

/** @param {Options} options */
async function run(options) {
  const databases = await openDatabases(process.env.SOJOURN_BENCH_POSTGRES);
  try {
    const machine = describeMachine(databases.folder, await databases.serverVersion());
    console.log(`${formatMachine(machine)}\n`);
    const speed = await runSpeed();
    const size = await runSize();
    const result = { machine, options, speed, size, scale: await runScale() };
    if (options.write) keepResult(result);
  } finally {
    await databases.close();
  }

  async function runSpeed() {
    if (!options.parts.includes('speed')) return null;
    const series = await holdContest(options, databases);
    const comparisons = compareSeries(series, options.pairings);
    console.log(`${formatTable(series)}\n\n${formatRatios(comparisons, !options.smoke)}\n`);
    return { goals: GOALS, comparisons, series };
  }

  async function runSize() {
    if (!options.parts.includes('size')) return null;
    const sizes = await measureSizes(options, databases);
    console.log(`${formatSizes(sizes, !options.smoke)}\n`);
    return { goals: SIZE_GOALS, sizes };
  }

  async function runScale() {
    if (!options.parts.includes('scale')) return null;
    const limit = options.stores.includes('sqlite') ? await measureLimit(options, databases) : [];
    console.log(`${formatLimit(limit, !options.smoke)}\n`);
    const scale = await measureScale(options, databases);
    console.log(`${formatScale(scale, !options.smoke)}\n`);
    return { goals: SCALE_GOALS, limit, scale };
  }
}

/** @param {object} result */
function keepResult(result) {
  const measuredAt = new Date().toISOString();
  const file = join('results', `${measuredAt.replaceAll(/[-:]|\.\d+/g, '')}.json`);
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  const text = JSON.stringify({ measuredAt, ...result }, null, 2);
  writeFileSync(join(import.meta.dirname, file), `${text}\n`);
  console.log(`kept in bench/${file}`);
}

const options = parseOptions(process.argv.slice(2));
if (typeof options === 'string') {
  console.error(`${options}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  await run(options).catch((error) => {
    console.error(`The benchmark failed: ${error.message}`);
    process.exitCode = 1;
  });
}
