import { hash } from 'node:crypto';
import type { Client } from '../client/client.js';
import type { TenantSettings } from '../configuration/configuration.js';
import { deriveAttachmentHandle } from '../credential/credential.js';
import { randomHandle, randomText, timeOrderedId, timePrefix } from '../credential/randomness.js';
import { sealUnderHandle } from '../credential/seal-under-handle.js';
import { originOf } from '../http/origin.js';
import type { Ports } from '../ports.js';
import { hashFamilyHandle } from '../refresh-token/refresh-token.js';
import { computeAcr } from '../session/authentication-context.js';
import type { BrowserSession } from '../session/browser-session.js';
import type { AuthenticationRequest } from './authentication-request.js';
import type { AuthorizationCode, CodeStore } from './code-store.js';

/**
 * Issues an authorization code for what was decided.
 *
 * @param interactionId the interaction that this finishes.
 * @returns the code; `session-ended` where a sign-out came first: decide again; `interaction-finished` where another tab did.
 * @see RFC 6749 §4.1.2 · RFC 7636 §4.4
 */
export async function issueCode(
  request: AuthenticationRequest,
  browserSession: BrowserSession,
  interactionId: string | null,
  {
    store,
    secrets,
    configuration,
    now,
  }: Pick<Ports<CodeStore>, 'store' | 'secrets' | 'configuration' | 'now'>,
): Promise<
  { outcome: 'issued'; code: string } | { outcome: 'session-ended' } | { outcome: 'interaction-finished' }
> {
  const { session } = browserSession;
  const { tenant } = configuration();
  const issuedAt = now();
  const code = `${timePrefix(issuedAt)}${randomText(32)}`;
  const silent = request.prompt.has('none');
  const familyHandle = request.scope.includes('offline_access') ? randomHandle() : null;
  const saved = await store.saveAuthorizationCode({
    code: {
      codeHash: hashCode(code),
      grantId: familyHandle === null ? timeOrderedId(issuedAt) : hashFamilyHandle(familyHandle),
      clientId: request.client.clientId,
      userId: session.userId,
      sid: session.sid,
      scope: request.scope,
      audience: request.api?.identifier ?? '',
      authenticatedAt: session.authenticatedAt,
      amr: session.amr,
      acr: request.asksAcr ? computeAcr(session.amr) : null,
      claims: request.claims,
      redirectUri: request.target.redirectUri,
      codeChallenge: request.codeChallenge,
      nonce: request.nonce,
      issuedAt,
      expiresAt: issuedAt + computeCodeLifetimeMs(request.client, tenant),
      redeemedAt: null,
      silent,
      active: !silent || (request.active ?? tenant.silentCountsAsActivity),
      attachment: attachmentOf(code, request, browserSession, secrets),
      sealedFamilyHandle: familyHandle && sealUnderHandle(code, 'family', familyHandle),
      // What came from a bound attachment stays with its key.
      dpopJkt:
        (browserSession.source === 'attachment' ? browserSession.attachment?.jkt : null) ?? request.dpopJkt,
    },
    finishes: interactionId,
    // A silent answer moves the idle clock only when its code is redeemed.
    touch: !silent,
  });
  return saved === 'saved' ? { outcome: 'issued', code } : { outcome: saved };
}

/** Characters of a code that tell when it was issued, and stand before its hash in the store to keep the index in order. */
const TIME_PREFIX_LENGTH = 8;

/** What the store knows of a code. */
export function hashCode(code: string): string {
  return code.slice(0, TIME_PREFIX_LENGTH) + hash('sha256', code, 'base64url');
}

/** What the exchange will need to hand out the attachment of this client and origin. @see design.md 4 */
function attachmentOf(
  code: string,
  { client, target }: AuthenticationRequest,
  { attachment, root }: BrowserSession,
  secrets: Ports['secrets'],
): AuthorizationCode['attachment'] {
  const origin = originOf(target.redirectUri);
  if (!client.attach || origin === null || !client.webOrigins.includes(origin)) return null;
  if (attachment !== null) {
    return {
      sealedHandle: sealUnderHandle(code, 'attachment', attachment.handle),
      presentedGeneration: attachment.generation,
    };
  }
  const secret = root === null ? undefined : secrets.find(root.kid);
  if (root === null || secret === undefined) return null;
  const handle = deriveAttachmentHandle(secret, root.silentHandle, client.clientId, origin);
  return { sealedHandle: sealUnderHandle(code, 'attachment', handle), presentedGeneration: null };
}

/** FAPI 2.0 §5.3.2.2: "shall issue authorization codes with a maximum lifetime of 60 seconds". */
const FAPI_CODE_LIFETIME_MS = 60_000;

function computeCodeLifetimeMs({ profile }: Client, { authorizationCodeLifetimeMs }: TenantSettings): number {
  return profile === 'fapi2'
    ? Math.min(authorizationCodeLifetimeMs, FAPI_CODE_LIFETIME_MS)
    : authorizationCodeLifetimeMs;
}
