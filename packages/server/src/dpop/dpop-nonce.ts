import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret, Secrets } from '../credential/secrets.js';

const LIFETIME_MS = 5 * 60_000;
/** Clocks of one deployment may differ by this much. */
const NODE_CLOCKS_MS = 60_000;

/**
 * A nonce for proofs: it says when the server was asked, so that a proof with it in cannot be older. No node remembers
 * it; each recognises what any of them made.
 *
 * @see RFC 9449 §8
 */
export function buildDpopNonce(secrets: Secrets, now: number): string {
  const { current } = secrets;
  return `v1.${current.kid}.${now}.${deriveTag(current, now)}`;
}

/** @returns when it was issued; `null` for one that is not ours, or older than five minutes. */
export function readDpopNonce(secrets: Secrets, nonce: string, now: number): number | null {
  const match = /^v1\.([\w-]{1,16})\.([1-9][0-9]{0,14})\.([\w-]{43})$/.exec(nonce);
  const secret = secrets.find(match?.[1] ?? '');
  if (secret === undefined || match?.[3] === undefined) return null;
  const issuedAt = Number(match[2]);
  if (!timingSafeEqual(Buffer.from(match[3]), Buffer.from(deriveTag(secret, issuedAt)))) return null;
  return now - issuedAt <= LIFETIME_MS && issuedAt - now <= NODE_CLOCKS_MS ? issuedAt : null;
}

function deriveTag(secret: Secret, issuedAt: number): string {
  return createHmac('sha256', secret.keyFor('dpop nonce')).update(String(issuedAt)).digest('base64url');
}
