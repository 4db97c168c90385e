import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Client } from './client.js';

/** RFC 7523 §2.2 */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An assertion that lives longer than this could be kept for later. */
const LONGEST_LIFETIME_SECONDS = 10 * 60;
const CLOCK_TOLERANCE_SECONDS = 10;
export const LONGEST_ASSERTION = 8_192;
const LONGEST_JTI = 256;

/** Signatures that a registered public key may make. HMAC is not among them: a public key is no secret. */
export const PUBLIC_KEY_ALGS = ['ES256', 'ES384', 'EdDSA', 'PS256', 'PS384', 'RS256', 'RS384'];
/** Of request objects. `none` is for those by reference: they come from the client's own address, over https. */
export const REQUEST_OBJECT_ALGS = ['none', ...PUBLIC_KEY_ALGS];
export const SECRET_ALGS = ['HS256', 'HS384', 'HS512'];

export type AssertionKeys = JSONWebKeySet | { readonly secret: string };

export interface VerifiedAssertion {
  /** To be used once. */
  readonly jti: string;
  readonly expiresAt: number;
}

/**
 * Whether a JWT proves that the client signed it for this server, now.
 *
 * Does not look whether it was used before: that is the store's to say.
 *
 * @param keys the client's own; for `client_secret_jwt` its secret.
 * @returns `null` for anything else, whatever is wrong with it.
 * @see RFC 7523 §3 · OIDC Core §9 · security.md 21, 83, 84
 */
export async function verifyClientAssertion(
  assertion: string,
  client: Client,
  keys: AssertionKeys,
  issuer: string,
  now: number,
): Promise<VerifiedAssertion | null> {
  if (assertion.length > LONGEST_ASSERTION) return null;
  try {
    const options = {
      // The issuer and nothing else: an assertion for another server's address is not for us (RFC 7523bis).
      audience: issuer,
      issuer: client.clientId,
      subject: client.clientId,
      requiredClaims: ['exp', 'jti'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
    };
    // The registration's word goes before what the keys could verify.
    const algorithms = ('secret' in keys ? SECRET_ALGS : PUBLIC_KEY_ALGS).filter(
      (alg) => client.assertionSigningAlg === null || alg === client.assertionSigningAlg,
    );
    const { payload } =
      'secret' in keys
        ? await jwtVerify(assertion, new TextEncoder().encode(keys.secret), {
            ...options,
            algorithms,
          })
        : await jwtVerify(assertion, createLocalJWKSet(keys), { ...options, algorithms });
    return judge(payload, now);
  } catch {
    return null;
  }
}

function judge({ exp, jti, aud, iat, nbf }: JWTPayload, now: number): VerifiedAssertion | null {
  if (exp === undefined || jti === undefined || jti.length > LONGEST_JTI) return null;
  // An assertion addressed to several servers could be passed from one to the other.
  if (Array.isArray(aud) && aud.length !== 1) return null;
  const seconds = now / 1000;
  const tooFar = [exp - LONGEST_LIFETIME_SECONDS, iat ?? 0, nbf ?? 0].some(
    (at) => at > seconds + CLOCK_TOLERANCE_SECONDS,
  );
  return tooFar ? null : { jti, expiresAt: (exp + CLOCK_TOLERANCE_SECONDS) * 1000 };
}
