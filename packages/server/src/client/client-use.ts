import { ConfigurationChanged } from '../fault/fault.js';
import { type Client, hasRegisteredItself } from './client.js';
import type { ClientUseStore } from './client-use-store.js';

/** More than there may be; forgetting costs a statement each. */
const MOST_REMEMBERED = 20_000;

/** Says of a client that something is being issued to it. Resolves at once for those of the tenant. */
export type RecordClientUse = (client: Client) => Promise<void>;

/**
 * A client that registered itself and is used for the first time is kept from then on. Each process asks the store once
 * for each of them.
 */
export function clientUse(store: ClientUseStore): RecordClientUse {
  const used = new Set<string>();
  return async (client) => {
    if (!hasRegisteredItself(client) || used.has(client.clientId)) return;
    // It expired in this moment: the configuration that holds it is an old one.
    if ((await store.useRegisteredClient(client.clientId)) === 'unknown')
      throw new ConfigurationChanged('the client is gone');
    if (used.size >= MOST_REMEMBERED) used.clear();
    used.add(client.clientId);
  };
}
