import type { ConfigurationStore } from '../configuration/configuration-store.js';
import { drawAtRandom } from '../configuration/made-identifiers.js';
import type { AttemptStore } from '../credential/attempt-store.js';
import { randomText } from '../credential/randomness.js';
import { buildEvent } from '../events/events.js';
import { parseNetworkPrefix } from '../http/network-prefix.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildClientInformation } from './client-information.js';
import {
  hashToken,
  isTokenOf,
  REGISTRATION_OFF,
  readBearer,
  readRegistration,
  refuseToken,
} from './registration-request.js';
import { buildStoredClient, saveClient } from './save-client.js';

/** What the registration endpoint may touch. */
export type RegistrationEndpointPorts = Pick<
  Ports<AttemptStore & ConfigurationStore>,
  'issuer' | 'store' | 'secrets' | 'configuration' | 'reloadConfiguration' | 'outbound' | 'now' | 'record'
>;

/** Where anybody may register, one network may do so this often. */
const REGISTRATIONS_AT_MOST = 60;
const WINDOW_MS = 60 * 60 * 1000;

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
      const limited = await limit(http, ports);
      if (limited !== null) return refuse(http, limited, 'too-many-registrations', ports);
    }
    const read = await readRegistration(http, ports.outbound);
    if (!read.ok) return refuse(http, read.response, read.reason, ports);

    const registered = [...ports.configuration().clients.values()].filter(
      ({ registrationTokenHash }) => registrationTokenHash !== null,
    );
    if (registered.length >= policy.mostClients) {
      const error_description = 'As many clients as may have registered themselves already.';
      return refuse(http, json(403, { error: 'access_denied', error_description }), 'most-clients', ports);
    }
    const now = ports.now();
    const token = randomText(32);
    const client = buildStoredClient(read.client, {
      clientId: drawAtRandom.clientId(),
      tokenHash: hashToken(token),
      registeredAt: now,
      kept: undefined,
    });
    const facts = { clientId: client.client_id, address: http.peerAddress };
    await saveClient(client, buildEvent(now, 'client.registered', facts), ports);
    return json(201, buildClientInformation(client, token, ports.issuer));
  };
}

async function limit(
  http: HttpRequest,
  { store, now }: Pick<Ports<AttemptStore>, 'store' | 'now'>,
): Promise<HttpResponse | null> {
  const prefix = parseNetworkPrefix(http.peerAddress) ?? 'unreadable';
  const buckets = [{ key: `registration ${prefix}`, atMost: REGISTRATIONS_AT_MOST }];
  const counted = await store.reserveLoginAttempt({ buckets, windowMs: WINDOW_MS, now: now() });
  if (counted.outcome === 'reserved') return null;
  const response = json(429, {
    error: 'temporarily_unavailable',
    error_description: 'Too many registrations from this network.',
  });
  return withHeaders(response, { 'retry-after': String(Math.ceil((counted.retryAt - now()) / 1000)) });
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
