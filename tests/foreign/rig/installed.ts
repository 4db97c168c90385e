import { join } from 'node:path';

/** A file that `npm run test:foreign` installed. @param path below the cache, such as `python/bin/python`. */
export function installed(path: string): string {
  const cache = process.env.SOJOURN_FOREIGN;
  if (cache === undefined) throw new Error('run these suites by: npm run test:foreign');
  return join(cache, path);
}
