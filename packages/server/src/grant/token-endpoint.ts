import type { Client } from '../client/client.js';
import {
  type AuthenticateClientPorts,
  authenticateClient,
} from '../client-authentication/authenticate-client.js';
import { parseClientCredentials } from '../client-authentication/client-authentication.js';
import { findListedStanding } from '../configuration/client-origins.js';
import { preflight, RefusedOrigins } from '../configuration/preflight.js';
import type { SingleUseStore } from '../credential/single-use-store.js';
import { buildDpopNonce } from '../dpop/dpop-nonce.js';
import { findProof, type ProvenKey, proofAlgsOf } from '../dpop/dpop-proof.js';
import { buildUseDpopNonce } from '../dpop/use-dpop-nonce.js';
import { buildEvent } from '../events/events.js';
import { buildFaultResponse, ConfigurationChanged } from '../fault/fault.js';
import { buildCorsHeaders } from '../http/cors.js';
import { type Parameters, parseBody } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { parseRefreshToken } from '../refresh-token/refresh-token.js';
import { buildTokenError } from '../token/token-response.js';
import {
  type AuthorizationCodeGrantPorts,
  handleAuthorizationCodeGrant,
} from './authorization-code-grant.js';
import { type BrowserPage, decideBrowserRule } from './browser-rule.js';
import {
  type ClientCredentialsGrantPorts,
  handleClientCredentialsGrant,
} from './client-credentials-grant.js';
import { handleRefreshTokenGrant, type RefreshTokenGrantPorts } from './refresh-token-grant.js';

/** What the token endpoint may touch. */
export type TokenEndpointPorts = Pick<
  Ports<SingleUseStore>,
  'issuer' | 'store' | 'secrets' | 'configuration' | 'reloadConfiguration' | 'now' | 'record' | 'logFault'
> &
  AuthenticateClientPorts &
  AuthorizationCodeGrantPorts &
  RefreshTokenGrantPorts &
  ClientCredentialsGrantPorts;

/**
 * The token endpoint. It reads no cookie.
 *
 * @see RFC 6749 §3.2 · design.md 4
 */
export function tokenEndpoint(ports: TokenEndpointPorts): Handler {
  const answerOptions = preflight(ports, { credentials: true });
  const refused = new RefusedOrigins();
  return async (http) =>
    http.method === 'OPTIONS' ? answerOptions(http) : respond(http, ports, { refused, isLastTry: false });
}

async function respond(
  http: HttpRequest,
  ports: TokenEndpointPorts,
  { refused, isLastTry }: { readonly refused: RefusedOrigins; readonly isLastTry: boolean },
): Promise<HttpResponse> {
  const body = parseBody(http.header('content-type'), http.rawBody);
  const parameters = body.ok ? body.parameters : null;
  const credentials = parameters && parseClientCredentials(http.header('authorization'), parameters);
  const clientId = credentials?.clientId ?? parameters?.get('client_id') ?? null;
  const browser = decideBrowserRule(http, clientId, ports.configuration());
  if (browser.verdict === 'refused') return refuseOrigin(http, refused, ports);
  if (parameters === null) {
    const error_description = 'The body is not a readable form or JSON object in UTF-8.';
    return json(body.ok ? 400 : body.status, { error: 'invalid_request', error_description });
  }
  const page = browser.verdict === 'allowed' ? browser : null;
  const answered = await grant(http, parameters, page, ports)
    .catch(async (error: unknown) => {
      // Judged again here, not where all endpoints are: trouble of a refresh has a form of its own.
      if (isLastTry || !(error instanceof ConfigurationChanged)) throw error;
      await ports.reloadConfiguration();
      return 'configuration-changed' as const;
    })
    .catch((error: unknown) => {
      ports.logFault(error, http);
      return buildFaultResponse(error);
    });
  if (answered === 'configuration-changed') return respond(http, ports, { refused, isLastTry: true });
  const response =
    parameters.get('grant_type') === 'refresh_token' ? withoutJsonOfTrouble(answered) : answered;
  // Errors as well: an SDK that cannot read them takes them for a network failure and tries again.
  return page === null
    ? response
    : withHeaders(response, buildCorsHeaders(page.origin, page.holdsCredentials));
}

/** Nothing of the request was looked at, so the sentence says nothing of it; a page that some client lists may read it. */
function refuseOrigin(
  http: HttpRequest,
  refused: RefusedOrigins,
  { configuration, record, now }: TokenEndpointPorts,
): HttpResponse {
  const at = now();
  const origin = http.header('origin');
  const reason = refused.buildReason('token-endpoint', origin, at);
  record(buildEvent(at, 'origin.refused', { reason, address: http.peerAddress }));
  const response = json(403, {
    error: 'access_denied',
    error_description:
      'This origin may not ask for tokens: it is not among the client’s web_origins or allowed_origins, nor, for an SPA, the origin of a callback.',
  });
  return origin !== undefined && findListedStanding(configuration(), origin) !== null
    ? withHeaders(response, buildCorsHeaders(origin, false))
    : response;
}

async function grant(
  http: HttpRequest,
  parameters: Parameters,
  page: BrowserPage | null,
  ports: TokenEndpointPorts,
): Promise<HttpResponse> {
  const invalidRequest = (description: string) =>
    buildTokenError({ error: 'invalid_request', description, reason: 'malformed' });
  // A secret or code in a URL stands in logs and histories (RFC 6749 §2.3.1).
  if (http.rawQuery !== '') return invalidRequest('Parameters belong in the body.');
  if (parameters.repeated(['resource']) !== undefined)
    return invalidRequest('A parameter appears more than once.');
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) return invalidRequest('grant_type is missing.');

  const authenticated = await authenticateClient(http, parameters, ports);
  if (authenticated.outcome === 'failed') return authenticated.response;
  const { client } = authenticated;
  if (!isSupported(grantType)) {
    return buildTokenError({
      error: 'unsupported_grant_type',
      description: 'This grant_type is not supported.',
      reason: 'grant-type-unknown',
    });
  }
  if (!client.grantTypes.includes(grantType)) {
    return buildTokenError({
      error: 'unauthorized_client',
      description: 'The client is not registered for this grant_type.',
      reason: 'grant-type-unregistered',
    });
  }
  // Before a code or token is looked at: a proof that is no good spends nothing.
  const isRefresh = grantType === 'refresh_token';
  const proof = await findProof(
    http,
    {
      url: `${ports.issuer}oauth/token`,
      accessToken: null,
      algs: proofAlgsOf(client),
      // A refresh token is bound to the key already; published SDKs come back with the nonce of hours ago.
      nonce: isRefresh ? 'optional' : 'required',
    },
    ports,
  );
  const held = isRefresh && page !== null ? findGenuineRefreshToken(client, parameters, ports) : null;
  switch (proof.outcome) {
    // Sent again because its answer was lost: a fresh proof shows that it is still who holds the key.
    case 'replayed':
    case 'nonce-required':
      return buildUseDpopNonce(ports.secrets, ports.now(), held);
    case 'invalid':
      return buildTokenError({
        error: 'invalid_dpop_proof',
        description: 'The DPoP proof is not valid for this request.',
        reason: 'dpop-proof',
        ...(held !== null && { keeps: held }),
      });
    case 'none':
      if (client.profile === 'fapi2') {
        return buildTokenError({
          error: 'invalid_dpop_proof',
          description: 'The client takes tokens that are bound to a key only: a DPoP proof is missing.',
          reason: 'dpop-proof',
        });
      }
      return give(grantType, http, client, parameters, page, null, ports);
    case 'proven': {
      const given = await give(grantType, http, client, parameters, page, proof, ports);
      // Published SDKs take any error with this header for a demand of a nonce.
      return given.status === 200
        ? withHeaders(given, { 'dpop-nonce': buildDpopNonce(ports.secrets, ports.now()) })
        : given;
    }
  }
}

/**
 * The refresh token of the request, if this server gave it to this client: said back to a page where the proof is no
 * good, and could not be asked with again otherwise.
 */
function findGenuineRefreshToken(
  client: Client,
  parameters: Parameters,
  { secrets }: Pick<Ports, 'secrets'>,
): string | null {
  const presented = parameters.get('refresh_token');
  if (presented === undefined) return null;
  return parseRefreshToken(secrets, presented, client.clientId) === null ? null : presented;
}

const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const;
type GrantType = (typeof GRANT_TYPES)[number];

function isSupported(grantType: string): grantType is GrantType {
  return (GRANT_TYPES as readonly string[]).includes(grantType);
}

async function give(
  grantType: GrantType,
  http: HttpRequest,
  client: Client,
  parameters: Parameters,
  page: BrowserPage | null,
  proof: ProvenKey,
  ports: TokenEndpointPorts,
): Promise<HttpResponse> {
  switch (grantType) {
    case 'authorization_code':
      // An attachment is for pages of registered web origins alone.
      return handleAuthorizationCodeGrant(
        http,
        client,
        parameters,
        page?.holdsCredentials ? page.origin : null,
        proof,
        ports,
      );
    case 'refresh_token':
      return handleRefreshTokenGrant(http, client, parameters, page?.origin ?? null, proof, ports);
    case 'client_credentials':
      return handleClientCredentialsGrant(http, client, parameters, proof, ports);
  }
}

/**
 * The published SPA SDK's worker forgets its refresh token at any JSON answer that has none, and keeps it at an answer
 * that is not JSON: trouble that passes must not sign anybody out.
 *
 * @see design.md 5
 */
function withoutJsonOfTrouble(response: HttpResponse): HttpResponse {
  if (response.status < 500 && response.status !== 429) return response;
  const { headers } = response;
  return {
    ...response,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
    body: 'Temporarily unavailable. The refresh token is as good as it was: try again in a moment.',
  };
}
