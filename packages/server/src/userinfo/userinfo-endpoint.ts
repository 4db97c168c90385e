import type { Client } from '../client/client.js';
import { findListedStanding, findOriginStanding } from '../configuration/client-origins.js';
import { type PreflightPorts, preflight } from '../configuration/preflight.js';
import type { SingleUseStore } from '../credential/single-use-store.js';
import { buildDpopNonce } from '../dpop/dpop-nonce.js';
import { findProof, proofAlgsOf } from '../dpop/dpop-proof.js';
import { PROOF_ALGS } from '../dpop/proof-key.js';
import { boundKeyOf, decidePresentation, type TokenScheme } from '../dpop/token-binding.js';
import { isAuth0Client } from '../http/auth0-client.js';
import { buildCorsHeaders } from '../http/cors.js';
import { parseForm } from '../http/parameters.js';
import type { Handler, HttpRequest, HttpResponse } from '../http/request.js';
import { json, NO_STORE, withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import {
  findLiveAccessToken,
  type LiveAccessToken,
  type VerifyAccessTokenPorts,
} from '../token/verify-access-token.js';
import { buildUserClaims } from '../user/user-claims.js';
import type { UserStore } from '../user/user-store.js';
import { signUserinfo } from './userinfo-jwt.js';

/** What the userinfo endpoint may touch. */
export type UserinfoEndpointPorts = Pick<
  Ports<SingleUseStore & UserStore>,
  'issuer' | 'store' | 'secrets' | 'keys' | 'configuration' | 'now'
> &
  VerifyAccessTokenPorts &
  PreflightPorts;

/**
 * Claims about the End-User, for an access token that reaches here.
 *
 * @see OIDC Core §5.3 · RFC 6750 §2 · RFC 9449 §7
 */
export function userinfoEndpoint(ports: UserinfoEndpointPorts): Handler {
  const answerOptions = preflight(ports, { credentials: false });
  return async (http) => {
    if (http.method === 'OPTIONS') return answerOptions(http);
    const { client, response } = await userinfo(http, ports);
    const origin = http.header('origin');
    if (origin === undefined) return response;
    // What a token opens is for its own client's pages; that it opens nothing is for every listed one.
    const standing =
      client === null
        ? findListedStanding(ports.configuration(), origin)
        : findOriginStanding(client, origin);
    return standing !== null ? withHeaders(response, buildCorsHeaders(origin, false)) : response;
  };
}

/** An answer, and the client whose token was good enough to be looked at. */
interface Answer {
  readonly client: Client | null;
  readonly response: HttpResponse;
}

async function userinfo(http: HttpRequest, ports: UserinfoEndpointPorts): Promise<Answer> {
  const presented = readPresentedToken(http);
  if (presented === 'several')
    return challenge(400, 'Bearer', 'invalid_request', 'The token was sent more than once.');
  // "If the request lacks any authentication information … SHOULD NOT include an error code"
  if (presented === null)
    return {
      client: null,
      response: json(401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer realm="sojourn"' }),
    };
  const { token, scheme } = presented;
  const live = await findLiveAccessToken(token, addressOf(ports), ports);
  if (live === null) return challenge(401, scheme, 'invalid_token', NOT_VALID);
  const unproven = await answerUnproven(http, presented, live, ports);
  if (unproven !== null) return unproven;
  const { claims, client, grant } = live;
  const scope = String(claims.scope ?? '').split(' ');
  if (!scope.includes('openid'))
    return challenge(403, scheme, 'insufficient_scope', 'The access token lacks openid.', client);
  const user = grant.userId === null ? null : await ports.store.findUser(grant.userId);
  if (user === null) return challenge(401, scheme, 'invalid_token', NOT_VALID);
  // "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token"
  const dialect = isAuth0Client(http) ? 'auth0' : 'openid';
  const { issuer } = ports;
  const told = {
    ...buildUserClaims(user, scope, grant.userinfoClaims, { issuer, dialect }),
    sub: claims.sub,
  };
  const { clientId, userinfoSigningAlg: alg } = client;
  if (alg === null) return { client, response: json(200, told) };
  const { keys, now } = ports;
  const jwt = await signUserinfo(told, { clientId, alg, issuer, issuedAt: now() }, keys);
  const headers = { ...NO_STORE, 'content-type': 'application/jwt' };
  return { client, response: { status: 200, headers, body: jwt } };
}

const NOT_VALID = 'The access token is not valid here, or not any more.';

function addressOf({ issuer }: Pick<Ports, 'issuer'>): string {
  return `${issuer}userinfo`;
}

/**
 * What is answered where a token did not come as its kind must, or without proof of its key.
 *
 * @returns `null` where nothing is missing.
 * @see RFC 9449 §7.1, §7.2
 */
async function answerUnproven(
  http: HttpRequest,
  { token, scheme }: PresentedToken,
  { claims, client }: LiveAccessToken,
  ports: Pick<Ports<SingleUseStore>, 'issuer' | 'store' | 'secrets' | 'now'>,
): Promise<Answer | null> {
  const boundKey = boundKeyOf(claims);
  const refuse = (error: string, description: string) => challenge(401, 'DPoP', error, description, client);
  switch (decidePresentation(scheme, boundKey)) {
    case 'plain':
      return null;
    case 'refuse':
      return refuse('invalid_token', 'A token goes under the scheme it was issued for.');
    case 'proof': {
      const algs = proofAlgsOf(client);
      const asked = { url: addressOf(ports), accessToken: token, nonce: 'optional', algs } as const;
      const proof = await findProof(http, asked, ports);
      if (proof.outcome === 'nonce-required') {
        const { response } = refuse('use_dpop_nonce', 'The DPoP proof needs the nonce of this answer.');
        const nonce = buildDpopNonce(ports.secrets, ports.now());
        return { client, response: withHeaders(response, { 'dpop-nonce': nonce }) };
      }
      if (proof.outcome !== 'proven')
        return refuse('invalid_dpop_proof', 'The token needs a DPoP proof for it and this request.');
      return proof.jkt === boundKey
        ? null
        : refuse('invalid_token', 'The access token is bound to another key.');
    }
  }
}

interface PresentedToken {
  readonly token: string;
  readonly scheme: TokenScheme;
}

/**
 * From the header, posted from the form, or got from the query. What stands in a query stands in logs of proxies and in
 * histories (RFC 6750 §2.3 advises against it); it is read because published clients, passport-auth0 among them, send it no
 * other way. A token that is bound to a key opens nothing there.
 */
function readPresentedToken(http: HttpRequest): PresentedToken | null | 'several' {
  const [, scheme, token] =
    /^(bearer|dpop) +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(http.header('authorization') ?? '') ?? [];
  const isForm = (http.header('content-type') ?? '')
    .toLowerCase()
    .startsWith('application/x-www-form-urlencoded');
  const posted = http.method === 'POST' && isForm ? http.rawBody : '';
  const found: PresentedToken[] = [http.rawQuery, posted]
    .flatMap((raw) => parseForm(raw)?.getAll('access_token') ?? [])
    .map((value) => ({ token: value, scheme: 'Bearer' }));
  if (token !== undefined)
    found.push({ token, scheme: scheme?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer' });
  if (found.length > 1) return 'several';
  return found[0] ?? null;
}

function challenge(
  status: number,
  scheme: TokenScheme,
  error: string,
  description: string,
  client: Client | null = null,
): Answer {
  const parameters = `realm="sojourn", error="${error}", error_description="${description}"`;
  const algs = scheme === 'DPoP' ? `, algs="${PROOF_ALGS.join(' ')}"` : '';
  const response = json(
    status,
    { error, error_description: description },
    { 'www-authenticate': `${scheme} ${parameters}${algs}` },
  );
  return { client, response };
}
