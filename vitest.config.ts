import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Suites that drive a browser. They wait for what they see, so two of them may share two cores, but no more. */
const browserSuites = ['tests/{browser,compat}/**/*.test.ts', '**/*.browser.test.ts'];

/** Suites that start processes and wait for them: short to read and long to run. */
const patientSuites = /\/tests\/(?:crash|command)\//;

/** vitest begins with the largest files. A patient one that begins last would leave the other core idle to the end. */
class PatientFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isPatient = ({ moduleId }: TestSpecification) => Number(patientSuites.test(moduleId));
    return (await super.sort(files)).toSorted((one, other) => isPatient(other) - isPatient(one));
  }
}

/** Tests run the sources, so that a red test names a line that a person can edit. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@sojourn\/protocol$/, replacement: source('packages/protocol/src/index.ts') },
      { find: /^@sojourn\/server\/words$/, replacement: source('packages/server/src/words.ts') },
      { find: /^@sojourn\/server$/, replacement: source('packages/server/src/index.ts') },
    ],
  },
  test: {
    // Long enough for a machine that is ten times slower: what hangs is found, what is slow is no failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // A forgotten `.only` hides every other test; it is an error everywhere, not just where CI is set.
    allowOnly: false,
    sequence: { sequencer: PatientFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'code',
          include: ['{packages,apps,tools,examples,bench}/**/*.test.{ts,js}', 'tests/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', ...browserSuites],
          globalSetup: ['tests/rig/postgres-setup.ts'],
          // vitest would leave one core idle, which on two cores is half of the machine.
          maxWorkers: '100%',
          // Loading the server anew for each of 180 files takes longer than most of them run.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browserSuites,
          exclude: ['**/node_modules/**', '**/dist/**'],
          maxWorkers: 2,
          // A later group starts when the earlier one has ended.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
