import type { Client } from '../client/client.js';
import type { ConfigurationStore } from '../configuration/configuration-store.js';
import { withSecret } from '../configuration/sealed-secrets.js';
import { unseal } from '../credential/secrets.js';
import { buildEvent } from '../events/events.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, NO_STORE } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildClientInformation, type StoredClient } from './client-information.js';
import {
  hashToken,
  isTokenOf,
  REGISTRATION_OFF,
  readBearer,
  readRegistration,
  refuseToken,
} from './registration-request.js';
import { buildStoredClient, saveClient } from './save-client.js';

/** What the registered client endpoint may touch. */
export type RegisteredClientEndpointPorts = Pick<
  Ports<ConfigurationStore>,
  'issuer' | 'store' | 'secrets' | 'configuration' | 'reloadConfiguration' | 'outbound' | 'now' | 'record'
>;

/** What `registration_client_uri` begins with, behind the issuer; the client's id follows. */
export const REGISTERED_CLIENT_PATH = '/oidc/register/';

/** RFC 7592 §2.2: the request "MUST NOT include" these; they are the server's to say. */
const SAID_BY_THE_SERVER = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

/**
 * A client reads, replaces or deletes its own registration. Who does not hold its token learns nothing, not even
 * whether the client exists.
 *
 * @see RFC 7592 §2
 */
export function registeredClientEndpoint(ports: RegisteredClientEndpointPorts): Handler {
  // Changes of one registration happen one after the other: a late replacement would bring a deleted client back.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (change: () => Promise<HttpResponse>): Promise<HttpResponse> => {
    const next = last.then(change, change);
    last = next.catch(() => {});
    return next;
  };
  return async (http) => {
    if (ports.configuration().tenant.clientRegistration.mode === 'off') return REGISTRATION_OFF;
    const token = readBearer(http);
    const client = findOwnClient(http, token, ports);
    if (client === null || token === null) {
      const facts = { reason: 'registration-access-token', address: http.peerAddress };
      ports.record(buildEvent(ports.now(), 'registration.refused', facts));
      return refuseToken();
    }
    switch (http.method) {
      case 'PUT':
        return replace(http, token, inTurn, ports);
      case 'DELETE':
        return inTurn(() => remove(http, client, ports));
      default:
        return show(client, token, ports);
    }
  };
}

function findOwnClient(
  http: HttpRequest,
  token: string | null,
  { configuration }: Pick<Ports, 'configuration'>,
): Client | null {
  const client = configuration().clients.get(http.path.slice(REGISTERED_CLIENT_PATH.length));
  const known = client?.registrationTokenHash ?? null;
  // One comparison whether or not the client exists.
  const isOwn = isTokenOf(token, [known ?? hashToken('no client has this token')]);
  return isOwn && known !== null && client !== undefined ? client : null;
}

async function show(
  { clientId }: Client,
  token: string,
  ports: Pick<Ports<ConfigurationStore>, 'issuer' | 'store' | 'secrets'>,
): Promise<HttpResponse> {
  const stored = await findStored(clientId, ports);
  return stored === null ? refuseToken() : json(200, buildClientInformation(stored, token, ports.issuer));
}

async function findStored(
  clientId: string,
  { store, secrets }: Pick<Ports<ConfigurationStore>, 'store' | 'secrets'>,
): Promise<StoredClient | null> {
  const found = (await store.findConfiguration()).find(
    ({ kind, id }) => kind === 'client' && id === clientId,
  );
  if (found === undefined) return null;
  const opened = withSecret(found, (purpose, sealed) => unseal(secrets, purpose, sealed));
  return { ...(opened.document as Omit<StoredClient, 'client_id'>), client_id: clientId };
}

/** @see RFC 7592 §2.2 "This request MUST include all client metadata fields"; what is left out is left out from now on */
async function replace(
  http: HttpRequest,
  token: string,
  inTurn: (change: () => Promise<HttpResponse>) => Promise<HttpResponse>,
  ports: RegisteredClientEndpointPorts,
): Promise<HttpResponse> {
  const read = await readRegistration(http, ports.outbound);
  const invalid = (error_description: string) =>
    json(400, { error: 'invalid_client_metadata', error_description });
  if (!read.ok) return read.response;
  return inTurn(async () => {
    // It may have been deleted while its sector was asked.
    const client = findOwnClient(http, token, ports);
    const stored = client === null ? null : await findStored(client.clientId, ports);
    if (client === null || stored === null) return refuseToken();
    const { body } = read;
    if (SAID_BY_THE_SERVER.some((member) => Object.hasOwn(body, member)))
      return invalid('A member is there that only the server sets.');
    if (body.client_id !== client.clientId) return invalid('client_id: expected the id of this client.');
    // "The client MUST NOT be allowed to overwrite its existing client secret with its own chosen value"
    if (body.client_secret !== undefined && !isSameSecret(body.client_secret, stored.client_secret))
      return invalid('client_secret: expected the secret of this client, or none.');
    const now = ports.now();
    const changed = buildStoredClient(read.client, {
      clientId: client.clientId,
      tokenHash: client.registrationTokenHash ?? hashToken(token),
      registeredAt: stored.sojourn?.registration?.registered_at ?? now,
      kept: stored.client_secret,
    });
    const facts = { clientId: client.clientId, address: http.peerAddress };
    await saveClient(changed, buildEvent(now, 'client.changed', facts), ports);
    return json(200, buildClientInformation(changed, token, ports.issuer));
  });
}

function isSameSecret(presented: unknown, stored: string | undefined): boolean {
  return typeof presented === 'string' && stored !== undefined && isTokenOf(presented, [hashToken(stored)]);
}

/** Its tokens end with it: a token is judged by a client that is there. @see RFC 7592 §2.3 */
async function remove(
  http: HttpRequest,
  { clientId }: Client,
  ports: Pick<Ports<ConfigurationStore>, 'store' | 'reloadConfiguration' | 'now'>,
): Promise<HttpResponse> {
  const event = buildEvent(ports.now(), 'client.deleted', { clientId, address: http.peerAddress });
  await ports.store.deleteConfiguration({ kind: 'client', id: clientId, events: [event] });
  await ports.reloadConfiguration();
  return { status: 204, headers: NO_STORE, body: '' };
}
