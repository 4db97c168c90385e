import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string) =>
  fileURLToPath(new URL(`../../packages/${name}/src/index.ts`, import.meta.url));

/** For `npm run test:next`. `npm test` leaves this suite out: it needs the packages of the folder `next`. */
export default defineConfig({
  resolve: {
    alias: { '@sojourn/protocol': source('protocol'), '@sojourn/server': source('server') },
  },
  test: {
    include: ['tests/compat/nextjs-auth0.suite.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
  },
});
