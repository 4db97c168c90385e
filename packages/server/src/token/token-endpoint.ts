import { authenticateClient } from '../client/authenticate-client.js';
import { parseClientCredentials } from '../client/client-authentication.js';
import { buildEvent } from '../events/events.js';
import { buildFaultResponse } from '../fault.js';
import { answerPreflight, buildCorsHeaders } from '../http/cors.js';
import { type Parameters, parseBody } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { handleAuthorizationCodeGrant } from './authorization-code-grant.js';
import { decideBrowserRule } from './browser-rule.js';
import { handleClientCredentialsGrant } from './client-credentials-grant.js';
import { buildTokenError } from './token-response.js';

/**
 * The token endpoint. It reads no cookie.
 *
 * @see RFC 6749 §3.2 · design.md 4
 */
export function tokenEndpoint(ports: Ports): Handler {
  return async (http) => {
    if (http.method === 'OPTIONS') return answerPreflight(http, ports.configuration(), true);
    const body = parseBody(http.header('content-type'), http.rawBody);
    const parameters = body.ok ? body.parameters : null;
    const credentials = parameters && parseClientCredentials(http.header('authorization'), parameters);
    const clientId = credentials?.clientId ?? parameters?.get('client_id') ?? null;
    const browser = decideBrowserRule(http, clientId, ports.configuration());
    if (browser.verdict === 'refused') {
      ports.record(
        buildEvent(ports.now(), 'origin.refused', { reason: 'token-endpoint', address: http.peerAddress }),
      );
      return json(403, {
        error: 'access_denied',
        error_description: 'This origin may not ask for tokens: it is not among the client’s web_origins.',
      });
    }
    if (parameters === null) {
      const error_description = 'The body is not a readable form or JSON object in UTF-8.';
      return json(body.ok ? 400 : body.status, { error: 'invalid_request', error_description });
    }
    const origin = browser.verdict === 'allowed' ? browser.origin : null;
    const response = await grant(http, parameters, origin, ports).catch((error: unknown) => {
      ports.logFault(error, http);
      return buildFaultResponse(error);
    });
    // Errors as well: an SDK that cannot read them takes them for a network failure and tries again.
    return origin === null ? response : withHeaders(response, buildCorsHeaders(origin, true));
  };
}

async function grant(
  http: HttpRequest,
  parameters: Parameters,
  origin: string | null,
  ports: Ports,
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
  if (grantType !== 'authorization_code' && grantType !== 'client_credentials') {
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
  switch (grantType) {
    case 'authorization_code':
      return handleAuthorizationCodeGrant(http, client, parameters, origin, ports);
    case 'client_credentials':
      return handleClientCredentialsGrant(http, client, parameters, ports);
  }
}
