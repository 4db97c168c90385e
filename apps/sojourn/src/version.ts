import { createRequire } from 'node:module';

/** Of the `sojourn` package. */
export const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
