import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests run the sources, so that a red test names a line that a person can edit. */
export default defineConfig({
  resolve: {
    alias: {
      '@sojourn/protocol': source('packages/protocol/src/index.ts'),
      '@sojourn/server': source('packages/server/src/index.ts'),
    },
  },
  test: {
    include: ['{packages,apps,tools,examples,bench}/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
