import { openSqliteStore } from './sqlite/sqlite-store.js';
import type { Store } from './store.js';

/**
 * @param url `sqlite:FILE` or `sqlite::memory:`.
 * @param options.shared opens beside a running server, for a command.
 * @throws StoreInUse where another server uses the file; SchemaTooNew; Error for another kind of URL.
 */
export async function openStore(url: string, options: { shared?: boolean } = {}): Promise<Store> {
  const match = /^sqlite:(.+)$/.exec(url);
  if (match?.[1] === undefined)
    throw new Error(`database URL is "${url}"; expected sqlite:FILE or sqlite::memory:.`);
  return openSqliteStore(match[1], options);
}
