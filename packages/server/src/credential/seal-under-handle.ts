import { createCipheriv, createDecipheriv, hash } from 'node:crypto';

/** What may be sealed under a handle; each purpose has a key of its own. */
export type SealedPurpose = 'posted request' | 'pushed request' | 'attachment' | 'family';

/**
 * Seals something under the one value that will fetch it: an authorization code, or the handle of a kept request. It
 * is random, only the browser or client holds it and the store has its hash, so the row alone yields nothing. The key
 * of a purpose is used once, for one message: a fixed nonce is safe.
 */
export function sealUnderHandle(handle: string, purpose: SealedPurpose, plaintext: string): string {
  const cipher = createCipheriv('aes-256-gcm', keyOf(handle, purpose), NONCE);
  return Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** @returns `null` where the value was not sealed under this handle. */
export function unsealUnderHandle(handle: string, purpose: SealedPurpose, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(handle, purpose), NONCE);
  try {
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

const NONCE = Buffer.alloc(12);

function keyOf(handle: string, purpose: SealedPurpose): Buffer {
  return hash('sha256', `sojourn ${purpose} sealed under handle ${handle}`, 'buffer');
}
