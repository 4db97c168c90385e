import type { Claims } from '../token/jwt.js';

/** How a token is presented: the scheme of the `Authorization` header, or a form field, which counts as Bearer. */
export type TokenScheme = 'Bearer' | 'DPoP';

/** The key that a token is bound to, by its thumbprint; `null` where whoever has the token may use it. @see RFC 9449 §6.1 */
export function boundKeyOf({ cnf }: Claims): string | null {
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : null;
  return typeof jkt === 'string' ? jkt : null;
}

/**
 * Whether a token came as its kind must.
 *
 * @returns `proof`: as it must, and its key is to be proven. `plain`: as it must, and nothing more is needed.
 * @see RFC 9449 §7.1, §7.2 · security.md H10
 */
export function decidePresentation(
  scheme: TokenScheme,
  boundKey: string | null,
): 'proof' | 'plain' | 'refuse' {
  // "such a protected resource MUST reject a DPoP-bound access token received as a bearer token"
  if (boundKey !== null) return scheme === 'DPoP' ? 'proof' : 'refuse';
  // A token without a key proves nothing by a proof: whoever stole it could make one with a key of his own.
  return scheme === 'Bearer' ? 'plain' : 'refuse';
}
