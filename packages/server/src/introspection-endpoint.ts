import { authenticateClient } from './client/authenticate-client.js';
import { isPublic } from './client/client.js';
import { boundKeyOf } from './dpop/token-binding.js';
import { parseBody } from './http/parameters.js';
import type { Handler } from './http/request.js';
import { json } from './http/responses.js';
import type { Ports } from './ports.js';
import { buildTokenError } from './token/token-response.js';
import { findLiveAccessToken } from './token/verify-access-token.js';

const INACTIVE = json(200, { active: false });

/**
 * Whether an access token lives, asked by who may know: the client it was issued to, or the one that stands for its
 * API (`sojourn.resource_server`). Everybody else hears what they would hear of a made-up token.
 *
 * @see RFC 7662 §2 · design.md 13 · security.md 72
 */
export function introspectionEndpoint(ports: Ports): Handler {
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
