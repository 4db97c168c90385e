import type { ConfigurationDocument } from '../configuration/configuration.js';
import { drawAtRandom } from '../configuration/made-identifiers.js';
import { withSecret } from '../configuration/sealed-secrets.js';
import { seal, unseal } from '../credential/secrets.js';
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

/** A client as the store keeps it, its secret sealed. */
export function sealClient(client: StoredClient, { secrets }: Pick<Ports, 'secrets'>): ConfigurationDocument {
  return withSecret({ kind: 'client', id: client.client_id, document: { ...client } }, (purpose, text) =>
    seal(secrets, purpose, text),
  );
}

/** A client as the store keeps it, its secret in clear. */
export function openClient(
  document: ConfigurationDocument,
  { secrets }: Pick<Ports, 'secrets'>,
): StoredClient {
  const opened = withSecret(document, (purpose, sealed) => unseal(secrets, purpose, sealed));
  return { ...(opened.document as Omit<StoredClient, 'client_id'>), client_id: document.id };
}
