import {
  type ClientCredentials,
  decideClientAuthentication,
  parseClientCredentials,
} from '../client/client-authentication.js';
import { type SecretThrottle, secretThrottle } from '../client/secret-throttle.js';
import { buildEvent } from '../events/events.js';
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
  const throttle = secretThrottle(ports.store);
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
    const response = await grant(http, parameters, credentials, origin, throttle, ports);
    // Errors as well: an SDK that cannot read them takes them for a network failure and tries again.
    return origin === null ? response : withHeaders(response, buildCorsHeaders(origin, true));
  };
}

async function grant(
  http: HttpRequest,
  parameters: Parameters,
  credentials: ClientCredentials | null,
  origin: string | null,
  throttle: SecretThrottle,
  ports: Ports,
): Promise<HttpResponse> {
  const invalidRequest = (description: string) =>
    buildTokenError({ error: 'invalid_request', description, reason: 'malformed' });
  // A secret or code in a URL stands in logs and histories (RFC 6749 §2.3.1).
  if (http.rawQuery !== '') return invalidRequest('Parameters belong in the body.');
  if (parameters.repeated(['resource']) !== undefined)
    return invalidRequest('A parameter appears more than once.');
  if (credentials === null) return invalidRequest('Client authentication is malformed or was given twice.');
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) return invalidRequest('grant_type is missing.');

  const configuration = ports.configuration();
  // Only names that exist are counted, so that made-up ones fill no table.
  const known = credentials.clientId !== null && configuration.clients.has(credentials.clientId);
  const guessed = known && credentials.secret !== null ? credentials.clientId : null;
  const until = guessed === null ? null : throttle.limitedUntil(guessed, http.peerAddress, ports.now());
  if (until !== null) {
    const retryAfter = String(Math.ceil((until - ports.now()) / 1000));
    const error_description = 'Too many wrong client secrets from this address.';
    return json(429, { error: 'temporarily_unavailable', error_description }, { 'retry-after': retryAfter });
  }
  const authentication = decideClientAuthentication(credentials, configuration);
  if (authentication.outcome === 'failed') {
    const facts = {
      reason: 'client-authentication',
      clientId: credentials.clientId,
      address: http.peerAddress,
    };
    ports.record(buildEvent(ports.now(), 'code.refused', facts));
    if (guessed !== null) await throttle.countFailure(guessed, http.peerAddress, ports.now());
    return buildTokenError(
      {
        error: 'invalid_client',
        description: 'Client authentication failed.',
        reason: 'client-authentication',
      },
      credentials.basic,
    );
  }
  const { client } = authentication;
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
