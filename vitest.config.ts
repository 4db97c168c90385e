import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Suites that drive a browser. They wait for what they see, so two of them may share two cores, but no more. */
const browserSuites = ['tests/{browser,compat}/**/*.test.ts', '**/*.browser.test.ts'];

/** Tests run the sources, so that a red test names a line that a person can edit. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@sojourn\/protocol$/, replacement: source('packages/protocol/src/index.ts') },
      { find: /^@sojourn\/server$/, replacement: source('packages/server/src/index.ts') },
    ],
  },
  test: {
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // A forgotten `.only` hides every other test; it is an error everywhere, not just where CI is set.
    allowOnly: false,
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
