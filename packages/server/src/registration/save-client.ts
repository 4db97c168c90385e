import type { ConfigurationStore } from '../configuration/configuration-store.js';
import { drawAtRandom } from '../configuration/made-identifiers.js';
import { withSecret } from '../configuration/sealed-secrets.js';
import { seal } from '../credential/secrets.js';
import type { Event } from '../events/events.js';
import type { Ports } from '../ports.js';
import type { StoredClient } from './client-information.js';
import type { RequestedClient } from './client-metadata.js';

/**
 * A requested client with what only the server gives: id, secret where its method needs one, and how it is known again.
 *
 * @param kept The secret it has had so far.
 */
export function buildStoredClient(
  client: RequestedClient,
  identity: { clientId: string; tokenHash: string; registeredAt: number; kept: string | undefined },
): StoredClient {
  const { clientId, tokenHash, registeredAt, kept } = identity;
  const needsSecret = client.token_endpoint_auth_method.startsWith('client_secret');
  return {
    ...client,
    client_id: clientId,
    ...(needsSecret && { client_secret: kept ?? drawAtRandom.secret() }),
    sojourn: {
      ...client.sojourn,
      registration: { access_token_hash: tokenHash, registered_at: registeredAt },
    },
  };
}

/** Writes a client, its secret sealed, and lets this server know it at once. */
export async function saveClient(
  client: StoredClient,
  event: Event,
  {
    store,
    secrets,
    reloadConfiguration,
  }: Pick<Ports<ConfigurationStore>, 'store' | 'secrets' | 'reloadConfiguration'>,
): Promise<void> {
  const document = withSecret(
    { kind: 'client', id: client.client_id, document: { ...client } },
    (purpose, text) => seal(secrets, purpose, text),
  );
  await store.saveConfiguration([document], [event]);
  await reloadConfiguration();
}
