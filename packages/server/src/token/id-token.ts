import { createSecretKey, hash } from 'node:crypto';
import { type Client, hasSecretSignedIdTokens, keyAlgOf } from '../client/client.js';
import type { Keyring } from '../keys/signing-keys.js';
import type { User } from '../user/user.js';
import { buildUserClaims, type ClaimDialect, type ClaimNames } from '../user/user-claims.js';
import { signJwt, signJwtWithSecret } from './jwt.js';

/** What an ID token says about one authentication. */
export interface IdTokenFacts {
  readonly client: Client;
  readonly user: User;
  /** What the client knows the user by. */
  readonly sub: string;
  readonly scope: readonly string[];
  readonly sid: string;
  /** Of the original event, also after silent renewal. @see security.md 45 */
  readonly authenticatedAt: number;
  readonly amr: readonly string[];
  readonly acr: string | null;
  readonly claims: ClaimNames | null;
  /** Of whoever asks for it. */
  readonly dialect: ClaimDialect;
  /** `null`: the request had none, and SDKs refuse one that they did not send. */
  readonly nonce: string | null;
  readonly issuedAt: number;
  /** Whether no access token is given beside it, so that userinfo will not be asked. */
  readonly comesAlone: boolean;
  /** What travels with it, and is bound to it by its hash. */
  readonly besides: { readonly accessToken?: string; readonly code?: string };
}

const NO_SCOPE: readonly string[] = [];

/**
 * The ID token. Claims of the scopes stand in it, as Auth0's SDKs read the profile from here, unless the client wants
 * those alone that it asked for one by one. One that comes alone has them in any case: there is no userinfo then.
 *
 * @see OIDC Core §2 · §5.4
 */
export function signIdToken(facts: IdTokenFacts, keys: Keyring, issuer: string): string | Promise<string> {
  const { client, user, scope, nonce, acr } = facts;
  const iat = Math.floor(facts.issuedAt / 1000);
  const told = client.idTokenClaims === 'scopes' || facts.comesAlone ? scope : NO_SCOPE;
  // Assigned, not spread: decision 0012.
  const claims = Object.assign(
    buildUserClaims(user, told, facts.claims?.idToken, { issuer, dialect: facts.dialect }),
    {
      iss: issuer,
      sub: facts.sub,
      // A string where there is one audience: older SDKs know nothing else.
      aud: client.clientId,
      iat,
      exp: iat + Math.ceil(client.idTokenLifetimeMs / 1000),
      auth_time: Math.floor(facts.authenticatedAt / 1000),
      amr: facts.amr,
      sid: facts.sid,
      ...(acr !== null && { acr }),
      ...(nonce !== null && { nonce }),
      ...(facts.besides.accessToken !== undefined && { at_hash: leftHalfHash(facts.besides.accessToken) }),
      ...(facts.besides.code !== undefined && { c_hash: leftHalfHash(facts.besides.code) }),
    },
  );
  return hasSecretSignedIdTokens(client)
    ? signJwtWithSecret(createSecretKey(Buffer.from(client.clientSecret)), 'JWT', claims)
    : signJwt(keys.current(keyAlgOf(client.idTokenSigningAlg)), 'JWT', claims);
}

/** "base64url encoding of the left-most half of the hash", of SHA-256 for every algorithm used here. @see OIDC Core §3.3.2.11 */
function leftHalfHash(text: string): string {
  return hash('sha256', text, 'buffer').subarray(0, 16).toString('base64url');
}
