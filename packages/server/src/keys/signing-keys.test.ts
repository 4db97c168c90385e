import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import { StoreUnavailable } from '../fault/fault.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { type KeyAlg, loadKeyring, rotateSigningKey } from './signing-keys.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const secrets = parseSecrets(newSecret());
const using = (...algs: KeyAlg[]) => ({ algs: new Set(algs), unasked: algs[0] ?? 'RS256' });

let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});
afterEach(() => store.close());

const load = () => loadKeyring(store, secrets, () => NOW);

describe('docs/decisions/0020: keys of an algorithm are there from its first use', () => {
  test('nobody uses any: none are made', async () => {
    expect((await load()).published()).toEqual([]);
  });

  test('a use makes one that signs and one that follows; the end of the use leaves them', async () => {
    const ring = await load();
    await ring.use(using('RS256'));
    expect(ring.published().map(({ alg, status }) => [alg, status])).toEqual(
      expect.arrayContaining([
        ['RS256', 'current'],
        ['RS256', 'next'],
      ]),
    );
    await ring.use(using('ES256'));
    expect(ring.published()).toHaveLength(4);
    await ring.use(using('ES256'));
    expect(ring.published()).toHaveLength(4);
    expect((await load()).published()).toHaveLength(4);
  });

  test('the first signature does not wait for anybody to announce the use: the key is made for it, once', async () => {
    const ring = await load();
    const signers = await Promise.all(Array.from({ length: 20 }, async () => ring.current('ES256')));
    expect(new Set(signers.map(({ kid }) => kid)).size).toBe(1);
    expect(ring.published()).toHaveLength(2);
    expect(ring.current('ES256')).toBe(signers[0]);
  });

  test('two nodes that begin to use it at once sign with the same key', async () => {
    const [one, two] = [await load(), await load()];
    await Promise.all([one.use(using('ES256')), two.use(using('ES256'))]);
    expect((await one.current('ES256')).kid).toBe((await two.current('ES256')).kid);
    expect(one.published().map(({ kid }) => kid)).toEqual(two.published().map(({ kid }) => kid));
  });

  test('a store that does not answer is trouble that passes', async () => {
    const failing = { fails: true };
    const ring = await loadKeyring(
      {
        ...store,
        adoptSigningKeys: (keys) =>
          failing.fails && keys.length > 0
            ? Promise.reject(new StoreUnavailable('away'))
            : store.adoptSigningKeys(keys),
      },
      secrets,
      () => NOW,
    );
    await expect(Promise.resolve(ring.current('ES256'))).rejects.toThrow(StoreUnavailable);
    failing.fails = false;
    expect((await ring.current('ES256')).alg).toBe('ES256');
  });

  test('a reading that finds nothing new leaves the key set as it is; a rotation does not', async () => {
    const ring = await load();
    await ring.use(using('RS256', 'ES256'));
    const published = ring.published();
    await ring.reload();
    expect(ring.published()).toBe(published);
    const before = await ring.current('ES256');
    await rotateSigningKey(ring, 'ES256', { store, secrets, now: NOW, force: true });
    expect(ring.published()).not.toBe(published);
    expect((await ring.current('ES256')).kid).not.toBe(before.kid);
    expect(ring.find(before.kid)).toMatchObject({ status: 'retired', retiredAt: NOW });
  });
});

test('every node publishes the same certificate of an RSA key, and no other key has one', async () => {
  const [one, two] = [await load(), await load()];
  await one.use(using('RS256', 'ES256'));
  await two.reload();
  expect(two.published().map(({ publicJwk }) => publicJwk)).toEqual(
    one.published().map(({ publicJwk }) => publicJwk),
  );
  for (const { alg, publicJwk, publicKey } of one.published()) {
    const [x5c] = (publicJwk.x5c ?? []) as string[];
    expect([alg, x5c === undefined]).toEqual([alg, alg === 'ES256']);
    if (x5c === undefined) continue;
    const certificate = new X509Certificate(Buffer.from(x5c, 'base64'));
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    const thumbprint = (hex: string) => Buffer.from(hex.replaceAll(':', ''), 'hex').toString('base64url');
    expect(publicJwk.x5t).toBe(thumbprint(certificate.fingerprint));
    expect(publicJwk['x5t#S256']).toBe(thumbprint(certificate.fingerprint256));
  }
});
