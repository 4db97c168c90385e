import { expect, test } from 'vitest';
import { runCrashes } from './crash-run.js';
import { SERVICES } from './services.js';

/** `npm run crash` draws a new one each time. */
const SEED = 20_261_120;

test.each([
  { store: 'sqlite', kill: 'node', cycles: 5 },
  { store: 'sqlite-thread', kill: 'node', cycles: 2 },
  { store: 'postgres', kill: 'node', cycles: 3 },
  { store: 'postgres', kill: 'database', cycles: 2 },
])(
  'M01, M02: $store, $kill killed $cycles times under load: nothing that was acknowledged is lost',
  {
    timeout: 180_000,
  },
  async ({ store, kill, cycles }) => {
    const report = await runCrashes(SERVICES[`${store}, ${kill}`], { cycles, seed: SEED });
    expect(report.complaints).toEqual([]);
    expect(report.cycles).toHaveLength(cycles);
    // Crashes between a commit and its answer were among them.
    expect(report.repeats).toBeGreaterThan(0);
  },
);
