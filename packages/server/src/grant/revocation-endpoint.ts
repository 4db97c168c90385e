import {
  type AuthenticateClientPorts,
  authenticateClient,
} from '../client-authentication/authenticate-client.js';
import { findListedStanding } from '../configuration/client-origins.js';
import { preflight } from '../configuration/preflight.js';
import { buildEvent } from '../events/events.js';
import { buildCorsHeaders } from '../http/cors.js';
import { parseBody } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, NO_STORE, withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import type { FamilyStore } from '../refresh-token/family-store.js';
import { parseRefreshToken } from '../refresh-token/refresh-token.js';
import type { GrantStore } from '../token/grant-store.js';
import { verifyOwnJwt } from '../token/jwt.js';
import { buildTokenError } from '../token/token-response.js';

/** What the revocation endpoint may touch. */
export type RevocationEndpointPorts = Pick<
  Ports<FamilyStore & GrantStore>,
  'store' | 'secrets' | 'keys' | 'configuration' | 'subjects' | 'now'
> &
  AuthenticateClientPorts;

/**
 * A client ends what it was given: the family of a refresh token with its access tokens, or the grant behind an access
 * token, which is the family where there is one. At once, everywhere.
 *
 * @see RFC 7009 §2 · security.md 33
 */
export function revocationEndpoint(ports: RevocationEndpointPorts): Handler {
  const answerOptions = preflight(ports, { credentials: false });
  return async (http) => {
    if (http.method === 'OPTIONS') return answerOptions(http);
    const response = await revoke(http, ports);
    const origin = http.header('origin');
    return origin !== undefined && findListedStanding(ports.configuration(), origin) !== null
      ? withHeaders(response, buildCorsHeaders(origin, false))
      : response;
  };
}

/** With the type that nothing has: simple-oauth2 refuses an answer without one, oidc-client-ts one of any other. */
const REVOKED = { ...NO_STORE, 'content-type': 'application/json; charset=utf-8' };

async function revoke(http: HttpRequest, ports: RevocationEndpointPorts): Promise<HttpResponse> {
  const body = parseBody(http.header('content-type'), http.rawBody);
  const invalidRequest = (description: string) =>
    buildTokenError({ error: 'invalid_request', description, reason: 'malformed' });
  if (!body.ok) return json(body.status, { error: 'invalid_request' });
  if (http.rawQuery !== '' || body.parameters.repeated() !== undefined) {
    return invalidRequest('Parameters belong in the body, each once.');
  }
  const authenticated = await authenticateClient(http, body.parameters, ports);
  if (authenticated.outcome === 'failed') return authenticated.response;
  const token = body.parameters.get('token');
  if (token === undefined) return invalidRequest('token is missing.');

  const { clientId } = authenticated.client;
  const now = ports.now();
  const refreshToken = parseRefreshToken(ports.secrets, token, clientId);
  // Any token of the family stands for it, also one that was replaced.
  if (refreshToken !== null) {
    const { key } = refreshToken;
    const facts = { clientId, sid: key.sid, address: http.peerAddress, reason: 'client-request' };
    const events = [buildEvent(now, 'family.revoked', facts)];
    await ports.store.revokeFamily({ key, reason: 'client-request', now, events });
  }
  const claims = verifyOwnJwt(ports.keys, token, 'access-token');
  // "invalid tokens do not cause an error response since the client cannot handle such an error in a reasonable way"
  if (claims !== null && claims.client_id === clientId && typeof claims.grant_id === 'string') {
    const sid =
      typeof claims.sid === 'string' ? ports.subjects.openSid(authenticated.client, claims.sid) : null;
    const facts = { clientId, sid, address: http.peerAddress, reason: 'client-request' };
    const events = [buildEvent(now, 'grant.revoked', facts)];
    await ports.store.endGrant({ grantId: claims.grant_id, sid, now, events });
  }
  return { status: 200, headers: REVOKED, body: '' };
}
