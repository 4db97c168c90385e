import type { Client } from '../client/client.js';
import {
  type AssertionKeys,
  CLIENT_ASSERTION_TYPE,
  LONGEST_ASSERTION,
  verifyClientAssertion,
} from '../client/client-assertion.js';
import { findPublicKeys, type RemoteKeys } from '../client/remote-keys.js';
import { buildEvent } from '../events/events.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildTokenError } from '../token/token-response.js';
import { decideClientAuthentication, parseClientCredentials } from './client-authentication.js';

export type AuthenticatedClient =
  | { readonly outcome: 'authenticated'; readonly client: Client }
  | { readonly outcome: 'failed'; readonly response: HttpResponse };

/**
 * Who sends this request to an endpoint of clients, by the one method its registration names.
 *
 * @see RFC 6749 §2.3 · §3.2.1 · OIDC Core §9 · security.md 19, 20, 21
 */
export async function authenticateClient(
  http: HttpRequest,
  parameters: Parameters,
  ports: Ports,
): Promise<AuthenticatedClient> {
  const credentials = parseClientCredentials(http.header('authorization'), parameters);
  if (credentials === null) {
    const description = 'Client authentication is malformed or was given twice.';
    return failed(buildTokenError({ error: 'invalid_request', description, reason: 'malformed' }));
  }
  const { configuration, throttle, now } = ports;
  const { clientId, secret } = credentials;
  // Only names that exist are counted, so that made-up ones fill no table.
  const guessed =
    clientId !== null && secret !== null && configuration().clients.has(clientId) ? clientId : null;
  const until = guessed === null ? null : throttle.limitedUntil(guessed, http.peerAddress, now());
  if (until !== null) {
    const error_description = 'Too many wrong client secrets from this address.';
    const headers = { 'retry-after': String(Math.ceil((until - now()) / 1000)) };
    return failed(json(429, { error: 'temporarily_unavailable', error_description }, headers));
  }
  const client =
    credentials.assertion === null
      ? decideClientAuthentication(credentials, configuration())
      : await findAssertedClient(credentials.assertion, clientId, ports);
  if (client !== null) return { outcome: 'authenticated', client };

  const facts = { reason: 'client-authentication', clientId, address: http.peerAddress };
  ports.record(buildEvent(now(), 'client.refused', facts));
  if (guessed !== null) await throttle.countFailure(guessed, http.peerAddress, now());
  const refusal = {
    error: 'invalid_client',
    description: 'Client authentication failed.',
    reason: 'client-authentication',
  } as const;
  return failed(buildTokenError(refusal, credentials.basic));
}

/** `private_key_jwt` and `client_secret_jwt`: each assertion once, whichever node sees it. */
async function findAssertedClient(
  assertion: { readonly type: string; readonly jwt: string },
  named: string | null,
  { configuration, issuer, store, now, remoteKeys }: Ports,
): Promise<Client | null> {
  const clientId = named ?? readUnverifiedSubject(assertion.jwt);
  const client = clientId === null ? undefined : configuration().clients.get(clientId);
  if (client === undefined || assertion.type !== CLIENT_ASSERTION_TYPE) return null;
  const keys = await findKeys(client, assertion.jwt, remoteKeys);
  if (keys === null) return null;
  const verified = await verifyClientAssertion(assertion.jwt, client, keys, issuer, now());
  if (verified === null) return null;
  const key = `${client.clientId} ${verified.jti}`;
  const use = await store.useOnce({ key, expiresAt: verified.expiresAt });
  return use === 'first' ? client : null;
}

async function findKeys(client: Client, jwt: string, remoteKeys: RemoteKeys): Promise<AssertionKeys | null> {
  switch (client.tokenEndpointAuthMethod) {
    case 'private_key_jwt':
      return findPublicKeys(client, readUnverifiedKid(jwt), remoteKeys);
    case 'client_secret_jwt':
      return client.clientSecret === null ? null : { secret: client.clientSecret };
    default:
      return null;
  }
}

/** Only names the client whose keys are then asked. */
function readUnverifiedSubject(jwt: string): string | null {
  return readUnverified(jwt, 1, 'sub');
}

/** Only says whether the keys that are held are old. */
function readUnverifiedKid(jwt: string): string | null {
  return readUnverified(jwt, 0, 'kid');
}

function readUnverified(jwt: string, segment: 0 | 1, member: 'kid' | 'sub'): string | null {
  if (jwt.length > LONGEST_ASSERTION) return null;
  try {
    const read = JSON.parse(Buffer.from(jwt.split('.')[segment] ?? '', 'base64url').toString()) as {
      kid?: unknown;
      sub?: unknown;
    };
    const value = read[member];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

function failed(response: HttpResponse): AuthenticatedClient {
  return { outcome: 'failed', response };
}
