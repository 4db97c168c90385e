import { openStore, type Store } from '@sojourn/server';
import { CommandRefused } from './refusal.js';
import { buildStoreUrl, type Database } from './settings/database-url.js';

/** The library's own refusals, which say by themselves what to do. */
const SELF_EXPLAINING = new Set(['StoreInUse', 'SchemaTooNew']);

/**
 * Opens the store that a setting names.
 *
 * @param options.shared Opens beside a running server, for a command.
 * @throws StoreInUse, SchemaTooNew; CommandRefused where the file is no database or cannot be reached.
 */
export async function openGivenStore(
  database: Database,
  options: { readonly shared: boolean },
): Promise<Store> {
  const url = buildStoreUrl(database);
  try {
    return await openStore(url, options);
  } catch (error) {
    if (!(error instanceof Error) || SELF_EXPLAINING.has(error.name)) throw error;
    throw new CommandRefused([`the database is "${url}"; it cannot be opened: ${error.message}.`]);
  }
}
