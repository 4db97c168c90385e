import { createPrivateKey, createPublicKey, generateKeyPair, hash, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type Secrets, seal, unseal } from '../credential/secrets.js';
import type { Store, StoredSigningKey } from '../store/store.js';

export type KeyAlg = 'ES256' | 'RS256';

/** One key of the server, ready to sign and verify. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: KeyAlg;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export interface Keyring {
  /** The key that signs now. */
  current(alg: KeyAlg): SigningKey;
  /** Any published key, by the opaque `kid` of a token's header. */
  find(kid: string): SigningKey | undefined;
  /** Every key a verifier may need: next, current and retired. */
  readonly published: readonly SigningKey[];
}

const PURPOSE = 'signing key';
const generate = promisify(generateKeyPair);

/** Loads the keys of this deployment, making them first where there are none. Two nodes at once agree on one set. */
export async function loadSigningKeys(store: Store, secrets: Secrets, now: number): Promise<Keyring> {
  let stored = await store.adoptSigningKeys([]);
  if (stored.length === 0) {
    const candidates = await Promise.all([
      newSigningKey('ES256', secrets, now),
      newSigningKey('RS256', secrets, now),
    ]);
    stored = await store.adoptSigningKeys(candidates);
  }
  return buildKeyring(stored.map((key) => openSigningKey(key, secrets)));
}

function buildKeyring(keys: readonly (SigningKey & { status: StoredSigningKey['status'] })[]): Keyring {
  const byKid = new Map(keys.map((key) => [key.kid, key]));
  const currentOf = (alg: KeyAlg) => keys.find((key) => key.alg === alg && key.status === 'current');
  const current = { ES256: currentOf('ES256'), RS256: currentOf('RS256') };
  return {
    current(alg) {
      const key = current[alg];
      if (key === undefined) throw new Error(`the store has no current ${alg} signing key`);
      return key;
    },
    find: (kid) => byKid.get(kid),
    published: keys,
  };
}

async function newSigningKey(alg: KeyAlg, secrets: Secrets, now: number): Promise<StoredSigningKey> {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 });
  const jwk = publicKey.export({ format: 'jwk' });
  // RFC 7638 asks for the members in this order; the thumbprint makes a kid that says nothing but which key it is.
  const thumbprint =
    alg === 'ES256'
      ? JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })
      : JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n });
  const kid = hash('sha256', thumbprint, 'base64url');
  return {
    kid,
    alg,
    status: 'current',
    publicJwk: { ...jwk, kid, alg, use: 'sig' },
    sealedPrivateKey: seal(secrets, PURPOSE, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    createdAt: now,
  };
}

function openSigningKey(
  stored: StoredSigningKey,
  secrets: Secrets,
): SigningKey & { status: StoredSigningKey['status'] } {
  const privateKey = createPrivateKey(unseal(secrets, PURPOSE, stored.sealedPrivateKey));
  return {
    kid: stored.kid,
    alg: stored.alg,
    status: stored.status,
    privateKey,
    publicKey: createPublicKey(privateKey),
    publicJwk: stored.publicJwk,
  };
}
