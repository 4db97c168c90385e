import { createSecretKey } from 'node:crypto';
import { type Client, hasSecretSignedTokens, keyAlgOf, type ResourceServer } from '../client/client.js';
import { randomHandle } from '../credential/randomness.js';
import type { Keyring } from '../keys/signing-keys.js';
import { signJwt, signJwtWithSecret } from './jwt.js';

/** An access token that only reaches userinfo lives as long as Auth0's: a day. */
const USERINFO_TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000;
const USERINFO_TOKEN_LIFETIME_FOR_WEB_MS = 2 * 60 * 60 * 1000;

/** What an access token says. */
export interface AccessTokenFacts {
  readonly client: Client;
  readonly sub: string;
  readonly api: ResourceServer | null;
  readonly scope: readonly string[];
  readonly grantId: string;
  readonly sid: string | null;
  /** RFC 9449 §6: the thumbprint of the key that the token is bound to. */
  readonly jkt: string | null;
  /** Auth0's `gty`, where the grant is not an End-User's. */
  readonly grantType: 'client-credentials' | null;
  readonly from: IssuedFrom;
  readonly issuedAt: number;
}

/** A token straight from the authorization endpoint has been in a URL, so it lives a shorter life. */
export type IssuedFrom = 'token-endpoint' | 'authorization-endpoint';

/**
 * How long an access token lives, in milliseconds: as its API says, which has another word for tokens that come straight
 * from the authorization endpoint.
 */
export function accessTokenLifetimeMs(api: ResourceServer | null, from: IssuedFrom): number {
  if (from === 'authorization-endpoint')
    return api?.tokenLifetimeForWebMs ?? USERINFO_TOKEN_LIFETIME_FOR_WEB_MS;
  return api?.tokenLifetimeMs ?? USERINFO_TOKEN_LIFETIME_MS;
}

/**
 * A JWT access token with the claims of RFC 9068's profile, and Auth0's `azp` beside `client_id`. Its `typ` is that of the
 * API's dialect: verifiers of other languages take one or the other only. With `openid` it reaches userinfo as well as its
 * API.
 *
 * @see RFC 9068 §2 · design.md 13
 */
export function signAccessToken(
  facts: AccessTokenFacts,
  keys: Keyring,
  issuer: string,
): string | Promise<string> {
  const { client, api, scope, issuedAt } = facts;
  const userinfo = `${issuer}userinfo`;
  const audience =
    api === null ? userinfo : scope.includes('openid') ? [api.identifier, userinfo] : api.identifier;
  const iat = Math.floor(issuedAt / 1000);
  const claims = {
    iss: issuer,
    sub: facts.sub,
    aud: audience,
    iat,
    exp: iat + Math.ceil(accessTokenLifetimeMs(api, facts.from) / 1000),
    jti: randomHandle(),
    client_id: client.clientId,
    azp: client.clientId,
    scope: scope.join(' '),
    grant_id: facts.grantId,
    ...(facts.sid !== null && { sid: facts.sid }),
    ...(facts.jkt !== null && { cnf: { jkt: facts.jkt } }),
    ...(facts.grantType !== null && { gty: facts.grantType }),
  };
  const typ = api?.tokenDialect === 'rfc9068_profile' ? 'at+jwt' : 'JWT';
  if (api !== null && hasSecretSignedTokens(api))
    return signJwtWithSecret(createSecretKey(Buffer.from(api.signingSecret)), typ, claims);
  return signJwt(keys.current(api === null ? keys.unaskedAlg() : keyAlgOf(api.signingAlg)), typ, claims);
}
