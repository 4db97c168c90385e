import { type Client, isPublic } from '../client/client.js';
import {
  type AuthenticateClientPorts,
  authenticateClient,
} from '../client-authentication/authenticate-client.js';
import { decideValueAge } from '../credential/generation.js';
import { boundKeyOf } from '../dpop/token-binding.js';
import { parseBody } from '../http/parameters.js';
import type { Handler, HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { decideFamilyState } from '../refresh-token/decide-refresh.js';
import type { FamilyStore } from '../refresh-token/family-store.js';
import { buildRefreshPolicy } from '../refresh-token/refresh-policy.js';
import { parseRefreshToken, type RefreshToken } from '../refresh-token/refresh-token.js';
import { buildTokenError } from '../token/token-response.js';
import { findLiveAccessToken, type VerifyAccessTokenPorts } from '../token/verify-access-token.js';

/** What the introspection endpoint may touch. */
export type IntrospectionEndpointPorts = Pick<
  Ports<FamilyStore>,
  'issuer' | 'store' | 'secrets' | 'configuration' | 'subjects' | 'now'
> &
  AuthenticateClientPorts &
  VerifyAccessTokenPorts;

const INACTIVE = json(200, { active: false });

/**
 * Whether a token lives, asked by who may know: the client it was issued to, or the one that stands for an access
 * token's API (`sojourn.resource_server`). Everybody else hears what they would hear of a made-up token.
 *
 * @see RFC 7662 §2 · design.md 13 · security.md 72
 */
export function introspectionEndpoint(ports: IntrospectionEndpointPorts): Handler {
  return async (http) => {
    const body = parseBody(http.header('content-type'), http.rawBody);
    if (!body.ok) return json(body.status, { error: 'invalid_request' });
    if (http.rawQuery !== '' || body.parameters.repeated() !== undefined) {
      const description = 'Parameters belong in the body, each once.';
      return buildTokenError({ error: 'invalid_request', description, reason: 'malformed' });
    }
    const authenticated = await authenticateClient(http, body.parameters, ports);
    if (authenticated.outcome === 'failed') return authenticated.response;
    const { client } = authenticated;
    // A public client proves nothing, so it is told nothing.
    if (isPublic(client)) {
      return buildTokenError({
        error: 'invalid_client',
        description: 'Client authentication failed.',
        reason: 'public',
      });
    }
    const token = body.parameters.get('token');
    if (token === undefined) {
      return buildTokenError({
        error: 'invalid_request',
        description: 'token is missing.',
        reason: 'malformed',
      });
    }
    const refreshToken = parseRefreshToken(ports.secrets, token, client.clientId);
    if (refreshToken !== null) return describe(refreshToken, client, ports);
    const live = await findLiveAccessToken(token, null, ports);
    if (live === null) return INACTIVE;
    const { claims } = live;
    const audiences = [claims.aud].flat();
    const mayKnow =
      claims.client_id === client.clientId ||
      (client.resourceServer !== null && audiences.includes(client.resourceServer));
    if (!mayKnow) return INACTIVE;
    const { iss, sub, aud, iat, exp, jti, client_id, scope, sid, cnf } = claims;
    return json(200, {
      active: true,
      token_type: boundKeyOf(claims) === null ? 'Bearer' : 'DPoP',
      iss,
      sub,
      aud,
      iat,
      exp,
      jti,
      client_id,
      scope,
      sid,
      // RFC 9449 §6.2: the API that asks has to see the proof itself.
      cnf,
    });
  };
}

/** A refresh token is active while it is the current one of a family that lives. Asking does not use it. */
async function describe(
  { key, kid, generation }: RefreshToken,
  client: Client,
  { store, configuration, subjects, issuer, now }: IntrospectionEndpointPorts,
): Promise<HttpResponse> {
  const standing = await store.findFamily(key);
  if (standing === null) return INACTIVE;
  const { family, user } = standing;
  const { state } = decideFamilyState(standing, buildRefreshPolicy(client, configuration()), now());
  if (state === 'dead' || decideValueAge(family, { kid, generation }) !== 'current') return INACTIVE;
  const { scope, startedAt, expiresAt, sid, jkt } = family;
  return json(200, {
    active: true,
    iss: issuer,
    sub: subjects.subjectOf(client, user.userId),
    client_id: client.clientId,
    scope: scope.join(' '),
    iat: Math.floor(startedAt / 1000),
    ...(expiresAt !== null && { exp: Math.floor(expiresAt / 1000) }),
    sid: subjects.sidFor(client, sid),
    ...(jkt !== null && { cnf: { jkt } }),
  });
}
