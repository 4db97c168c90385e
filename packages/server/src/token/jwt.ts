import {
  createHmac,
  type KeyObject,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
} from 'node:crypto';
import type { Keyring, SigningKey } from '../keys/signing-keys.js';

/** The `typ` header: what kind of token a JWT says it is. @see RFC 8725 §3.11 */
export type JwtType = 'at+jwt' | 'JWT' | 'userinfo+jwt';

/** What a token of ours may be presented as. */
export type TokenKind = 'access-token' | 'id-token';

/** The payload of a JWT, nothing in it believed yet. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * Signs in the compact form. ES256 in line, because it is cheaper than the way to the thread pool and back;
 * RS256 in the thread pool, because it would stop the event loop for a quarter of a millisecond.
 *
 * @param key a promise where the first key of its algorithm is still being made.
 */
export function signJwt(
  key: SigningKey | Promise<SigningKey>,
  typ: JwtType,
  claims: Claims,
): string | Promise<string> {
  if (key instanceof Promise) return key.then((made) => signJwt(made, typ, claims));
  const signingInput = `${headerSegment(key, typ)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  const bytes = Buffer.from(signingInput, 'latin1');
  if (key.alg === 'ES256') {
    const signature = signBytes('sha256', bytes, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signingInput}.${signature.toString('base64url')}`;
  }
  return new Promise((resolve, reject) => {
    signBytes('sha256', bytes, key.privateKey, (error, signature) => {
      if (error) reject(error);
      else resolve(`${signingInput}.${signature.toString('base64url')}`);
    });
  });
}

/** HS256 for clients and APIs whose registration asks for it. @see RFC 7518 §3.2 */
export function signJwtWithSecret(secret: KeyObject, typ: JwtType, claims: Claims): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ })).toString('base64url');
  const signingInput = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signingInput}.${createHmac('sha256', secret).update(signingInput).digest('base64url')}`;
}

const headerSegments = new WeakMap<SigningKey, Map<JwtType, string>>();

function headerSegment(key: SigningKey, typ: JwtType): string {
  let ofKey = headerSegments.get(key);
  if (ofKey === undefined) {
    ofKey = new Map();
    headerSegments.set(key, ofKey);
  }
  let segment = ofKey.get(typ);
  if (segment === undefined) {
    segment = Buffer.from(JSON.stringify({ alg: key.alg, typ, kid: key.kid })).toString('base64url');
    ofKey.set(typ, segment);
  }
  return segment;
}

/** A token longer than this is none of ours; refusing it early bounds the work. */
const LONGEST_TOKEN = 16_384;

/**
 * Whether a genuine token is of this kind. Auth0's dialect gives access tokens the `typ` of ID tokens, so there the claims
 * decide: every access token names its grant, and no ID token does, whatever else may be put into it.
 *
 * @see RFC 8725 §3.12 "Use Mutually Exclusive Validation Rules for Different Kinds of JWTs" · security.md 80
 */
function isOfKind(kind: TokenKind, typ: unknown, claims: Claims): boolean {
  const namesGrant = claims.grant_id !== undefined;
  switch (kind) {
    case 'access-token':
      return namesGrant && (typ === 'JWT' || typ === 'at+jwt');
    case 'id-token':
      return !namesGrant && typ === 'JWT';
  }
}

/**
 * Checks that this server signed a token of this kind. Does not look at expiry, audience or liveness.
 *
 * The algorithm is the key's own, never the header's; `jku`, `x5u` and `jwk` are not read; `kid` only looks up.
 *
 * @returns the claims, or `null` for anything else, whatever is wrong with it.
 * @see RFC 8725 §3.1 · security.md 79, 80
 */
export function verifyOwnJwt(keys: Keyring, token: string, kind: TokenKind): Claims | null {
  if (token.length > LONGEST_TOKEN) return null;
  const parts = token.split('.');
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature) return null;
  const head = parseSegment(header);
  if (head === null || typeof head.kid !== 'string' || head.crit !== undefined) return null;
  const key = keys.find(head.kid);
  if (key === undefined || head.alg !== key.alg) return null;
  const input = Buffer.from(`${header}.${payload}`);
  const bytes = Buffer.from(signature, 'base64url');
  // Buffer ignores what is not base64url; a token must have one spelling only.
  if (bytes.toString('base64url') !== signature) return null;
  const genuine =
    key.alg === 'ES256'
      ? verifyBytes('sha256', input, { key: key.publicKey, dsaEncoding: 'ieee-p1363' }, bytes)
      : verifyBytes('sha256', input, key.publicKey, bytes);
  const claims = genuine ? parseSegment(payload) : null;
  return claims !== null && isOfKind(kind, head.typ, claims) ? claims : null;
}

/**
 * Checks that this server signed a token under a client's secret. The algorithm is HS256, whatever the header says
 * otherwise, and only where that client's registration asks for it.
 *
 * @param secretOf the secret of the client that `aud` names; `null` where its tokens are not made so.
 */
export function verifyJwtWithSecret(
  token: string,
  kind: TokenKind,
  secretOf: (audience: string) => string | null,
): Claims | null {
  const parts = token.split('.');
  const [header, payload, signature] = parts;
  if (token.length > LONGEST_TOKEN || parts.length !== 3 || !header || !payload || !signature) return null;
  const head = parseSegment(header);
  const claims = parseSegment(payload);
  if (head?.alg !== 'HS256' || head.crit !== undefined) return null;
  if (claims === null || !isOfKind(kind, head.typ, claims)) return null;
  const secret = typeof claims.aud === 'string' ? secretOf(claims.aud) : null;
  if (secret === null) return null;
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest();
  const presented = Buffer.from(signature, 'base64url');
  if (presented.toString('base64url') !== signature || presented.length !== expected.length) return null;
  return timingSafeEqual(presented, expected) ? claims : null;
}

function parseSegment(segment: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null;
  } catch {
    return null;
  }
}
