import type { Client } from './client/client.js';
import { answerPreflight, buildCorsHeaders, isListedOrigin, isOriginOf } from './http/cors.js';
import { parseForm } from './http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from './http/request.js';
import { json, NO_STORE, withHeaders } from './http/responses.js';
import type { Ports } from './ports.js';
import { signUserinfo } from './token/userinfo-jwt.js';
import { findLiveAccessToken } from './token/verify-access-token.js';
import { buildUserClaims } from './user/user-claims.js';

/**
 * Claims about the End-User, for an access token that reaches here.
 *
 * @see OIDC Core §5.3 · RFC 6750 §2.1, §2.2
 */
export function userinfoEndpoint(ports: Ports): Handler {
  return async (http) => {
    const configuration = ports.configuration();
    if (http.method === 'OPTIONS') return answerPreflight(http, configuration, false);
    const { client, response } = await userinfo(http, ports);
    const origin = http.header('origin');
    if (origin === undefined) return response;
    // What a token opens is for its own client's pages; that it opens nothing is for every listed one.
    const mayRead = client === null ? isListedOrigin(configuration, origin) : isOriginOf(client, origin);
    return mayRead ? withHeaders(response, buildCorsHeaders(origin, false)) : response;
  };
}

/** An answer, and the client whose token was good enough to be looked at. */
interface Answer {
  readonly client: Client | null;
  readonly response: HttpResponse;
}

async function userinfo(http: HttpRequest, ports: Ports): Promise<Answer> {
  const presented = readBearerToken(http);
  if (presented === 'several') return challenge(400, 'invalid_request', 'The token was sent more than once.');
  // "If the request lacks any authentication information … SHOULD NOT include an error code"
  if (presented === null)
    return {
      client: null,
      response: json(401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer realm="sojourn"' }),
    };
  const live = await findLiveAccessToken(presented, `${ports.issuer}userinfo`, ports);
  if (live === null)
    return challenge(401, 'invalid_token', 'The access token is not valid here, or not any more.');
  const { claims, client, grant } = live;
  const scope = String(claims.scope ?? '').split(' ');
  if (!scope.includes('openid'))
    return challenge(403, 'insufficient_scope', 'The access token lacks openid.', client);
  const user = grant.userId === null ? null : await ports.store.findUser(grant.userId);
  if (user === null)
    return challenge(401, 'invalid_token', 'The access token is not valid here, or not any more.');
  // "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token"
  const told = { ...buildUserClaims(user, scope, grant.userinfoClaims), sub: claims.sub };
  const { clientId, userinfoSigningAlg: alg } = client;
  if (alg === null) return { client, response: json(200, told) };
  const { issuer, keys, now } = ports;
  const jwt = await signUserinfo(told, { clientId, alg, issuer, issuedAt: now() }, keys);
  const headers = { ...NO_STORE, 'content-type': 'application/jwt' };
  return { client, response: { status: 200, headers, body: jwt } };
}

/** From the header or, posted, from the form; never from the query, which stands in logs. */
function readBearerToken(http: HttpRequest): string | null | 'several' {
  const authorization = http.header('authorization');
  const fromHeader = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization ?? '')?.[1] ?? null;
  const isForm = (http.header('content-type') ?? '')
    .toLowerCase()
    .startsWith('application/x-www-form-urlencoded');
  const posted =
    http.method === 'POST' && isForm ? (parseForm(http.rawBody)?.getAll('access_token') ?? []) : [];
  const found = [...(fromHeader === null ? [] : [fromHeader]), ...posted];
  if (found.length > 1) return 'several';
  return found[0] ?? null;
}

function challenge(status: number, error: string, description: string, client: Client | null = null): Answer {
  const parameters = `realm="sojourn", error="${error}", error_description="${description}"`;
  const response = json(
    status,
    { error, error_description: description },
    { 'www-authenticate': `Bearer ${parameters}` },
  );
  return { client, response };
}
