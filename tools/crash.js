import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { postgres, provideMachinePrograms } from './machine.js';
import { root } from './root.js';
import { runTool } from './run-tool.js';
import { ToolFailure } from './tool-failure.js';
import { prepareWorkspace } from './workspace.js';

/** @import * as CrashRun from '../tests/crash/crash-run.js' */
/** @import * as Installations from '../tests/crash/installations.js' */

const USAGE = `npm run crash -- [options]

  --cycles N          how often (50)
  --store NAME        sqlite, sqlite-thread, postgres with two nodes (sqlite)
  --kill NAME         node; database, of postgres (node)
  --seed N            repeats a run (drawn anew)`;

/** Seeds are whole numbers of 32 bits. */
const SEEDS = 2 ** 32;

await runTool(async () => {
  const { cycles, store, kill, seed } = readOptions();
  await prepareWorkspace();
  if (store === 'postgres') Object.assign(process.env, await provideMachinePrograms([postgres], process.env));
  const { runCrashes, INSTALLATIONS, close } = await loadSuite();
  const [, startInstallation] =
    Object.entries(INSTALLATIONS).find(([name]) => name === `${store}, ${kill}`) ?? [];
  if (startInstallation === undefined) {
    await close();
    throw new ToolFailure(`There is no ${kill} of ${store} to kill.\n\n${USAGE}`);
  }
  console.log(`${store}, ${kill} killed ${cycles} times, seed ${seed}`);
  try {
    const report = await runCrashes(startInstallation, { cycles, seed, onCycle: tell });
    const sum = (/** @type {'acknowledged' | 'lost'} */ name) =>
      report.cycles.reduce((total, cycle) => total + cycle[name], 0);
    const slowest = Math.max(...report.cycles.map(({ lastAnswerMs }) => lastAnswerMs));
    console.log(`${sum('acknowledged')} answers under load, ${sum('lost')} lost and asked for again;`);
    console.log(
      `${report.repeats} of these got what had been made for them; back after ${slowest} ms at most.`,
    );
    for (const complaint of report.complaints) console.log(complaint);
    console.log(report.complaints.length === 0 ? 'Nothing was lost.' : 'A promise was broken.');
    return report.complaints.length === 0 ? 0 : 1;
  } finally {
    await close();
  }
});

function readOptions() {
  const { values } = parseOptions();
  const cycles = Number(values.cycles);
  const seed = Number(values.seed ?? randomInt(SEEDS));
  if (!Number.isInteger(cycles) || cycles < 1)
    throw new ToolFailure(`--cycles is a whole number from 1\n\n${USAGE}`);
  if (!Number.isInteger(seed)) throw new ToolFailure(`--seed is a whole number\n\n${USAGE}`);
  return { cycles, seed, store: values.store, kill: values.kill };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        cycles: { type: 'string', default: '50' },
        store: { type: 'string', default: 'sqlite' },
        kill: { type: 'string', default: 'node' },
        seed: { type: 'string' },
      },
    });
  } catch (error) {
    throw new ToolFailure(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
  }
}

/** The suite is TypeScript, which this Node does not run; the test runner's own loader does. */
async function loadSuite() {
  const { createViteServer } = await import('vitest/node');
  const vite = await createViteServer({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'silent',
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  const { runCrashes } = /** @type {typeof CrashRun} */ (
    await vite.ssrLoadModule('/tests/crash/crash-run.ts')
  );
  const { INSTALLATIONS } = /** @type {typeof Installations} */ (
    await vite.ssrLoadModule('/tests/crash/installations.ts')
  );
  return { runCrashes, INSTALLATIONS, close: () => vite.close() };
}

/**
 * @param {number} number
 * @param {CrashRun.CrashRunReport['cycles'][number]} report
 */
function tell(number, { plan, acknowledged, lost, firstAnswerMs, lastAnswerMs }) {
  const load = `killed after ${plan.killAfterMs} ms: ${acknowledged} answers, ${lost} lost`;
  console.log(
    `${number}: ${load}; ready, then first answer in ${firstAnswerMs} ms, last in ${lastAnswerMs} ms`,
  );
}
