import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string) =>
  fileURLToPath(new URL(`../../packages/${name}/src/index.ts`, import.meta.url));

/** For `npm run test:foreign`. `npm test` leaves these suites out: they need other languages' packages. */
export default defineConfig({
  resolve: {
    alias: { '@sojourn/protocol': source('protocol'), '@sojourn/server': source('server') },
  },
  test: {
    include: ['tests/foreign/*/*.suite.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    allowOnly: false,
  },
});
