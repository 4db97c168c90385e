import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { buildOrder } from './tools/test-suites.js';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** vitest begins with the largest files, or with those that took longest the last time. */
class WaitingAmongComputing extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return buildOrder(await super.sort(files), ({ moduleId }) => moduleId);
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
    include: ['{packages,apps,tools,examples,bench}/**/*.test.{ts,js}', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['tests/rig/postgres-setup.ts'],
    // Loading the server anew for each of 200 files takes longer than most of them run.
    isolate: false,
    // One more than there are cores, because some suite always waits: for a browser, a process, a commit.
    maxWorkers: availableParallelism() + 1,
    // Long enough for a machine that is ten times slower: what hangs is found, what is slow is no failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // A forgotten `.only` hides every other test; it is an error everywhere, not just where CI is set.
    allowOnly: false,
    sequence: { sequencer: WaitingAmongComputing },
  },
});
