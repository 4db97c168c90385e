import type { Client } from '../client/client.js';
import type { AttemptStore } from '../credential/attempt-store.js';
import { buildEvent } from '../events/events.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, NO_STORE } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildClientInformation } from './client-information.js';
import { limitRegistered } from './registration-limits.js';
import {
  hashToken,
  isTokenOf,
  REGISTRATION_OFF,
  readBearer,
  readRegistration,
  refuseToken,
} from './registration-request.js';
import type { RegistrationStore } from './registration-store.js';
import { buildStoredClient, openClient, sealClient } from './stored-client.js';

/** What the registered client endpoint may touch. */
export type RegisteredClientEndpointPorts = Pick<
  Ports<RegistrationStore & AttemptStore>,
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
  return async (http) => {
    if (ports.configuration().tenant.clientRegistration.mode === 'off') return REGISTRATION_OFF;
    const token = readBearer(http);
    const client = findOwnClient(http, token, ports);
    const refuse = (response: HttpResponse, reason: string, clientId: string | null = null) => {
      const facts = { reason, clientId, address: http.peerAddress };
      ports.record(buildEvent(ports.now(), 'registration.refused', facts));
      return response;
    };
    if (client === null || token === null) return refuse(refuseToken(), 'registration-access-token');
    const limited = await limitRegistered(http, client.clientId, ports);
    if (limited !== null) return refuse(limited, 'too-many-requests', client.clientId);
    switch (http.method) {
      case 'PUT':
        return replace(http, client.clientId, token, ports);
      case 'DELETE':
        return remove(http, client.clientId, token, ports);
      default:
        return show(client.clientId, token, ports);
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
  clientId: string,
  token: string,
  ports: Pick<Ports<RegistrationStore>, 'issuer' | 'store' | 'secrets'>,
): Promise<HttpResponse> {
  const found = await ports.store.findRegistration(clientId, hashToken(token));
  return found === null
    ? refuseToken()
    : json(200, buildClientInformation(openClient(found, ports), token, ports.issuer));
}

/** @see RFC 7592 §2.2 "This request MUST include all client metadata fields"; what is left out is left out from now on */
async function replace(
  http: HttpRequest,
  clientId: string,
  token: string,
  ports: RegisteredClientEndpointPorts,
): Promise<HttpResponse> {
  const read = await readRegistration(http, ports.outbound);
  const invalid = (error_description: string) =>
    json(400, { error: 'invalid_client_metadata', error_description });
  if (!read.ok) return read.response;
  const tokenHash = hashToken(token);
  const found = await ports.store.findRegistration(clientId, tokenHash);
  if (found === null) return refuseToken();
  const stored = openClient(found, ports);
  const { body } = read;
  if (SAID_BY_THE_SERVER.some((member) => Object.hasOwn(body, member)))
    return invalid('A member is there that only the server sets.');
  if (body.client_id !== clientId) return invalid('client_id: expected the id of this client.');
  // "The client MUST NOT be allowed to overwrite its existing client secret with its own chosen value"
  if (body.client_secret !== undefined && !isSameSecret(body.client_secret, stored.client_secret))
    return invalid('client_secret: expected the secret of this client, or none.');
  const now = ports.now();
  const changed = buildStoredClient(read.client, {
    clientId,
    tokenHash,
    registeredAt: stored.sojourn?.registration?.registered_at ?? now,
    kept: stored.client_secret,
  });
  const events = [buildEvent(now, 'client.changed', { clientId, address: http.peerAddress })];
  // It may have been deleted meanwhile, here or on another node.
  const replacement = { document: sealClient(changed, ports), tokenHash, events };
  if ((await ports.store.replaceRegistration(replacement)) === 'unknown') return refuseToken();
  await ports.reloadConfiguration();
  return json(200, buildClientInformation(changed, token, ports.issuer));
}

function isSameSecret(presented: unknown, stored: string | undefined): boolean {
  return typeof presented === 'string' && stored !== undefined && isTokenOf(presented, [hashToken(stored)]);
}

/** Its tokens end with it: a token is judged by a client that is there. @see RFC 7592 §2.3 */
async function remove(
  http: HttpRequest,
  clientId: string,
  token: string,
  ports: Pick<Ports<RegistrationStore>, 'store' | 'reloadConfiguration' | 'now'>,
): Promise<HttpResponse> {
  const events = [buildEvent(ports.now(), 'client.deleted', { clientId, address: http.peerAddress })];
  const deletion = { clientId, tokenHash: hashToken(token), events };
  const deleted = await ports.store.deleteRegistration(deletion);
  await ports.reloadConfiguration();
  return deleted === 'unknown' ? refuseToken() : { status: 204, headers: NO_STORE, body: '' };
}
