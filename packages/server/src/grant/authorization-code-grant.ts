import { hash } from 'node:crypto';
import { isCodeVerifier } from '@sojourn/protocol';
import type { AuthorizationCode, CodeStore } from '../authorization/code-store.js';
import { hashCode } from '../authorization/issue-code.js';
import { type Client, isPublic } from '../client/client.js';
import { hashHandle } from '../credential/credential.js';
import { unsealUnderHandle } from '../credential/seal-under-handle.js';
import type { ProvenKey } from '../dpop/dpop-proof.js';
import { buildEvent } from '../events/events.js';
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

/** What the authorization code grant may touch. */
export type AuthorizationCodeGrantPorts = Pick<
  Ports<CodeStore>,
  'issuer' | 'store' | 'secrets' | 'keys' | 'configuration' | 'subjects' | 'now' | 'record'
>;

/** RFC 6749 §4.1.3, already taken apart. */
export interface AuthorizationCodeGrantRequest {
  readonly client: Client;
  readonly code: string;
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
 * The authorization code grant.
 *
 * @param origin the registered web origin that asks; `null` where no browser does.
 * @param proof the key that the answer's tokens are bound to.
 */
export async function handleAuthorizationCodeGrant(
  http: HttpRequest,
  client: Client,
  parameters: Parameters,
  origin: string | null,
  proof: ProvenKey,
  ports: AuthorizationCodeGrantPorts,
): Promise<HttpResponse> {
  const { store, secrets, configuration, subjects, now } = ports;
  const text = parameters.get('code');
  if (text === undefined) {
    return buildTokenError({
      error: 'invalid_request',
      description: 'code is missing.',
      reason: 'code-missing',
    });
  }
  const at = now();
  const request: AuthorizationCodeGrantRequest = {
    client,
    code: text,
    redirectUri: parameters.get('redirect_uri') ?? null,
    codeVerifier: parameters.get('code_verifier') ?? null,
    jkt: proof?.jkt ?? null,
  };
  const codeHash = hashCode(text);
  const found = await store.findAuthorizationCode(codeHash);
  const decision = decideCodeGrant(request, found?.code ?? null, at);
  if (decision.next === 'refuse') return refuse(http, client, decision.refusal, ports);

  const { code } = decision;
  const api = code.audience === '' ? null : (configuration().resourceServers.get(code.audience) ?? null);
  const user = found?.user ?? null;
  if (user === null || (code.audience !== '' && api === null)) {
    return refuse(
      http,
      client,
      { error: 'invalid_grant', description: INVALID_CODE, reason: 'api-gone' },
      ports,
    );
  }

  const handle = attachmentHandle(text, code, origin);
  const familyHandle = code.sealedFamilyHandle && unsealUnderHandle(text, 'family', code.sealedFamilyHandle);
  const redeemed = await store.redeemAuthorizationCode({
    code,
    now: at,
    accessTokenExpiresAt: at + accessTokenLifetimeMs(api, 'token-endpoint'),
    touch: code.silent && code.active,
    attach:
      handle === null || origin === null
        ? null
        : {
            handleHash: hashHandle(handle),
            kid: secrets.current.kid,
            origin,
            presentedGeneration: code.attachment?.presentedGeneration ?? null,
            overlapMs: ATTACHMENT_OVERLAP_MS,
            jkt: proof?.jkt ?? null,
          },
    family:
      familyHandle === null
        ? null
        : startFamily(http, client, { handle: familyHandle, jkt: proof?.jkt ?? null, at }, ports),
    replayEvents: [
      buildEvent(at, 'code.replayed', {
        clientId: client.clientId,
        userId: code.userId,
        sid: code.sid,
        address: http.peerAddress,
      }),
    ],
  });
  if (redeemed.outcome !== 'redeemed') {
    const refusal = {
      error: 'invalid_grant',
      description: INVALID_CODE,
      reason: `code-${redeemed.outcome}`,
    } as const;
    return refuse(http, client, refusal, ports);
  }

  const { sid, scope, nonce, grantId } = code;
  const jkt = proof?.jkt ?? null;
  const sub = subjects.subjectOf(client, user.userId);
  const tokens = await signTokens(
    code,
    { client, user, sub, api, scope, grantId, jkt, nonce, issuedAt: at },
    ports,
  );
  ports.record(
    buildEvent(at, 'code.exchanged', {
      clientId: client.clientId,
      userId: user.userId,
      sid,
      address: http.peerAddress,
    }),
  );
  const refreshToken =
    familyHandle &&
    mintRefreshToken(
      secrets.current,
      { sid, handle: familyHandle, generation: FIRST_GENERATION },
      client.clientId,
    );
  const response = buildTokenResponse(refreshToken ? { refresh_token: refreshToken, ...tokens } : tokens);
  const { attachment } = redeemed;
  const secret = attachment && secrets.find(attachment.kid);
  if (!attachment || !secret || handle === null || origin === null) return response;
  const cookie = buildAttachedCookie(
    secret,
    { clientId: client.clientId, origin },
    { handle, generation: attachment.generation },
    redeemed.persistent,
  );
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

/** The attachment's handle, which only the code opens; for the one origin that the code went to. */
function attachmentHandle(text: string, code: AuthorizationCode, origin: string | null): string | null {
  if (code.attachment === null || origin === null || originOf(code.redirectUri) !== origin) return null;
  return unsealUnderHandle(text, 'attachment', code.attachment.sealedHandle);
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
