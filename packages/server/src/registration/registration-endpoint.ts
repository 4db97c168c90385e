import { drawAtRandom } from '../configuration/made-identifiers.js';
import type { AttemptStore } from '../credential/attempt-store.js';
import { randomText } from '../credential/randomness.js';
import { buildEvent } from '../events/events.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildClientInformation, type StoredClient } from './client-information.js';
import { expireRegistrations } from './expire-registrations.js';
import { limitRegistrations } from './registration-limits.js';
import {
  hashToken,
  isTokenOf,
  REGISTRATION_OFF,
  readBearer,
  readRegistration,
  refuseToken,
} from './registration-request.js';
import type { RegistrationStore } from './registration-store.js';
import { buildStoredClient, sealClient } from './stored-client.js';

/** What the registration endpoint may touch. */
export type RegistrationEndpointPorts = Pick<
  Ports<AttemptStore & RegistrationStore>,
  'issuer' | 'store' | 'secrets' | 'configuration' | 'reloadConfiguration' | 'outbound' | 'now' | 'record'
>;

/**
 * The client registration endpoint. Off by default; with an initial access token; or open.
 *
 * @see RFC 7591 §3 · OIDC Dynamic Client Registration 1.0 §3
 */
export function registrationEndpoint(ports: RegistrationEndpointPorts): Handler {
  return async (http) => {
    const { clientRegistration: policy } = ports.configuration().tenant;
    if (policy.mode === 'off') return REGISTRATION_OFF;
    if (policy.mode === 'token' && !isTokenOf(readBearer(http), policy.initialAccessTokenHashes))
      return refuse(http, refuseToken(), 'initial-access-token', ports);
    if (policy.mode === 'open') {
      const limited = await limitRegistrations(http, ports);
      if (limited !== null) return refuse(http, limited, 'too-many-registrations', ports);
    }
    const read = await readRegistration(http, ports.outbound);
    if (!read.ok) return refuse(http, read.response, read.reason, ports);

    const now = ports.now();
    const token = randomText(32);
    const client = buildStoredClient(read.client, {
      clientId: drawAtRandom.clientId(),
      tokenHash: hashToken(token),
      registeredAt: now,
      kept: undefined,
    });
    if ((await save(http, client, hashToken(token), ports)) === 'most-clients') {
      const error_description = 'As many clients as may have registered themselves already.';
      return refuse(http, json(403, { error: 'access_denied', error_description }), 'most-clients', ports);
    }
    await ports.reloadConfiguration();
    return json(201, buildClientInformation(client, token, ports.issuer));
  };
}

/** Where there are as many as there may be, those that nobody used in time make room at once. */
async function save(
  http: HttpRequest,
  client: StoredClient,
  tokenHash: string,
  ports: RegistrationEndpointPorts,
): Promise<'registered' | 'most-clients'> {
  const { mostClients } = ports.configuration().tenant.clientRegistration;
  const registeredAt = ports.now();
  const facts = { clientId: client.client_id, address: http.peerAddress };
  const registration = {
    document: sealClient(client, ports),
    tokenHash,
    registeredAt,
    atMost: mostClients,
    events: [buildEvent(registeredAt, 'client.registered', facts)],
  };
  const outcome = await ports.store.registerClient(registration);
  if (outcome === 'registered' || (await expireRegistrations(ports, mostClients)) === 0) return outcome;
  return ports.store.registerClient(registration);
}

function refuse(
  http: HttpRequest,
  response: HttpResponse,
  reason: string,
  ports: Pick<Ports, 'now' | 'record'>,
): HttpResponse {
  ports.record(buildEvent(ports.now(), 'registration.refused', { reason, address: http.peerAddress }));
  return response;
}
