/** RFC 7518 §6: the members that make a JWK more than a public key. */
export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Shorter ones can be broken; longer ones make each verification somebody else's attack. @see H07 */
const RSA_BITS = { least: 2_048, most: 8_192 };
const MOST_EXPONENT_BYTES = 4;

const CURVES: Readonly<Record<string, readonly string[]>> = {
  EC: ['P-256', 'P-384', 'P-521'],
  OKP: ['Ed25519'],
};

/** `private`: it holds a secret part. `kind`: not of a type or curve that signs here. `size`: too short, or too long to verify with. */
export type PublicKeyFault = 'private' | 'kind' | 'size';

/**
 * What is wrong with a JWK as a public key that a client signs with. Symmetric keys are private ones: a public key
 * set that holds one has published it.
 *
 * @returns `null` where nothing is.
 * @see RFC 7517 §4 · RFC 7518 §6 · security.md 83, 84
 */
export function findPublicKeyFault(key: Readonly<Record<string, unknown>>): PublicKeyFault | null {
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member))) return 'private';
  const { kty, crv, n, e } = key;
  if (kty === 'RSA') {
    const bits = typeof n === 'string' ? bitsOf(n) : 0;
    const exponent = typeof e === 'string' ? Buffer.from(e, 'base64url') : Buffer.alloc(0);
    const isSound =
      bits >= RSA_BITS.least &&
      bits <= RSA_BITS.most &&
      exponent.length > 0 &&
      exponent.length <= MOST_EXPONENT_BYTES;
    return isSound ? null : 'size';
  }
  const curves = typeof kty === 'string' && Object.hasOwn(CURVES, kty) ? CURVES[kty] : undefined;
  return typeof crv === 'string' && curves?.includes(crv) ? null : 'kind';
}

function bitsOf(base64url: string): number {
  const bytes = Buffer.from(base64url.slice(0, 4_096), 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(bytes[first] ?? 0));
}
