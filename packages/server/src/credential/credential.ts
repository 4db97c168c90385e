import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Secret, Secrets } from './secrets.js';

/**
 * `v1.<kid>.<handle>.<generation>.<tag>`: a value that only the client holds. The store knows the SHA-256 of the
 * handle; the tag needs the secret. So a forgery fails before any store access, a genuine old value is recognised
 * for ever without a row of its own, and neither database nor secret nor both together give a live credential.
 *
 * @see docs/decisions/0001-derived-credentials.md
 */
export interface Credential {
  readonly kid: string;
  readonly handle: string;
  readonly generation: number;
}

/** What a credential is for. A value of one kind is never accepted as another. */
export type CredentialKind = 'browser' | 'session' | 'silent' | 'attached' | 'refresh';

const LARGEST_GENERATION = 0xffff_ffff;

const RANDOM = /^[\w-]{22}$/;
/** A refresh token's handle begins with the public id of its session, which says where the row lies. */
const HANDLE: Record<CredentialKind, RegExp> = {
  browser: RANDOM,
  session: RANDOM,
  silent: RANDOM,
  attached: RANDOM,
  refresh: /^[\w-]{1,64}~[\w-]{22}$/,
};

/** @param clientId empty where the credential belongs to no client. */
export function mintCredential(
  secret: Secret,
  kind: CredentialKind,
  credential: Omit<Credential, 'kid'>,
  clientId = '',
): string {
  const { handle, generation } = credential;
  return `v1.${secret.kid}.${handle}.${generation}.${deriveTag(secret, kind, handle, clientId, generation)}`;
}

/** @returns the parts of a genuine value of this kind and client; `null` for anything else, whatever is wrong with it. */
export function verifyCredential(
  secrets: Secrets,
  kind: CredentialKind,
  text: string,
  clientId = '',
): Credential | null {
  const parts = text.split('.');
  const [version, kid, handle, generationText, tag] = parts;
  if (parts.length !== 5 || version !== 'v1' || !kid || tag?.length !== 43) return null;
  if (handle === undefined || !HANDLE[kind].test(handle)) return null;
  if (generationText === undefined || !/^(?:0|[1-9][0-9]{0,9})$/.test(generationText)) return null;
  const generation = Number(generationText);
  const secret = secrets.find(kid);
  if (secret === undefined || generation > LARGEST_GENERATION) return null;
  const expected = deriveTag(secret, kind, handle, clientId, generation);
  // Both are ASCII of 43 characters or the presented one is no tag at all.
  const presented = Buffer.from(tag);
  if (presented.length !== expected.length || !timingSafeEqual(presented, Buffer.from(expected))) return null;
  return { kid, handle, generation };
}

/** What the store knows of a handle. */
export function hashHandle(handle: string): string {
  return hash('sha256', handle, 'base64url');
}

/**
 * The session cookie's handle: from what the browser holds and a sign-in's own seed, which its row keeps. So the server
 * can make the cookie again for the browser that has the binding, and nobody can from what is stored.
 */
export function deriveSessionHandle(secret: Secret, bindingHandle: string, seed: string): string {
  return deriveHandle(secret, 'session handle', [bindingHandle, seed]);
}

/** The silent cookie's handle: found from the session's, while neither cookie yields the other. */
export function deriveSilentHandle(secret: Secret, sessionHandle: string): string {
  return deriveHandle(secret, 'silent handle', [sessionHandle]);
}

/**
 * The handle of a new attachment. It comes from what the browser holds, so that two tabs which sign in at once
 * arrive at the same attachment, and nothing stored can make it.
 */
export function deriveAttachmentHandle(
  secret: Secret,
  silentHandle: string,
  clientId: string,
  origin: string,
): string {
  return deriveHandle(secret, 'attachment handle', [silentHandle, clientId, origin]);
}

function deriveHandle(secret: Secret, purpose: string, parts: readonly string[]): string {
  const digest = createHmac('sha256', secret.keyFor(purpose)).update(lengthPrefixed(parts)).digest();
  return digest.subarray(0, 16).toString('base64url');
}

function deriveTag(
  secret: Secret,
  kind: CredentialKind,
  handle: string,
  clientId: string,
  generation: number,
): string {
  return createHmac('sha256', secret.keyFor(`credential ${kind}`))
    .update(lengthPrefixed([kind, handle, clientId, String(generation)]))
    .digest('base64url');
}

/** Without lengths, ("ab","c") and ("a","bc") would share a tag. */
function lengthPrefixed(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`;
  return text;
}
