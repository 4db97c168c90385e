import { expect, test } from 'vitest';
import { runCrashes } from './crash-run.js';
import { INSTALLATIONS, type InstallationName } from './installations.js';

/** `npm run crash` draws a new one each time. */
const SEED = 20_261_120;

test.each<[InstallationName, number]>([
  ['sqlite, node', 5],
  ['sqlite-thread, node', 2],
  ['postgres, node', 3],
  ['postgres, database', 2],
])(
  'M01, M02: %s killed %d times under load: nothing that was acknowledged is lost',
  async (name, cycles) => {
    const report = await runCrashes(INSTALLATIONS[name], { cycles, seed: SEED });
    expect(report.complaints).toEqual([]);
    expect(report.cycles).toHaveLength(cycles);
  },
  600_000,
);
