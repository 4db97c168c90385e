import type { JWK } from 'jose';
import { findPublicKeyFault } from '../client/public-key.js';

/** With a key and a signature of RSA 4096 and a long address a proof is a third of this. @see security.md 83 */
const LONGEST_PROOF = 8_192;

/** 4096 bits as base64url: whoever sends the key chooses how long its verification takes. @see H07 */
const LONGEST_MODULUS = 683;

/** The kind of key each algorithm takes, and the members that are the whole of it. */
const KEYS: Readonly<Record<string, { kty: string; crv?: string; members: readonly string[] }>> = {
  ES256: { kty: 'EC', crv: 'P-256', members: ['crv', 'x', 'y'] },
  // RFC 9864 gives it the name of its curve; SDKs use that one, FAPI 2.0 the older.
  Ed25519: { kty: 'OKP', crv: 'Ed25519', members: ['crv', 'x'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: ['crv', 'x'] },
  PS256: { kty: 'RSA', members: ['n', 'e'] },
  RS256: { kty: 'RSA', members: ['n', 'e'] },
};

/** Signatures of a proof. None is made with a secret. @see RFC 9449 §4.3 check 5 */
export const PROOF_ALGS: readonly string[] = Object.keys(KEYS);

/** The key that a proof names, before anybody knows whether it signed. */
export interface ProofKey {
  readonly alg: string;
  /** The members that make the key, and nothing else of what was sent. */
  readonly jwk: JWK;
}

/**
 * Reads the header of a proof. Does not look at its signature.
 *
 * @returns `null` for anything but one compact JWT of the right type, with a public key that fits its algorithm.
 * @see RFC 9449 §4.2, §4.3 checks 1 to 6
 */
export function parseProofKey(proof: string): ProofKey | null {
  // Two headers arrive joined by a comma, which no JWT holds: "There is not more than one DPoP HTTP request header field."
  if (proof.length > LONGEST_PROOF || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(proof)) return null;
  const header = parseObject(Buffer.from(proof.slice(0, proof.indexOf('.')), 'base64url').toString());
  if (header?.typ !== 'dpop+jwt' || typeof header.alg !== 'string') return null;
  const jwk = parsePublicKey(header.jwk, header.alg);
  return jwk === null ? null : { alg: header.alg, jwk };
}

function parsePublicKey(sent: unknown, alg: string): JWK | null {
  const kind = Object.hasOwn(KEYS, alg) ? KEYS[alg] : undefined;
  if (kind === undefined || !isObject(sent)) return null;
  // "The jwk JOSE Header Parameter does not contain a private key."
  if (sent.kty !== kind.kty || sent.crv !== kind.crv || findPublicKeyFault(sent) !== null) return null;
  const jwk: Record<string, string> = { kty: kind.kty };
  for (const name of kind.members) {
    const value = sent[name];
    if (typeof value !== 'string' || value.length > LONGEST_MODULUS) return null;
    jwk[name] = value;
  }
  return jwk as JWK;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
