import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import { type Keyring, loadKeyring, type SigningKey } from '../keys/signing-keys.js';
import { openStore } from '../store/open-store.js';
import { signJwt, signJwtWithSecret, verifyOwnJwt } from './jwt.js';

const ISSUER = 'https://op.test/';
const CLAIMS = { iss: ISSUER, sub: 'mira', iat: 1_700_000_000, exp: 4_000_000_000, text: 'é⛵️"<' };

let keys: Keyring;
let current: Record<'ES256' | 'RS256', SigningKey>;
const tokens: Record<'ES256' | 'RS256', string> = { ES256: '', RS256: '' };
beforeAll(async () => {
  const store = await openStore('sqlite::memory:');
  keys = await loadKeyring(store, parseSecrets(newSecret()), () => 0);
  await keys.use({ algs: new Set(['ES256', 'RS256']), unasked: 'RS256' });
  current = { ES256: await keys.current('ES256'), RS256: await keys.current('RS256') };
  await store.close();
  for (const alg of ['ES256', 'RS256'] as const) tokens[alg] = await signJwt(current[alg], 'JWT', CLAIMS);
});

const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe.each(['ES256', 'RS256'] as const)('%s', (alg) => {
  test('jose verifies it with the published key', async () => {
    const jwks = { keys: keys.published().map(({ publicJwk }) => publicJwk) } as never;
    const { payload, protectedHeader } = await jwtVerify(tokens[alg], createLocalJWKSet(jwks), {
      typ: 'JWT',
    });
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: current[alg].kid });
    expect(payload).toEqual(CLAIMS);
  });

  test.each([
    ['JWT', {}, 'id-token'],
    ['JWT', { grant_id: 'g' }, 'access-token'],
    ['at+jwt', { grant_id: 'g' }, 'access-token'],
    ['at+jwt', {}, null],
    ['userinfo+jwt', {}, null],
    ['userinfo+jwt', { grant_id: 'g' }, null],
  ] as const)(
    'security.md 80: typ %s with %j is accepted as %s and as nothing else',
    async (typ, more, kind) => {
      const claims = { ...CLAIMS, ...more };
      const token = await signJwt(current[alg], typ, claims);
      for (const other of ['id-token', 'access-token'] as const)
        expect([other, verifyOwnJwt(keys, token, other)]).toEqual([other, other === kind ? claims : null]);
    },
  );

  test('altered in any one character it is refused: a token has one spelling', () => {
    const { length } = tokens[alg];
    fc.assert(
      fc.property(
        fc.nat(length - 1),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
        (at, other) => {
          const altered = tokens[alg].slice(0, at) + other + tokens[alg].slice(at + 1);
          fc.pre(altered !== tokens[alg]);
          expect(verifyOwnJwt(keys, altered, 'id-token')).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });

  test('the last character of the signature, in every spelling that decodes alike', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=';
    for (const last of alphabet) {
      const other = tokens[alg].slice(0, -1) + last;
      if (other !== tokens[alg]) expect([last, verifyOwnJwt(keys, other, 'id-token')]).toEqual([last, null]);
    }
  });

  test('cut off anywhere it is refused', () => {
    for (let length = 0; length < tokens[alg].length; length += 7)
      expect(verifyOwnJwt(keys, tokens[alg].slice(0, length), 'id-token')).toBeNull();
  });
});

describe('security.md 79, 84', () => {
  const own = () => current.RS256;

  test('HS256 with our kid, under anything public', () => {
    const spki = own().publicKey.export({ type: 'spki', format: 'pem' });
    const input = `${segment({ alg: 'HS256', typ: 'JWT', kid: own().kid })}.${segment(CLAIMS)}`;
    for (const secret of [spki, JSON.stringify(own().publicJwk), '', own().kid]) {
      const forged = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      expect(verifyOwnJwt(keys, forged, 'id-token')).toBeNull();
    }
  });

  test('a genuine signature of a key under the other key’s kid', () => {
    const input = `${segment({ alg: 'ES256', typ: 'JWT', kid: current.ES256.kid })}.${segment(CLAIMS)}`;
    const forged = `${input}.${sign('sha256', Buffer.from(input), own().privateKey).toString('base64url')}`;
    expect(verifyOwnJwt(keys, forged, 'id-token')).toBeNull();
  });

  test('a stranger’s key, with jwk, jku, x5u or crit in the header', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    for (const more of [
      { jwk },
      { jku: 'https://evil.test/' },
      { x5u: 'https://evil.test/' },
      { crit: ['exp'] },
    ]) {
      const header = { alg: 'ES256', typ: 'JWT', kid: current.ES256.kid, ...more };
      const input = `${segment(header)}.${segment(CLAIMS)}`;
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const };
      expect(
        verifyOwnJwt(
          keys,
          `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`,
          'id-token',
        ),
      ).toBeNull();
    }
  });

  test('any text is refused and nothing is thrown', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        expect(verifyOwnJwt(keys, parts.join('.'), 'id-token')).toBeNull();
      }),
    );
  });

  test('security.md 83: over 16 KB nothing is parsed', () => {
    expect(verifyOwnJwt(keys, `${tokens.ES256}${'A'.repeat(16_384)}`, 'id-token')).toBeNull();
  });
});

test('RFC 7518 §3.2: HS256 for those who registered it verifies with the secret, and is none of ours to accept', async () => {
  const secret = Buffer.from('a secret of at least thirty-two bytes');
  const { createSecretKey } = await import('node:crypto');
  const token = signJwtWithSecret(createSecretKey(secret), 'JWT', CLAIMS);
  expect((await jwtVerify(token, secret, { algorithms: ['HS256'], typ: 'JWT' })).payload).toEqual(CLAIMS);
  expect(verifyOwnJwt(keys, token, 'id-token')).toBeNull();
});
