import { createPrivateKey, createPublicKey, generateKeyPair, hash, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type Secrets, seal, unseal } from '../credential/secrets.js';
import { buildEvent } from '../events/events.js';
import type { KeyStore, StoredSigningKey } from './key-store.js';

/** What keys of ours sign with. @see RFC 7518 §3.1 */
export type KeyAlg = StoredSigningKey['alg'];

/** Each has a next and a current key, always. */
export const KEY_ALGS: readonly KeyAlg[] = ['ES256', 'RS256'];

/** How long a verifier may keep the published set; a new key is published at least this long before it signs. */
export const JWKS_MAX_AGE_MS = 300_000;

/** One key of the server, ready to sign and verify. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: KeyAlg;
  readonly status: StoredSigningKey['status'];
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly retiredAt: number | null;
}

/** The keys in force. They change while the server runs; whoever holds the ring sees it at the next use. */
export interface Keyring {
  /** The key that signs now. */
  current(alg: KeyAlg): SigningKey;
  /** Any published key, by the opaque `kid` of a token's header. */
  find(kid: string): SigningKey | undefined;
  /** Every key a verifier may need: next, current and retired. A new array whenever they change. */
  published(): readonly SigningKey[];
  /** Reads them anew, after the store's were changed. */
  reload(): Promise<void>;
}

const PURPOSE = 'signing key';
const generate = promisify(generateKeyPair);

/** Loads the keys of this deployment, making them first where there are none. Two nodes at once agree on one set. */
export async function loadKeyring(store: KeyStore, secrets: Secrets, now: number): Promise<Keyring> {
  if ((await store.adoptSigningKeys([])).length === 0) {
    const made = KEY_ALGS.flatMap((alg) => [
      newSigningKey(alg, 'current', secrets, now),
      newSigningKey(alg, 'next', secrets, now),
    ]);
    await store.adoptSigningKeys(await Promise.all(made));
  }
  let keys: readonly SigningKey[] = [];
  let byKid: ReadonlyMap<string, SigningKey> = new Map();
  let currents: ReadonlyMap<KeyAlg, SigningKey> = new Map();
  const ring: Keyring = {
    current(alg) {
      const key = currents.get(alg);
      if (key === undefined) throw new Error(`the store has no current ${alg} signing key`);
      return key;
    },
    find: (kid) => byKid.get(kid),
    published: () => keys,
    async reload() {
      keys = (await store.adoptSigningKeys([])).map((key) => openSigningKey(key, secrets));
      byKid = new Map(keys.map((key) => [key.kid, key]));
      currents = new Map(keys.filter(({ status }) => status === 'current').map((key) => [key.alg, key]));
    },
  };
  await ring.reload();
  return ring;
}

/** What became of a rotation, by the `kid` of the keys. */
export type RotationOutcome =
  | { readonly outcome: 'rotated'; readonly current: string; readonly next: string }
  /** A verifier that honours the advertised cache may not know the next key yet. */
  | { readonly outcome: 'too-early'; readonly waitMs: number }
  /** Somebody else rotated at the same moment. */
  | { readonly outcome: 'changed' };

/**
 * The next key of an algorithm begins to sign, the one that signed is kept for what it signed, and a new next key is
 * published.
 *
 * @param force rotates although the next key is younger than the cache lifetime: some verifiers will fail for a while.
 * @see security.md 82, H11
 */
export async function rotateSigningKey(
  ring: Keyring,
  alg: KeyAlg,
  { store, secrets, now, force }: { store: KeyStore; secrets: Secrets; now: number; force: boolean },
): Promise<RotationOutcome> {
  const next = ring.published().find((key) => key.alg === alg && key.status === 'next');
  if (next === undefined) return { outcome: 'changed' };
  const waitMs = next.createdAt + JWKS_MAX_AGE_MS - now;
  if (waitMs > 0 && !force) return { outcome: 'too-early', waitMs };
  const successor = await newSigningKey(alg, 'next', secrets, now);
  const events = [buildEvent(now, 'key.rotated', { reason: force && waitMs > 0 ? 'forced' : null })];
  const outcome = await store.rotateSigningKey({ nextKid: next.kid, successor, now, events });
  await ring.reload();
  return outcome === 'rotated' ? { outcome, current: next.kid, next: successor.kid } : { outcome: 'changed' };
}

/** Forgets a retired key before its time: a leaked one. Everything it signed is worth nothing from now on. */
export async function deleteRetiredSigningKey(
  ring: Keyring,
  kid: string,
  { store, now }: { store: KeyStore; now: number },
): Promise<'deleted' | 'not-retired'> {
  const outcome = await store.deleteRetiredSigningKey(kid, [buildEvent(now, 'key.retired', {})]);
  await ring.reload();
  return outcome;
}

async function newSigningKey(
  alg: KeyAlg,
  status: StoredSigningKey['status'],
  secrets: Secrets,
  now: number,
): Promise<StoredSigningKey> {
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
    status,
    publicJwk: { ...jwk, kid, alg, use: 'sig' },
    sealedPrivateKey: seal(secrets, PURPOSE, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
    createdAt: now,
    retiredAt: null,
  };
}

function openSigningKey(stored: StoredSigningKey, secrets: Secrets): SigningKey {
  const { sealedPrivateKey, ...key } = stored;
  const privateKey = createPrivateKey(unseal(secrets, PURPOSE, sealedPrivateKey));
  return { ...key, privateKey, publicKey: createPublicKey(privateKey) };
}
