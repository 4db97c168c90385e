import { createCipheriv, createDecipheriv, hash } from 'node:crypto';

/**
 * Seals a handle under the authorization code that will fetch it. The code is random, only the client holds it and
 * the store has its hash, so the row alone yields nothing. The key is used once, for one message: a fixed nonce is safe.
 */
export function sealUnderCode(code: string, handle: string): string {
  const cipher = createCipheriv('aes-256-gcm', keyOf(code), NONCE);
  return Buffer.concat([cipher.update(handle, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

/** @returns `null` where the value was not sealed under this code. */
export function unsealUnderCode(code: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(code), NONCE);
  try {
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

const NONCE = Buffer.alloc(12);

function keyOf(code: string): Buffer {
  return hash('sha256', `sojourn sealed under code ${code}`, 'buffer');
}
