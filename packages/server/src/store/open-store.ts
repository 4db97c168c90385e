import { parseSqliteUrl } from './sqlite/sqlite-url.js';
import type { Store } from './store.js';

/**
 * Opens a store, and loads no other kind than that one.
 *
 * @param url `sqlite:FILE`, `sqlite:FILE?writer=thread`, `sqlite::memory:` or `postgres://…`.
 * @param options.shared opens a file beside a running server, for a command. A PostgreSQL database is always shared.
 * @throws StoreInUse where another server uses the file; SchemaTooNew; StoreUnavailable; Error for another kind of URL.
 */
export async function openStore(url: string, options: { shared?: boolean } = {}): Promise<Store> {
  if (/^postgres(?:ql)?:\/\//.test(url)) {
    const { openPostgresStore } = await import('./postgres/postgres-store.js');
    return openPostgresStore(url);
  }
  const sqlite = parseSqliteUrl(url);
  // What was given may be an address with a password, and a letter that is missing.
  if (sqlite === null)
    throw new Error('the database URL is none; expected sqlite:FILE, sqlite::memory: or postgres://….');
  if ('expected' in sqlite) throw new Error(`the database URL is none; ${sqlite.expected}.`);
  const { file, ...where } = sqlite;
  const { openSqliteStore } = await import('./sqlite/sqlite-store.js');
  return openSqliteStore(file, { ...options, ...where });
}
