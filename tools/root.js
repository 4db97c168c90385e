import { fileURLToPath } from 'node:url';

/** The folder of the checkout, without a slash at its end; every tool works from here, wherever it was called. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
