import type { KeyAlg, Keyring } from '../keys/signing-keys.js';
import { type Claims, signJwt } from '../token/jwt.js';

/**
 * Userinfo as a JWT, for clients that registered it. Its type keeps it from being taken for an ID token, which has
 * the same issuer, audience and subject.
 *
 * @see OIDC Core §5.3.2 "If signed, the UserInfo Response SHOULD contain the Claims iss (issuer) and aud (audience) as
 *      members." · security.md 80
 */
export function signUserinfo(
  claims: Claims,
  facts: { clientId: string; alg: KeyAlg; issuer: string; issuedAt: number },
  keys: Keyring,
): string | Promise<string> {
  const { clientId, alg, issuer, issuedAt } = facts;
  return signJwt(keys.current(alg), 'userinfo+jwt', {
    ...claims,
    iss: issuer,
    aud: clientId,
    iat: Math.floor(issuedAt / 1000),
  });
}
