import type { Ports } from '../ports.js';
import { type AccessTokenFacts, accessTokenLifetimeMs, signAccessToken } from './access-token.js';
import { type IdTokenFacts, signIdToken } from './id-token.js';
import type { TokenResponse } from './token-response.js';

/** What a code and a refresh token family both keep of how the End-User signed in. */
export type SignedAuthentication = Pick<IdTokenFacts, 'sid' | 'authenticatedAt' | 'amr' | 'acr' | 'claims'>;

/** What else the token endpoint says of an End-User, in either token. */
export type SignedFacts = Pick<
  IdTokenFacts,
  'client' | 'user' | 'sub' | 'scope' | 'nonce' | 'issuedAt' | 'dialect'
> &
  Pick<AccessTokenFacts, 'api' | 'grantId' | 'jkt'> & {
    /** Whether the ID token holds the access token's hash, and so waits for it. @see OIDC Core §3.1.3.6 */
    readonly bindsAccessToken: boolean;
  };

/**
 * The access token, and with `openid` the ID token, that a grant of an End-User is answered with. Signed at once where neither
 * needs the other: one may be in the thread pool.
 *
 * @see RFC 6749 §5.1 · OIDC Core §3.1.3.3, §12.2
 */
export async function signTokens(
  { sid: ownSid, authenticatedAt, amr, acr, claims }: SignedAuthentication,
  facts: SignedFacts,
  { keys, issuer, subjects }: Pick<Ports, 'keys' | 'issuer' | 'subjects'>,
): Promise<TokenResponse> {
  const { api, scope, jkt } = facts;
  const sid = subjects.sidFor(facts.client, ownSid);
  const signing = signAccessToken({ sid, grantType: null, from: 'token-endpoint', ...facts }, keys, issuer);
  const besides = facts.bindsAccessToken ? { accessToken: await signing } : {};
  const [accessToken, idToken] = await Promise.all([
    signing,
    scope.includes('openid')
      ? signIdToken(
          { sid, authenticatedAt, amr, acr, claims, comesAlone: false, besides, ...facts },
          keys,
          issuer,
        )
      : undefined,
  ]);
  return {
    access_token: accessToken,
    token_type: jkt === null ? 'Bearer' : 'DPoP',
    expires_in: Math.ceil(accessTokenLifetimeMs(api, 'token-endpoint') / 1000),
    scope: scope.join(' '),
    ...(idToken !== undefined && { id_token: idToken }),
  };
}
