import { hash } from 'node:crypto';

/** Without a nonce of ours the sender's clock is all there is. @see security.md 81, H04 */
const CLOCK_TOLERANCE_MS = 60_000;

/** With one, the nonce says when; the sender's clock must only not be absurd. @see RFC 9449 §11.1 */
const FARTHEST_CLOCK_MS = 10 * 60_000;

const LONGEST_JTI = 256;
const LONGEST_ADDRESS = 2_048;

/** What a proof must be made for. */
export interface AskedProof {
  readonly method: string;
  /** The issuer's own address of the endpoint, without query. */
  readonly url: string;
  /** The token that came with it, `null` where none did. */
  readonly accessToken: string | null;
  readonly nonce: 'required' | 'optional';
  /** What may have signed it. Default: whatever this server takes. */
  readonly algs?: readonly string[];
}

/** Whether a proof counts by what it says; that its signature is good and its `jti` new is for the caller to find. */
export type ProofDecision =
  /** No moment after `acceptableUntil` accepts it again, so its `jti` need not be known for longer. */
  | { readonly verdict: 'acceptable'; readonly jti: string; readonly acceptableUntil: number }
  /** Nothing is wrong with it but that nobody knows when it was made. */
  | { readonly verdict: 'nonce-required' }
  | { readonly verdict: 'invalid' };

/**
 * Judges what a proof says, once its signature is known to be good.
 *
 * @param claims its payload.
 * @param nonceIssuedAt when we issued the nonce in it; `null` where there is none of ours, or an old one.
 * @see RFC 9449 §4.3 checks 3, 8 to 12 · §8
 */
export function decideProof(
  claims: Readonly<Record<string, unknown>>,
  nonceIssuedAt: number | null,
  asked: AskedProof,
  now: number,
): ProofDecision {
  const { jti, htm, htu, iat, ath, nonce } = claims;
  const invalid = { verdict: 'invalid' } as const;
  if (typeof jti !== 'string' || jti.length < 1 || jti.length > LONGEST_JTI) return invalid;
  // "The htm claim matches the HTTP method of the current request."
  if (htm !== asked.method) return invalid;
  // "The htu claim matches the HTTP URI value for the HTTP request in which the JWT was received, ignoring any query
  // and fragment parts."
  const address = parseAddress(htu);
  if (address === null || address !== parseAddress(asked.url)) return invalid;
  // "The value of the ath claim equals the hash of that access token."
  if (asked.accessToken !== null && ath !== hash('sha256', asked.accessToken, 'base64url')) return invalid;
  if (nonce !== undefined && typeof nonce !== 'string') return invalid;

  if (typeof iat !== 'number') return invalid;
  const issuedAt = iat * 1000;
  const off = Math.abs(now - issuedAt);
  if (!(off <= FARTHEST_CLOCK_MS)) return invalid;
  // A clock that is minutes wrong is answered with a nonce, not with a refusal: its owner could do nothing about that one.
  if (nonceIssuedAt === null && (asked.nonce === 'required' || off > CLOCK_TOLERANCE_MS))
    return { verdict: 'nonce-required' };
  return { verdict: 'acceptable', jti, acceptableUntil: issuedAt + FARTHEST_CLOCK_MS };
}

/** "Servers SHOULD employ syntax-based normalization … and scheme-based normalization before comparing the htu claim." */
function parseAddress(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > LONGEST_ADDRESS) return null;
  // What a URL parser would mend is none of ours: blanks, backslashes, a missing slash, a user's name.
  if (!/^https?:\/\/[^/?#@\\]+(?:[/?#]|$)/i.test(text) || !/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return null;
  if (!URL.canParse(text)) return null;
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}
