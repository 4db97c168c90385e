import type { Ports } from '../ports.js';
import { type AccessTokenFacts, accessTokenLifetimeMs, signAccessToken } from './access-token.js';
import { type IdTokenFacts, signIdToken } from './id-token.js';
import type { TokenResponse } from './token-response.js';

/** What the token endpoint says of an End-User, in both tokens. */
export type SignedFacts = Omit<IdTokenFacts, 'besides'> &
  Omit<AccessTokenFacts, 'grantType' | 'from' | 'sid'>;

/**
 * The access token, and with `openid` the ID token, that a grant of an End-User is answered with. Signed at once: one may
 * be in the thread pool.
 *
 * @see RFC 6749 §5.1 · OIDC Core §3.1.3.3, §12.2
 */
export async function signTokens(
  facts: SignedFacts,
  { keys, issuer }: Pick<Ports, 'keys' | 'issuer'>,
): Promise<TokenResponse> {
  const { api, scope, jkt } = facts;
  const [accessToken, idToken] = await Promise.all([
    signAccessToken({ grantType: null, from: 'token-endpoint', ...facts }, keys, issuer),
    scope.includes('openid') ? signIdToken({ besides: {}, ...facts }, keys, issuer) : undefined,
  ]);
  return {
    access_token: accessToken,
    token_type: jkt === null ? 'Bearer' : 'DPoP',
    expires_in: Math.ceil(accessTokenLifetimeMs(api, 'token-endpoint') / 1000),
    scope: scope.join(' '),
    ...(idToken !== undefined && { id_token: idToken }),
  };
}
