import { createPrivateKey, createPublicKey, generateKeyPair, hash, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type Secrets, seal, unseal } from '../credential/secrets.js';
import { buildEvent } from '../events/events.js';
import { buildCertificate } from './certificate.js';
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
  /** As it is published: an RSA key with a certificate, which some verifiers read and nothing else. @see RFC 7517 §4.7 */
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly retiredAt: number | null;
}

/** Which algorithms a tenant uses. */
export interface KeyUse {
  readonly algs: ReadonlySet<KeyAlg>;
  /** For tokens whose algorithm nobody chose. */
  readonly unasked: KeyAlg;
}

/** The keys in force. They change while the server runs; whoever holds the ring sees it at the next use. */
export interface Keyring {
  /** The key that signs now; where there was none of this algorithm, as soon as it is made. */
  current(alg: KeyAlg): SigningKey | Promise<SigningKey>;
  /** What tokens are signed with whose algorithm nobody chose. */
  unaskedAlg(): KeyAlg;
  /** Any published key, by the opaque `kid` of a token's header. */
  find(kid: string): SigningKey | undefined;
  /** Every key a verifier may need: next, current and retired. A new array whenever they change. */
  published(): readonly SigningKey[];
  /** Reads them anew, after the store's were changed. */
  reload(): Promise<void>;
  /** Follows what the tenant uses now: makes keys of an algorithm that had none. Those that are there stay. */
  use(use: KeyUse): Promise<void>;
}

const PURPOSE = 'signing key';
const generate = promisify(generateKeyPair);

/**
 * Loads the keys of this deployment. It makes none: keys of an algorithm are made when it is first used, and two nodes at
 * once agree on one set.
 *
 * @param now the clock that new keys are dated by.
 * @see docs/decisions/0020-keys-are-there-from-their-first-use.md
 */
export async function loadKeyring(store: KeyStore, secrets: Secrets, now: () => number): Promise<Keyring> {
  let keys: readonly SigningKey[] = [];
  let byKid: ReadonlyMap<string, SigningKey> = new Map();
  let currents: ReadonlyMap<KeyAlg, SigningKey> = new Map();
  let unasked: KeyAlg = 'RS256';
  const making = new Map<KeyAlg, Promise<SigningKey>>();

  const follow = (stored: readonly StoredSigningKey[]) => {
    const opened = stored.map((key) => openSigningKey(key, secrets, byKid.get(key.kid)));
    // What did not change stays what it was, so that nobody builds the key set anew.
    if (opened.length === keys.length && opened.every((key, index) => key === keys[index])) return;
    keys = opened;
    byKid = new Map(keys.map((key) => [key.kid, key]));
    currents = new Map(keys.filter(({ status }) => status === 'current').map((key) => [key.alg, key]));
  };
  const make = async (alg: KeyAlg): Promise<SigningKey> => {
    const statuses = ['current', 'next'] as const;
    const made = await Promise.all(statuses.map((status) => newSigningKey(alg, status, secrets, now())));
    follow(await store.adoptSigningKeys(made));
    const key = currents.get(alg);
    if (key === undefined) throw new Error(`the store has no current ${alg} signing key`);
    return key;
  };
  const makeOnce = (alg: KeyAlg): Promise<SigningKey> => {
    let made = making.get(alg);
    if (made === undefined) {
      made = make(alg).finally(() => making.delete(alg));
      making.set(alg, made);
    }
    return made;
  };
  const ring: Keyring = {
    current: (alg) => currents.get(alg) ?? makeOnce(alg),
    unaskedAlg: () => unasked,
    find: (kid) => byKid.get(kid),
    published: () => keys,
    reload: async () => follow(await store.adoptSigningKeys([])),
    use: async (use) => {
      unasked = use.unasked;
      await Promise.all([...use.algs].filter((alg) => !currents.has(alg)).map(makeOnce));
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

/** @param known the same key as it was opened before. */
function openSigningKey(
  stored: StoredSigningKey,
  secrets: Secrets,
  known: SigningKey | undefined,
): SigningKey {
  const { sealedPrivateKey, ...key } = stored;
  if (known !== undefined) {
    const { status, retiredAt } = stored;
    const isSame = known.status === status && known.retiredAt === retiredAt;
    return isSame ? known : { ...known, status, retiredAt };
  }
  const privateKey = createPrivateKey(unseal(secrets, PURPOSE, sealedPrivateKey));
  const publicKey = createPublicKey(privateKey);
  return { ...key, privateKey, publicKey, publicJwk: withCertificate(key, privateKey, publicKey) };
}

/**
 * An RSA key as it is published. The certificate is derived from the key whenever it is opened, so every node publishes the
 * same one, and keys that were made before there were any have theirs.
 *
 * @see RFC 7517 §4.7, §4.8, §4.9
 */
function withCertificate(
  { kid, alg, publicJwk, createdAt }: Omit<StoredSigningKey, 'sealedPrivateKey'>,
  privateKey: KeyObject,
  publicKey: KeyObject,
): SigningKey['publicJwk'] {
  if (alg !== 'RS256') return publicJwk;
  const certificate = buildCertificate({ kid, createdAt, privateKey, publicKey });
  return {
    ...publicJwk,
    x5c: [certificate.toString('base64')],
    x5t: hash('sha1', certificate, 'base64url'),
    'x5t#S256': hash('sha256', certificate, 'base64url'),
  };
}
