import type { Client } from '../client/client.js';
import type { AssertionFault } from '../client/client-assertion.js';
import type { Configuration } from '../configuration/configuration.js';
import type { SingleUseStore } from '../credential/single-use-store.js';
import { buildEvent } from '../events/events.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildTokenError } from '../token/token-response.js';
import { type AssertedClient, findAssertedClient, readAssertedClientId } from './asserted-client.js';
import {
  type ClientCredentials,
  decideClientAuthentication,
  parseClientCredentials,
} from './client-authentication.js';

/** What the authentication of a client may touch. */
export type AuthenticateClientPorts = Pick<
  Ports<SingleUseStore>,
  'issuer' | 'store' | 'throttle' | 'configuration' | 'remoteKeys' | 'now' | 'record'
>;

/** Who asks, or what it is answered instead. @see RFC 6749 §5.2 */
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
  ports: AuthenticateClientPorts,
): Promise<AuthenticatedClient> {
  const credentials = parseClientCredentials(http.header('authorization'), parameters);
  if (credentials === null) {
    const description = 'Client authentication is malformed or was given twice.';
    return failed(buildTokenError({ error: 'invalid_request', description, reason: 'malformed' }));
  }
  const { configuration, throttle, now } = ports;
  const named = findNamedClient(credentials, configuration());
  // Only names that exist are counted, so that made-up ones fill no table.
  const guessed = named !== undefined && triesSecret(credentials, named) ? named.clientId : null;
  const until = guessed === null ? null : throttle.limitedUntil(guessed, http.peerAddress, now());
  if (until !== null) {
    const error_description = 'Too many wrong client secrets from this address.';
    const headers = { 'retry-after': String(Math.ceil((until - now()) / 1000)) };
    return failed(json(429, { error: 'temporarily_unavailable', error_description }, headers));
  }
  const found = await prove(credentials, named, ports);
  if (found.outcome === 'proven') return { outcome: 'authenticated', client: found.client };

  const { fault } = found;
  const facts = {
    // What nobody has is not recorded: a stranger would write the line, as long and as often another as he likes.
    reason: named === undefined ? 'client-unknown' : fault,
    clientId: named?.clientId ?? null,
    address: http.peerAddress,
  };
  ports.record(buildEvent(now(), 'client.refused', facts));
  if (guessed !== null && GUESSES.includes(fault))
    await throttle.countFailure(guessed, http.peerAddress, now());
  const refusal = {
    error: 'invalid_client',
    description: DESCRIPTIONS[fault] ?? FAILED,
    reason: fault,
  } as const;
  return failed(buildTokenError(refusal, credentials.basic));
}

type Fault = AssertionFault | 'client-authentication';

const FAILED = 'Client authentication failed.';

/** Said only of assertions that the client signed itself: nobody else learns anything. */
const DESCRIPTIONS: Partial<Record<Fault, string>> = {
  'assertion-parties': `${FAILED} iss and sub of the assertion must be the client_id.`,
  'assertion-audience': `${FAILED} aud of the assertion is not this server as the client must name it.`,
  'assertion-expiry': `${FAILED} exp of the assertion is missing, over, or more than an hour away.`,
  'assertion-not-yet-valid': `${FAILED} The assertion is from the future.`,
  'assertion-jti': `${FAILED} jti of the assertion must be a text of 1 to 256 characters.`,
  'assertion-replayed': `${FAILED} The assertion was used before.`,
};

/** What a wrong secret looks like. A genuine assertion that is old or misaddressed is no guess. */
const GUESSES: readonly Fault[] = ['client-authentication', 'assertion-signature'];

function findNamedClient({ clientId, assertion }: ClientCredentials, { clients }: Configuration) {
  const name = clientId ?? (assertion === null ? null : readAssertedClientId(assertion));
  return name === null ? undefined : clients.get(name);
}

/** Whether a wrong answer to this would be a guess at the client's secret. A signature by a key cannot be guessed. */
function triesSecret({ secret, assertion }: ClientCredentials, client: Client): boolean {
  return secret !== null || (assertion !== null && client.tokenEndpointAuthMethod === 'client_secret_jwt');
}

async function prove(
  credentials: ClientCredentials,
  named: Client | undefined,
  ports: AuthenticateClientPorts,
): Promise<AssertedClient | { readonly outcome: 'refused'; readonly fault: Fault }> {
  if (credentials.assertion !== null) return findAssertedClient(credentials.assertion, named, ports);
  const client = decideClientAuthentication(credentials, ports.configuration());
  return client === null
    ? { outcome: 'refused', fault: 'client-authentication' }
    : { outcome: 'proven', client };
}

function failed(response: HttpResponse): AuthenticatedClient {
  return { outcome: 'failed', response };
}
