import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { Client } from './client.js';

/** RFC 7523 §2.2 */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An assertion that lives longer than this could be kept for later. Published clients ask for an hour (Authlib). */
const LONGEST_LIFETIME_SECONDS = 60 * 60;
const CLOCK_TOLERANCE_SECONDS = 10;
/** Characters of an assertion that is looked at; RSA keys of 8192 bits fit. */
export const LONGEST_ASSERTION = 8_192;
const LONGEST_JTI = 256;

/** Signatures that a registered public key may make. HMAC is not among them: a public key is no secret. */
export const PUBLIC_KEY_ALGS = ['ES256', 'ES384', 'EdDSA', 'PS256', 'PS384', 'RS256', 'RS384'];
/** Those that FAPI 2.0 §5.4.1 leaves. */
export const FAPI_ALGS: readonly string[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** Of request objects. One by `none` says what a query could say as well. */
export const REQUEST_OBJECT_ALGS = ['none', ...PUBLIC_KEY_ALGS];
/** Signatures that a client's secret may make. */
export const SECRET_ALGS = ['HS256', 'HS384', 'HS512'];

/** What an assertion is verified with: the client's public keys, or its secret. */
export type AssertionKeys = JSONWebKeySet | { readonly secret: string };

/** Why an assertion proves nothing, as the record says it. */
export type AssertionFault =
  | 'assertion-unreadable'
  | 'assertion-unknown-client'
  | 'assertion-keys-missing'
  | 'assertion-signature'
  | 'assertion-parties'
  | 'assertion-audience'
  | 'assertion-expiry'
  | 'assertion-not-yet-valid'
  | 'assertion-jti'
  | 'assertion-replayed';

/** What an assertion is worth before its `jti` is spent. */
export type AssertionVerdict =
  | {
      readonly outcome: 'good';
      /** To be used once, at most 256 characters. */
      readonly jti: string;
      /** From when it is refused for its age, milliseconds. */
      readonly expiresAt: number;
    }
  | { readonly outcome: 'refused'; readonly fault: AssertionFault };

/**
 * Whether a JWT proves that the client signed it for this server, now. The signature is looked at first, so that the
 * other faults are told of genuine ones alone.
 *
 * Does not look whether it was used before: that is the store's to say.
 *
 * @param keys the client's own; for `client_secret_jwt` its secret.
 * @param now milliseconds.
 * @see RFC 7523 §3 · OIDC Core §9 · security.md 21, 83, 84
 */
export async function verifyClientAssertion(
  assertion: string,
  client: Client,
  keys: AssertionKeys,
  issuer: string,
  now: number,
): Promise<AssertionVerdict> {
  if (assertion.length > LONGEST_ASSERTION) return refuse('assertion-unreadable');
  // The registration's word goes before what the keys could verify.
  const algorithms = ('secret' in keys ? SECRET_ALGS : PUBLIC_KEY_ALGS).filter(
    (alg) =>
      (client.assertionSigningAlg === null || alg === client.assertionSigningAlg) &&
      (client.profile !== 'fapi2' || FAPI_ALGS.includes(alg)),
  );
  try {
    const { payload } =
      'secret' in keys
        ? await compactVerify(assertion, new TextEncoder().encode(keys.secret), { algorithms })
        : await compactVerify(assertion, createLocalJWKSet(keys), { algorithms });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? decideClientAssertion(claims as AssertionClaims, client, issuer, now)
      : refuse('assertion-unreadable');
  } catch (error) {
    const isForged =
      error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey;
    return refuse(isForged ? 'assertion-signature' : 'assertion-unreadable');
  }
}

/** What a genuine assertion says. Nothing of it has a known type yet. */
export type AssertionClaims = Readonly<
  Partial<Record<'iss' | 'sub' | 'aud' | 'exp' | 'nbf' | 'iat' | 'jti', unknown>>
>;

/**
 * Whether what the client signed is for this server and this moment, in the order of RFC 7523 §3.
 *
 * @param now milliseconds.
 */
export function decideClientAssertion(
  { iss, sub, aud, exp, nbf, iat, jti }: AssertionClaims,
  { clientId, assertionAudience }: Pick<Client, 'clientId' | 'assertionAudience'>,
  issuer: string,
  now: number,
): AssertionVerdict {
  if (iss !== clientId || sub !== clientId) return refuse('assertion-parties');
  const isForUs =
    assertionAudience === 'issuer'
      ? aud === issuer
      : [aud].flat().some((one) => buildAudiences(issuer).includes(one));
  if (!isForUs) return refuse('assertion-audience');
  const seconds = now / 1000;
  if (typeof exp !== 'number' || exp <= seconds - CLOCK_TOLERANCE_SECONDS) return refuse('assertion-expiry');
  const latest = seconds + CLOCK_TOLERANCE_SECONDS;
  if (exp - LONGEST_LIFETIME_SECONDS > latest) return refuse('assertion-expiry');
  const isEarly = [nbf, iat].some((at) => at !== undefined && (typeof at !== 'number' || at > latest));
  if (isEarly) return refuse('assertion-not-yet-valid');
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return refuse('assertion-jti');
  return { outcome: 'good', jti, expiresAt: Math.ceil(exp + CLOCK_TOLERANCE_SECONDS) * 1000 };
}

/**
 * What an assertion for this server may be addressed to, alone or among others: clients follow OIDC Core §9 (token
 * endpoint), RFC 9126 §2 (also the endpoint of pushed requests), RFC 7523bis (issuer), or write the issuer without its
 * slash. One that names another server as well is taken by whichever sees it first.
 */
function buildAudiences(issuer: string): readonly unknown[] {
  return [issuer, issuer.slice(0, -1), `${issuer}oauth/token`, `${issuer}oauth/par`];
}

function refuse(fault: AssertionFault): AssertionVerdict {
  return { outcome: 'refused', fault };
}
