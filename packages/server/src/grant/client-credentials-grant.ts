import type { ErrorCode } from '@sojourn/protocol';
import { type Client, isPublic, type ResourceServer } from '../client/client.js';
import type { Configuration } from '../configuration/configuration.js';
import { timeOrderedId } from '../credential/randomness.js';
import type { ProvenKey } from '../dpop/dpop-proof.js';
import { buildEvent } from '../events/events.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import type { Ports } from '../ports.js';
import { accessTokenLifetimeMs, signAccessToken } from '../token/access-token.js';
import type { Grant, GrantStore } from '../token/grant-store.js';
import { buildTokenError, buildTokenResponse, type TokenRefusal } from '../token/token-response.js';

/** What the client credentials grant may touch. */
export type ClientCredentialsGrantPorts = Pick<
  Ports<GrantStore>,
  'issuer' | 'store' | 'keys' | 'configuration' | 'now' | 'record'
>;

/** What a client may have for itself, or why it may have nothing. */
export type ClientCredentialsDecision =
  | { readonly next: 'grant'; readonly api: ResourceServer; readonly scope: readonly string[] }
  | { readonly next: 'refuse'; readonly refusal: TokenRefusal };

/**
 * What a client gets by its own credentials: what it asks for within its client grant, or all of that where it names no
 * scope.
 *
 * @see RFC 6749 §4.4.2, §3.3 · RFC 8707 §2 · Auth0: client grants
 */
export function decideClientCredentialsGrant(
  client: Client,
  parameters: Parameters,
  { resourceServers, clientGrants, tenant }: Configuration,
): ClientCredentialsDecision {
  const refuse = (error: ErrorCode, description: string, reason: string): ClientCredentialsDecision => ({
    next: 'refuse',
    refusal: { error, description, reason },
  });
  // "The client credentials grant type MUST only be used by confidential clients."
  if (isPublic(client))
    return refuse('unauthorized_client', 'A public client has no credentials.', 'public-client');
  const audience = parameters.get('audience') ?? parameters.get('resource') ?? tenant.defaultAudience ?? '';
  const api = resourceServers.get(audience);
  if (api === undefined) {
    const description =
      audience === ''
        ? 'Service not found: audience is missing, and the tenant has no default_audience.'
        : 'Service not found: audience names no API.';
    return refuse('invalid_target', description, 'api-unknown');
  }
  const grant = clientGrants.find(
    (candidate) => candidate.clientId === client.clientId && candidate.audience === audience,
  );
  if (grant === undefined) {
    const description = 'Client is not authorized to access this API: it has no client grant for it.';
    return refuse('access_denied', description, 'no-client-grant');
  }
  const asked = parameters
    .get('scope')
    ?.split(' ')
    .filter((value) => value !== '');
  if (asked?.some((value) => !grant.scope.includes(value)))
    return refuse('invalid_scope', 'A scope exceeds the client grant.', 'scope-exceeds-grant');
  const scope = grant.scope.filter((value) => asked === undefined || asked.includes(value));
  return { next: 'grant', api, scope };
}

/**
 * The client credentials grant: a client asks for itself. There is no refresh token in the answer.
 *
 * @param proof the key that the access token is bound to.
 * @see RFC 6749 §4.4, §4.4.3
 */
export async function handleClientCredentialsGrant(
  http: HttpRequest,
  client: Client,
  parameters: Parameters,
  proof: ProvenKey,
  { store, keys, issuer, configuration, now, record }: ClientCredentialsGrantPorts,
): Promise<HttpResponse> {
  const at = now();
  const { clientId } = client;
  const address = http.peerAddress;
  const decision = decideClientCredentialsGrant(client, parameters, configuration());
  if (decision.next === 'refuse') {
    const { reason } = decision.refusal;
    record(buildEvent(at, 'client-credentials.refused', { reason, clientId, address }));
    return buildTokenError(decision.refusal);
  }

  const { api, scope } = decision;
  const grantId = timeOrderedId(at);
  const lifetimeMs = accessTokenLifetimeMs(api, 'token-endpoint');
  const grant = buildMachineGrant({ grantId, clientId, api, scope, at, lifetimeMs });
  await store.startGrant({ grant, touch: false, finishes: null });
  const accessToken = await signAccessToken(
    {
      client,
      sub: `${clientId}@clients`,
      api,
      scope,
      grantId,
      sid: null,
      jkt: proof?.jkt ?? null,
      grantType: 'client-credentials',
      from: 'token-endpoint',
      issuedAt: at,
    },
    keys,
    issuer,
  );
  record(buildEvent(at, 'client-credentials.exchanged', { clientId, address }));
  return buildTokenResponse({
    access_token: accessToken,
    token_type: proof === null ? 'Bearer' : 'DPoP',
    expires_in: Math.ceil(lifetimeMs / 1000),
    scope: scope.join(' '),
  });
}

/** A grant without End-User and session: it ends with its token, or by revocation. */
function buildMachineGrant(facts: {
  readonly grantId: string;
  readonly clientId: string;
  readonly api: ResourceServer;
  readonly scope: readonly string[];
  readonly at: number;
  readonly lifetimeMs: number;
}): Grant {
  return {
    grantId: facts.grantId,
    clientId: facts.clientId,
    userId: null,
    sid: null,
    scope: facts.scope,
    audience: facts.api.identifier,
    userinfoClaims: [],
    startedAt: facts.at,
    expiresAt: facts.at + facts.lifetimeMs,
    endedAt: null,
  };
}
