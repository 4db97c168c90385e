import { hash } from 'node:crypto';
import { isCodeVerifier } from '@sojourn/protocol';
import type { AuthorizationCode, CodeStore, RedeemOutcome } from '../authorization/code-store.js';
import { hashCode } from '../authorization/issue-code.js';
import { type Client, isPublic, type ResourceServer } from '../client/client.js';
import { hashHandle } from '../credential/credential.js';
import { unsealUnderHandle } from '../credential/seal-under-handle.js';
import type { ProvenKey } from '../dpop/dpop-proof.js';
import { buildEvent } from '../events/events.js';
import { isAuth0Client } from '../http/auth0-client.js';
import { originOf } from '../http/origin.js';
import type { Parameters } from '../http/parameters.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { FIRST_GENERATION, type NewFamily } from '../refresh-token/family.js';
import { computeRequester, FAMILIES_AT_MOST } from '../refresh-token/refresh-policy.js';
import { hashFamilyHandle, mintRefreshToken } from '../refresh-token/refresh-token.js';
import { ATTACHMENT_OVERLAP_MS } from '../session/attachment.js';
import { buildAttachedCookie } from '../session/session-cookies.js';
import { accessTokenLifetimeMs } from '../token/access-token.js';
import { signTokens } from '../token/sign-tokens.js';
import { buildTokenError, buildTokenResponse, type TokenRefusal } from '../token/token-response.js';
import type { User } from '../user/user.js';
import { removeAnswer } from './answered-redirect-uri.js';

/** What the authorization code grant may touch. */
export type AuthorizationCodeGrantPorts = Pick<
  Ports<CodeStore>,
  'issuer' | 'store' | 'secrets' | 'keys' | 'configuration' | 'subjects' | 'now' | 'record'
>;

/** RFC 6749 §4.1.3, already taken apart. */
export interface AuthorizationCodeGrantRequest {
  readonly client: Client;
  readonly code: string;
  /** Without our own answer, where the client sent that back too. */
  readonly redirectUri: string | null;
  readonly codeVerifier: string | null;
  /** The key that came with a proof. */
  readonly jkt: string | null;
}

const INVALID_CODE = 'Invalid authorization code.';

/** Whether the exchange goes on to spend the code, or what it is refused with. */
export type CodeDecision =
  | { readonly next: 'redeem'; readonly code: AuthorizationCode }
  | { readonly next: 'refuse'; readonly refusal: TokenRefusal };

/**
 * Whether this client may redeem this code. A refusal leaves the code as it is: whoever stole it cannot spend it,
 * and the same words are used for every code that is not the client's own.
 *
 * @see RFC 6749 §4.1.3 · §5.2 · RFC 7636 §4.6 · RFC 9700 §2.1.1 (downgrade)
 */
export function decideCodeGrant(
  request: AuthorizationCodeGrantRequest,
  code: AuthorizationCode | null,
  now: number,
): CodeDecision {
  const refuse = (reason: string, description = INVALID_CODE): CodeDecision => ({
    next: 'refuse',
    refusal: { error: 'invalid_grant', description, reason },
  });
  if (code === null) return refuse('code-unknown');
  // "ensure that the authorization code was issued to the authenticated confidential client"
  if (code.clientId !== request.client.clientId) return refuse('code-of-another-client');
  // Disabled since, and enabled again: what it was given before stays dead.
  if (code.issuedAt < request.client.notBefore) return refuse('client-ended');
  // "ensure that the 'redirect_uri' parameter is present if [it] was included in the initial authorization request"
  if (request.redirectUri !== code.redirectUri) return refuse('redirect-uri-differs');
  if (code.codeChallenge === null) {
    // A verifier without a challenge: somebody took the challenge out of the authorization request.
    if (request.codeVerifier !== null) return refuse('verifier-without-challenge');
  } else {
    if (request.codeVerifier === null) return refuse('verifier-missing', 'Failed to verify code verifier.');
    const derived = isCodeVerifier(request.codeVerifier)
      ? hash('sha256', request.codeVerifier, 'base64url')
      : null;
    if (derived !== code.codeChallenge) return refuse('verifier-wrong', 'Failed to verify code verifier.');
  }
  // RFC 9449 §10: "the authorization server MUST" compare it with the key of the proof.
  if (code.dpopJkt !== null && request.jkt !== code.dpopJkt) return refuse('key-differs');
  // A second use is judged by the store, which ends what the first one gave, however late it comes.
  if (code.redeemedAt === null && now >= code.expiresAt) return refuse('code-expired');
  return { next: 'redeem', code };
}

/**
 * The authorization code grant, step by step: the request is taken apart, the code found and judged, spent, and answered.
 *
 * @param origin the registered web origin that asks; `null` where no browser does.
 * @param proof the key that the answer's tokens are bound to.
 * @see RFC 6749 §4.1.3, §4.1.4
 */
export async function handleAuthorizationCodeGrant(
  http: HttpRequest,
  client: Client,
  parameters: Parameters,
  origin: string | null,
  proof: ProvenKey,
  ports: AuthorizationCodeGrantPorts,
): Promise<HttpResponse> {
  const { store, configuration, now } = ports;
  const request = parseCodeGrantRequest(client, parameters, proof, ports.issuer);
  if (request === null) {
    const description = 'code is missing.';
    return buildTokenError({ error: 'invalid_request', description, reason: 'code-missing' });
  }
  const at = now();
  const found = await store.findAuthorizationCode(hashCode(request.code));
  const decision = decideCodeGrant(request, found?.code ?? null, at);
  if (decision.next === 'refuse') return refuse(http, client, decision.refusal, ports);

  const { code } = decision;
  const api = code.audience === '' ? null : (configuration().resourceServers.get(code.audience) ?? null);
  const user = found?.user ?? null;
  if (user === null || (code.audience !== '' && api === null)) {
    return refuse(http, client, refuseCode('api-gone'), ports);
  }

  const handles = openHandles(request.code, code, origin);
  const exchange: Exchange = { http, request, code, api, user, origin, handles, at };
  const redeemed = await redeem(exchange, ports);
  if (redeemed.outcome !== 'redeemed') {
    return refuse(http, client, refuseCode(`code-${redeemed.outcome}`), ports);
  }
  return answer(exchange, redeemed, ports);
}

/** An exchange that may go on: what was asked, and what was found for it. */
interface Exchange {
  readonly http: HttpRequest;
  readonly request: AuthorizationCodeGrantRequest;
  readonly code: AuthorizationCode;
  readonly api: ResourceServer | null;
  readonly user: User;
  readonly origin: string | null;
  readonly handles: CodeHandles;
  readonly at: number;
}

/** What only the code opens: the handles of what begins with its exchange; `null` where nothing does. */
interface CodeHandles {
  readonly attachment: string | null;
  readonly family: string | null;
}

/** @returns `null` without a code. */
function parseCodeGrantRequest(
  client: Client,
  parameters: Parameters,
  proof: ProvenKey,
  issuer: string,
): AuthorizationCodeGrantRequest | null {
  const code = parameters.get('code');
  if (code === undefined) return null;
  const redirectUri = parameters.get('redirect_uri');
  return {
    client,
    code,
    redirectUri: redirectUri === undefined ? null : removeAnswer(redirectUri, { code, issuer }),
    codeVerifier: parameters.get('code_verifier') ?? null,
    jkt: proof?.jkt ?? null,
  };
}

/** The attachment's handle is for the one origin that the code went to. */
function openHandles(text: string, code: AuthorizationCode, origin: string | null): CodeHandles {
  const { attachment, sealedFamilyHandle, redirectUri } = code;
  const isAtHome = origin !== null && originOf(redirectUri) === origin;
  return {
    attachment:
      attachment === null || !isAtHome
        ? null
        : unsealUnderHandle(text, 'attachment', attachment.sealedHandle),
    family: sealedFamilyHandle && unsealUnderHandle(text, 'family', sealedFamilyHandle),
  };
}

/** Spends the code; with it begin the attachment and the refresh token family that it stands for. */
function redeem(
  { http, request, code, api, origin, handles, at }: Exchange,
  ports: Pick<Ports<CodeStore>, 'store' | 'secrets'>,
): Promise<RedeemOutcome> {
  const { client, jkt } = request;
  const { clientId } = client;
  const { userId, sid } = code;
  return ports.store.redeemAuthorizationCode({
    code,
    now: at,
    accessTokenExpiresAt: at + accessTokenLifetimeMs(api, 'token-endpoint'),
    touch: code.silent && code.active,
    attach:
      handles.attachment === null || origin === null
        ? null
        : {
            handleHash: hashHandle(handles.attachment),
            kid: ports.secrets.current.kid,
            origin,
            presentedGeneration: code.attachment?.presentedGeneration ?? null,
            overlapMs: ATTACHMENT_OVERLAP_MS,
            jkt,
          },
    family:
      handles.family === null ? null : startFamily(http, client, { handle: handles.family, jkt, at }, ports),
    replayEvents: [buildEvent(at, 'code.replayed', { clientId, userId, sid, address: http.peerAddress })],
  });
}

/** The tokens, and the attachment's cookie where one is due. @see RFC 6749 §4.1.4, §5.1 */
async function answer(
  { http, request, code, api, user, origin, handles, at }: Exchange,
  redeemed: Extract<RedeemOutcome, { outcome: 'redeemed' }>,
  ports: AuthorizationCodeGrantPorts,
): Promise<HttpResponse> {
  const { client, jkt } = request;
  const { clientId } = client;
  const { sid, scope, nonce, grantId } = code;
  const { secrets } = ports;
  const sub = ports.subjects.subjectOf(client, user.userId);
  const tokens = await signTokens(
    code,
    {
      client,
      user,
      sub,
      api,
      scope,
      grantId,
      jkt,
      nonce,
      issuedAt: at,
      dialect: isAuth0Client(http) ? 'auth0' : 'openid',
      bindsAccessToken: true,
    },
    ports,
  );
  ports.record(
    buildEvent(at, 'code.exchanged', { clientId, userId: user.userId, sid, address: http.peerAddress }),
  );
  const first = handles.family && { sid, handle: handles.family, generation: FIRST_GENERATION };
  const refreshToken = first && mintRefreshToken(secrets.current, first, clientId);
  const response = buildTokenResponse(refreshToken ? { refresh_token: refreshToken, ...tokens } : tokens);
  const { attachment, persistent } = redeemed;
  const secret = attachment && secrets.find(attachment.kid);
  if (!attachment || !secret || handles.attachment === null || origin === null) return response;
  const value = { handle: handles.attachment, generation: attachment.generation };
  const cookie = buildAttachedCookie(secret, { clientId, origin }, value, persistent);
  return withHeaders(response, { 'set-cookie': cookie });
}

/** What the family of this code begins with. */
function startFamily(
  http: HttpRequest,
  client: Client,
  { handle, jkt, at }: { readonly handle: string; readonly jkt: string | null; readonly at: number },
  { secrets }: Pick<Ports, 'secrets'>,
): NewFamily {
  const { tokenLifetimeMs, idleTokenLifetimeMs, outlives } = client.refreshToken;
  return {
    handleHash: hashFamilyHandle(handle),
    kid: secrets.current.kid,
    expiresAt: tokenLifetimeMs === null ? null : at + tokenLifetimeMs,
    idleLimitMs: idleTokenLifetimeMs,
    outlives,
    // RFC 9449 §5: a confidential client's refresh tokens are bound to the client, and its keys may change.
    jkt: isPublic(client) ? jkt : null,
    rotatedBy: computeRequester(http),
    atMost: FAMILIES_AT_MOST,
  };
}

/** The same words for every code that is not to be had, so that nobody learns which ones there are. */
function refuseCode(reason: string): TokenRefusal {
  return { error: 'invalid_grant', description: INVALID_CODE, reason };
}

function refuse(
  http: HttpRequest,
  client: Client,
  refusal: TokenRefusal,
  { record, now }: Pick<Ports, 'now' | 'record'>,
): HttpResponse {
  const { clientId } = client;
  record(buildEvent(now(), 'code.refused', { reason: refusal.reason, clientId, address: http.peerAddress }));
  return buildTokenError(refusal);
}
