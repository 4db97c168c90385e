import { defineConfig } from 'vitest/config';
import repository from '../../../vitest.config.js';

/** For `npm run test:next`. The repository's own configuration does not find this suite: it needs packages of its own. */
export default defineConfig({
  ...(repository.resolve && { resolve: repository.resolve }),
  test: {
    include: ['tests/compat/next/*.suite.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
  },
});
