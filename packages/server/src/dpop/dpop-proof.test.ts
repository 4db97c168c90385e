import { createHmac, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import type { HttpRequest } from '../http/request.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { buildDpopNonce } from './dpop-nonce.js';
import { findProof } from './dpop-proof.js';
import { buildUseDpopNonce } from './use-dpop-nonce.js';

type Json = Record<string, unknown>;

const NOW = 1_700_000_000_000;
const URL_OF_TOKEN = 'https://login.test/oauth/token';
const secrets = parseSecrets(newSecret());
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const publicOf = (pair: { publicKey: KeyObject }): Json => pair.publicKey.export({ format: 'jwk' }) as Json;

let store: Store;
let uses = 0;
beforeAll(async () => {
  const opened = await openStore('sqlite::memory:');
  store = {
    ...opened,
    useOnce: (use) => {
      uses += 1;
      return opened.useOnce(use);
    },
  };
});
afterAll(() => store.close());

const segment = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

let made = 0;
const claimsOf = (more: Json = {}): Json => {
  made += 1;
  return { jti: `jti-${made}`, htm: 'POST', htu: URL_OF_TOKEN, iat: NOW / 1000, ...more };
};
const headerOf = (more: Json = {}): Json => ({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicOf(ec), ...more });

/** As Node signs: by algorithm, whatever the header says. */
function sealed(header: Json, claims: Json, key: KeyObject, alg = header.alg): string {
  const input = `${segment(header)}.${segment(claims)}`;
  const bytes = Buffer.from(input);
  const made =
    alg === 'ES256'
      ? sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })
      : alg === 'PS256'
        ? sign('sha256', bytes, { key, padding: 6, saltLength: 32 })
        : sign(alg === 'RS256' ? 'sha256' : null, bytes, key);
  return `${input}.${made.toString('base64url')}`;
}
const proofOf = (claims: Json = {}, header: Json = {}) =>
  sealed(headerOf(header), claimsOf(claims), ec.privateKey, 'ES256');

const ask = (
  proof: string | undefined,
  asked: { accessToken?: string; nonce?: 'required' | 'optional'; now?: number; host?: string } = {},
) => {
  const headers: Record<string, string | undefined> = { dpop: proof, host: asked.host ?? 'login.test' };
  const http = { method: 'POST', header: (name: string) => headers[name] } as HttpRequest;
  const { accessToken = null, nonce = 'optional', now = NOW } = asked;
  return findProof(http, { url: URL_OF_TOKEN, accessToken, nonce }, { store, secrets, now: () => now });
};

describe('RFC 9449 §4.3: a proof', () => {
  test('that is not there is none; one that is there is good or refused', async () => {
    expect(await ask(undefined)).toEqual({ outcome: 'none' });
    expect(await ask('')).toEqual({ outcome: 'invalid' });
  });

  test.each([
    ['ES256', ec],
    ['RS256', rsa],
    ['PS256', rsa],
    ['EdDSA', ed],
    ['Ed25519', ed],
  ] as const)('of %s names its key by RFC 7638’s thumbprint', async (alg, pair) => {
    const jwk = publicOf(pair);
    const proof = sealed(headerOf({ alg, jwk }), claimsOf(), pair.privateKey);
    const jkt = await calculateJwkThumbprint(jwk as JWK);
    expect(await ask(proof)).toEqual({ outcome: 'proven', jkt, nonceIssuedAt: null });
  });

  test('names the same key, whatever else its jwk says', async () => {
    const jkt = await calculateJwkThumbprint(publicOf(ec) as JWK);
    const jwk = {
      ...publicOf(ec),
      use: 'enc',
      key_ops: ['encrypt'],
      alg: 'ES512',
      ext: false,
      x5u: 'https://evil.test/',
    };
    expect(await ask(proofOf({}, { jwk }))).toMatchObject({ outcome: 'proven', jkt });
  });

  test('check 1: sent twice is refused, as Node joins it', async () => {
    expect(await ask(`${proofOf()}, ${proofOf()}`)).toEqual({ outcome: 'invalid' });
    expect(await ask(`${proofOf()},`)).toEqual({ outcome: 'invalid' });
  });

  test('is for the issuer’s own address, whatever Host says', async () => {
    expect(await ask(proofOf({ htu: 'https://evil.test/oauth/token' }), { host: 'evil.test' })).toEqual({
      outcome: 'invalid',
    });
    expect((await ask(proofOf(), { host: 'evil.test' })).outcome).toBe('proven');
  });

  test('check 12: for a token holds its hash', async () => {
    const accessToken = 'a.b.c';
    const ath = hash('sha256', accessToken, 'base64url');
    expect((await ask(proofOf({ ath }), { accessToken })).outcome).toBe('proven');
    expect((await ask(proofOf({ ath }), { accessToken: 'a.b.d' })).outcome).toBe('invalid');
    expect((await ask(proofOf(), { accessToken })).outcome).toBe('invalid');
  });
});

describe('security.md 80, 84, H01, H02: what is no proof', () => {
  const secretOf = (text: string | Buffer, header: Json) => {
    const input = `${segment(header)}.${segment(claimsOf())}`;
    return `${input}.${createHmac('sha256', text).update(input).digest('base64url')}`;
  };
  const jwk = publicOf(ec);
  const parts = () => proofOf().split('.') as [string, string, string];
  const privateEc = ec.privateKey.export({ format: 'jwk' }) as Json;
  const privateRsa = rsa.privateKey.export({ format: 'jwk' }) as Json;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const huge = { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(1024, 0xff).toString('base64url') };
  const rs = (key: Json) => sealed(headerOf({ alg: 'RS256', jwk: key }), claimsOf(), rsa.privateKey);

  test.each<[string, () => string]>([
    ['without typ', () => proofOf({}, { typ: undefined })],
    ['typ JWT', () => proofOf({}, { typ: 'JWT' })],
    ['typ at+jwt', () => proofOf({}, { typ: 'at+jwt' })],
    ['typ an object', () => proofOf({}, { typ: { toString: 'dpop+jwt' } })],
    ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg): [string, () => string][] => [
      [`alg "${alg}"`, () => proofOf({}, { alg })],
      [`alg "${alg}" without signature`, () => `${segment(headerOf({ alg }))}.${segment(claimsOf())}.`],
    ]),
    ['alg of Object.prototype', () => proofOf({}, { alg: 'toString' })],
    ['without alg', () => proofOf({}, { alg: undefined })],
    ['alg ES384', () => proofOf({}, { alg: 'ES384' })],
    ['alg RS256 with an EC key', () => proofOf({}, { alg: 'RS256' })],
    ['HS256 under the public key as JWK', () => secretOf(JSON.stringify(jwk), headerOf({ alg: 'HS256' }))],
    [
      'HS256 under the public key as PEM',
      () => secretOf(ec.publicKey.export({ type: 'spki', format: 'pem' }), headerOf({ alg: 'HS256' })),
    ],
    [
      'HS256 under a symmetric key that it brings',
      () => secretOf('shared', headerOf({ alg: 'HS256', jwk: { kty: 'oct', k: segment('shared') } })),
    ],
    ['ES256 with a symmetric key', () => proofOf({}, { jwk: { kty: 'oct', k: segment('shared') } })],
    ['with a private EC key', () => proofOf({}, { jwk: privateEc })],
    ['with d null', () => proofOf({}, { jwk: { ...jwk, d: null } })],
    ['with a private RSA key', () => rs(privateRsa)],
    ['with one private member', () => rs({ ...publicOf(rsa), qi: 'AQAB' })],
    ['with a key of P-384', () => sealed(headerOf({ jwk: publicOf(p384) }), claimsOf(), p384.privateKey)],
    ['without jwk', () => proofOf({}, { jwk: undefined })],
    ['with jwk as a string', () => proofOf({}, { jwk: JSON.stringify(jwk) })],
    ['with jwk in an array', () => proofOf({}, { jwk: [jwk] })],
    ['with x an object', () => proofOf({}, { jwk: { ...jwk, x: { length: 1 } } })],
    ['with y missing', () => proofOf({}, { jwk: { ...jwk, y: undefined } })],
    ['with a point that is not on the curve', () => proofOf({}, { jwk: { ...jwk, y: jwk.x } })],
    ['with jku in place of jwk', () => proofOf({}, { jwk: undefined, jku: 'https://evil.test/jwks' })],
    ['with kid in place of jwk', () => proofOf({}, { jwk: undefined, kid: 'k1' })],
    ['with crit', () => proofOf({}, { crit: ['exp'], exp: 1 })],
    ['with b64 false', () => proofOf({}, { crit: ['b64'], b64: false })],
    [
      'H07: RSA of 1024 bits',
      () => sealed(headerOf({ alg: 'RS256', jwk: publicOf(short) }), claimsOf(), short.privateKey),
    ],
    ['H07: RSA of 8192 bits', () => rs(huge)],
    ['H07: an exponent of 2048 bits', () => rs({ ...publicOf(rsa), e: publicOf(rsa).n })],
    ['H07: a megabyte', () => proofOf({ more: 'x'.repeat(1_000_000) })],
    ['H07: ten thousand periods', () => '.'.repeat(10_000)],
    ['H07: a deep header', () => `${segment('['.repeat(5_000))}.${segment('{}')}.AA`],
    [
      'signed by another key',
      () => sealed(headerOf(), claimsOf(), generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    ],
    [
      'of another’s key with an old signature',
      () => [segment(headerOf({ jwk: publicOf(p384) })), ...parts().slice(1)].join('.'),
    ],
    ['without signature', () => parts().toSpliced(2, 1, '').join('.')],
    ['with a signature of zeros', () => parts().toSpliced(2, 1, 'A'.repeat(86)).join('.')],
    ['of two parts', () => parts().slice(0, 2).join('.')],
    ['of four parts', () => `${proofOf()}.x`],
    ['of five parts', () => `${proofOf()}.x.y`],
    ['padded', () => `${proofOf()}=`],
    ['with a blank', () => ` ${proofOf()}`],
    ['whose header is no JSON', () => parts().toSpliced(0, 1, segment('{')).join('.')],
    ['whose header is null', () => parts().toSpliced(0, 1, segment('null')).join('.')],
    ['whose claims are an array', () => sealed(headerOf(), [] as unknown as Json, ec.privateKey)],
    ['whose claims are no JSON', () => sealed(headerOf(), '{' as unknown as Json, ec.privateKey)],
    ['H04: nbf in two minutes', () => proofOf({ nbf: NOW / 1000 + 120 })],
    ['H04: exp two minutes ago', () => proofOf({ exp: NOW / 1000 - 120 })],
    ['H04: without iat', () => proofOf({ iat: undefined })],
    ['H04: of an hour ago', () => proofOf({ iat: NOW / 1000 - 3_600 })],
  ])('%s', async (_name, make) => {
    uses = 0;
    for (const nonce of ['optional', 'required'] as const)
      expect(await ask(make(), { nonce })).toEqual({ outcome: 'invalid' });
    expect(uses).toBe(0);
  });

  test('H01: any byte of a good proof altered', async () => {
    const proof = proofOf();
    // The last character of a signature holds bits that mean nothing.
    for (let at = 0; at < proof.length - 1; at += 7) {
      const altered = `${proof.slice(0, at)}${proof[at] === 'A' ? 'B' : 'A'}${proof.slice(at + 1)}`;
      expect(await ask(altered)).toEqual({ outcome: 'invalid' });
    }
    expect((await ask(proof)).outcome).toBe('proven');
  });
});

describe('security.md 90: a jti counts once', () => {
  test('for whichever of 20 requests comes first', async () => {
    const proof = proofOf();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask(proof)));
    expect(outcomes.filter(({ outcome }) => outcome === 'proven')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(19);
  });

  test('in another proof of the same key as well; another key’s of the same text is its own', async () => {
    expect((await ask(proofOf({ jti: 'shared' }))).outcome).toBe('proven');
    expect((await ask(proofOf({ jti: 'shared', more: 1 }))).outcome).toBe('replayed');
    const other = sealed(
      headerOf({ alg: 'RS256', jwk: publicOf(rsa) }),
      claimsOf({ jti: 'shared' }),
      rsa.privateKey,
    );
    expect((await ask(other)).outcome).toBe('proven');
  });

  test('and is known for as long as the proof could be taken again', async () => {
    const proof = proofOf({ nonce: buildDpopNonce(secrets, NOW) });
    expect((await ask(proof)).outcome).toBe('proven');
    await store.deleteExpired(NOW + 299_000, { logRetentionMs: 0, atMost: 1_000 });
    expect((await ask(proof, { now: NOW + 299_000 })).outcome).toBe('replayed');
  });
});

describe('RFC 9449 §8: the challenge', () => {
  test('spends nothing: the same proof is challenged again, and counts where no nonce is needed', async () => {
    uses = 0;
    const proof = proofOf();
    expect(await ask(proof, { nonce: 'required' })).toEqual({ outcome: 'nonce-required' });
    expect(await ask(proof, { nonce: 'required' })).toEqual({ outcome: 'nonce-required' });
    expect(uses).toBe(0);
    expect((await ask(proof)).outcome).toBe('proven');
  });

  test('is met by the nonce that it brings, until that is five minutes old', async () => {
    const { status, headers, body } = buildUseDpopNonce(secrets, NOW);
    expect([status, JSON.parse(body).error]).toEqual([400, 'use_dpop_nonce']);
    const nonce = headers['dpop-nonce'];
    const iat = (now: number) => ({ nonce, iat: now / 1000 });
    for (const now of [NOW, NOW + 300_000])
      expect(await ask(proofOf(iat(now)), { nonce: 'required', now })).toMatchObject({
        outcome: 'proven',
        nonceIssuedAt: NOW,
      });
    const stale = await ask(proofOf(iat(NOW + 300_001)), { nonce: 'required', now: NOW + 300_001 });
    expect(stale).toEqual({ outcome: 'nonce-required' });
  });

  test('lets a client in whose clock is three minutes wrong', async () => {
    const iat = NOW / 1000 - 180;
    expect(await ask(proofOf({ iat }))).toEqual({ outcome: 'nonce-required' });
    const nonce = buildDpopNonce(secrets, NOW);
    expect(await ask(proofOf({ iat, nonce }))).toMatchObject({ outcome: 'proven', nonceIssuedAt: NOW });
  });

  test('an old nonce, or another server’s, counts as none where none is needed', async () => {
    for (const nonce of [buildDpopNonce(secrets, NOW - 3_600_000), 'another server’s'])
      expect(await ask(proofOf({ nonce }))).toMatchObject({ outcome: 'proven', nonceIssuedAt: null });
  });
});
