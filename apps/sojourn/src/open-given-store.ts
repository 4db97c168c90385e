import { openStore, type Store } from '@sojourn/server';
import { CommandRefused } from './refusal.js';
import { buildDatabaseName, buildStoreUrl, type Database } from './settings/database-url.js';

/** The library's own refusals, which say by themselves what to do. */
const SELF_EXPLAINING = new Set(['StoreInUse', 'SchemaTooNew']);

/**
 * Opens the store that a setting names.
 *
 * @param options.shared Opens beside a running server, for a command.
 * @throws StoreInUse, SchemaTooNew; CommandRefused where it is no database or cannot be reached.
 */
export async function openGivenStore(
  database: Database,
  options: { readonly shared: boolean },
): Promise<Store> {
  return reachingGivenStore(database, () => openStore(buildStoreUrl(database), options));
}

/**
 * Does something with the store that a setting names, and tells what kept it from it.
 *
 * @throws as `openGivenStore`.
 */
export async function reachingGivenStore<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || SELF_EXPLAINING.has(error.name)) throw error;
    const why = error.message.replace(/\.$/, '');
    throw new CommandRefused([
      `the database is "${buildDatabaseName(database)}"; it cannot be opened: ${why}.`,
    ]);
  }
}
