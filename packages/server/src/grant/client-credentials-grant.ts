import { type Client, isPublic } from '../client/client.js';
import { timeOrderedId } from '../credential/randomness.js';
import type { ProvenKey } from '../dpop/dpop-proof.js';
import { buildEvent } from '../events/events.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import type { Ports } from '../ports.js';
import { accessTokenLifetimeMs, signAccessToken } from '../token/access-token.js';
import type { GrantStore } from '../token/grant-store.js';
import { buildTokenError, buildTokenResponse, type TokenRefusal } from '../token/token-response.js';

/** What the client credentials grant may touch. */
export type ClientCredentialsGrantPorts = Pick<
  Ports<GrantStore>,
  'issuer' | 'store' | 'keys' | 'configuration' | 'now' | 'record'
>;

/**
 * A client asks for itself, within its client grants.
 *
 * @see RFC 6749 §4.4 · Auth0: client grants
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
  const refuse = (refusal: TokenRefusal) => {
    record(
      buildEvent(at, 'client-credentials.refused', {
        reason: refusal.reason,
        clientId,
        address: http.peerAddress,
      }),
    );
    return buildTokenError(refusal);
  };
  // "The client credentials grant type MUST only be used by confidential clients."
  if (isPublic(client)) {
    return refuse({
      error: 'unauthorized_client',
      description: 'A public client has no credentials.',
      reason: 'public-client',
    });
  }
  const { resourceServers, clientGrants, tenant } = configuration();
  const audience = parameters.get('audience') ?? parameters.get('resource') ?? tenant.defaultAudience ?? '';
  const api = resourceServers.get(audience);
  if (api === undefined) {
    return refuse({
      error: 'invalid_target',
      description: 'Service not found: audience names no API.',
      reason: 'api-unknown',
    });
  }
  const grant = clientGrants.find(
    (candidate) => candidate.clientId === clientId && candidate.audience === audience,
  );
  if (grant === undefined) {
    return refuse({
      error: 'access_denied',
      description: 'Client is not authorized to access this API: it has no client grant for it.',
      reason: 'no-client-grant',
    });
  }
  const asked = parameters
    .get('scope')
    ?.split(' ')
    .filter((value) => value !== '');
  const scope = grant.scope.filter((value) => asked === undefined || asked.includes(value));
  if (asked?.some((value) => !grant.scope.includes(value))) {
    return refuse({
      error: 'invalid_scope',
      description: 'A scope exceeds the client grant.',
      reason: 'scope-exceeds-grant',
    });
  }

  const grantId = timeOrderedId(at);
  const expiresAt = at + accessTokenLifetimeMs(api, 'token-endpoint');
  await store.startGrant({
    grant: {
      grantId,
      clientId,
      userId: null,
      sid: null,
      scope,
      audience,
      userinfoClaims: [],
      startedAt: at,
      expiresAt,
      endedAt: null,
    },
    touch: false,
    finishes: null,
  });
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
  record(buildEvent(at, 'client-credentials.exchanged', { clientId, address: http.peerAddress }));
  return buildTokenResponse({
    access_token: accessToken,
    token_type: proof === null ? 'Bearer' : 'DPoP',
    expires_in: Math.ceil(accessTokenLifetimeMs(api, 'token-endpoint') / 1000),
    scope: scope.join(' '),
  });
}
