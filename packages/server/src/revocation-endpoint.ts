import { authenticateClient } from './client/authenticate-client.js';
import { buildEvent } from './events/events.js';
import { answerPreflight, buildCorsHeaders, isListedOrigin } from './http/cors.js';
import { parseBody } from './http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from './http/request.js';
import { json, NO_STORE, withHeaders } from './http/responses.js';
import type { Ports } from './ports.js';
import { verifyOwnJwt } from './token/jwt.js';
import { buildTokenError } from './token/token-response.js';

/**
 * A client ends what it was given: the grant behind an access token, at once, at userinfo and introspection.
 *
 * @see RFC 7009 §2 · security.md 33
 */
export function revocationEndpoint(ports: Ports): Handler {
  return async (http) => {
    const configuration = ports.configuration();
    if (http.method === 'OPTIONS') return answerPreflight(http, configuration, false);
    const response = await revoke(http, ports);
    const origin = http.header('origin');
    return origin !== undefined && isListedOrigin(configuration, origin)
      ? withHeaders(response, buildCorsHeaders(origin, false))
      : response;
  };
}

async function revoke(http: HttpRequest, ports: Ports): Promise<HttpResponse> {
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

  const claims = verifyOwnJwt(ports.keys, token, 'at+jwt');
  const { clientId } = authenticated.client;
  // "invalid tokens do not cause an error response since the client cannot handle such an error in a reasonable way"
  if (claims !== null && claims.client_id === clientId && typeof claims.grant_id === 'string') {
    const now = ports.now();
    const facts = {
      clientId,
      sid: typeof claims.sid === 'string' ? claims.sid : null,
      address: http.peerAddress,
    };
    const events = [buildEvent(now, 'grant.revoked', { ...facts, reason: 'client-request' })];
    await ports.store.endGrant({ grantId: claims.grant_id, now, events });
  }
  return { status: 200, headers: NO_STORE, body: '' };
}
