import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdContest } from './contest.js';
import { describeMachine } from './machine.js';
import { parseOptions, USAGE } from './options.js';
import { formatMachine, formatRatios, formatTable, GOALS, ratiosOf } from './report.js';

/** @import { Cell } from './contest.js' */
/** @import { Machine } from './machine.js' */
/** @import { Options } from './options.js' */
/** @import { Alg } from './workload.js' */

/** Here, not in the system's temporary folder: that may be memory, where durability costs nothing. */
const DATABASES = join(import.meta.dirname, 'databases');

/** @param {Options} options */
async function run(options) {
  mkdirSync(DATABASES, { recursive: true });
  const folder = mkdtempSync(join(DATABASES, 'run-'));
  try {
    const machine = describeMachine(folder);
    console.log(`${formatMachine(machine)}\n`);
    const cells = [];
    for (const alg of options.algs)
      cells.push(...(await holdContest(alg, flowsOf(options, alg), options, folder)));
    console.log(`${formatTable(cells)}\n\n${formatRatios(cells, !options.smoke)}`);
    if (options.write) keepResult(machine, options, cells);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * `silent` signs nothing, so the algorithm of the ID token makes no difference to it.
 *
 * @param {Options} options
 * @param {Alg} alg
 */
function flowsOf({ flows, algs }, alg) {
  return flows.filter((flow) => flow !== 'silent' || alg === algs[0]);
}

/**
 * @param {Machine} machine
 * @param {Options} options
 * @param {readonly Cell[]} cells
 */
function keepResult(machine, options, cells) {
  const measuredAt = new Date().toISOString();
  const results = cells.map((cell) => ({ ...cell, ratios: ratiosOf(cell) }));
  const file = join('results', `${measuredAt.replaceAll(/[-:]|\.\d+/g, '')}.json`);
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  const text = JSON.stringify({ measuredAt, machine, options, goals: GOALS, results }, null, 2);
  writeFileSync(join(import.meta.dirname, file), `${text}\n`);
  console.log(`\nkept in bench/${file}`);
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
