import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRIVATE_MEMBERS } from '../client/public-key.js';
import { PROOF_ALGS, parseProofKey } from './proof-key.js';

const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const parse = (alg: string, jwk: unknown) =>
  parseProofKey(`${segment({ typ: 'dpop+jwt', alg, jwk })}.${segment({})}.AA`);
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

/** A modulus of that many bits; what it is a product of is nobody's business here. */
const modulus = (bits: number, zeros = 0) => {
  const bytes = Buffer.alloc(Math.ceil(bits / 8), 0xff);
  bytes[0] = 0xff >> (bytes.length * 8 - bits);
  return Buffer.concat([Buffer.alloc(zeros), bytes]).toString('base64url');
};

describe('security.md 83, H07: how much work a key may make', () => {
  test.each([
    [2_047, false],
    [2_048, true],
    [3_072, true],
    [4_096, true],
    [4_097, false],
    [8_192, false],
    [16_384, false],
  ])('an RSA key of %i bits: %j', (bits, taken) => {
    for (const alg of ['RS256', 'PS256'])
      expect(parse(alg, { kty: 'RSA', e: 'AQAB', n: modulus(bits) }) !== null).toBe(taken);
  });

  test('nor is it made longer by zeros in front', () => {
    expect(parse('RS256', { kty: 'RSA', e: 'AQAB', n: modulus(2_048, 2_000) })).toBeNull();
  });

  test.each(['', 'AAAA_____w', modulus(2_048)])('an exponent of %j is refused', (e) => {
    expect(parse('RS256', { kty: 'RSA', e, n: modulus(2_048) })).toBeNull();
  });
});

describe('RFC 9449 §4.3 checks 5 to 7', () => {
  test('no algorithm is one of secrets, or none', () => {
    for (const alg of PROOF_ALGS) expect(alg).toMatch(/^(?:ES|RS|PS|Ed)/);
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('none', 'HS256', 'ES512', '__proto__', 'constructor')),
        (alg) => {
          fc.pre(!PROOF_ALGS.includes(alg));
          expect(parse(alg, ec)).toBeNull();
        },
      ),
    );
  });

  test('a key with any private member is refused, whatever its value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PRIVATE_MEMBERS), fc.jsonValue(), (member, value) => {
        expect(parse('ES256', { ...ec, [member]: value })).toBeNull();
      }),
    );
  });

  test('of what was sent only the members that make the key are kept', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
        fc.pre(!PRIVATE_MEMBERS.some((member) => Object.hasOwn(more, member)));
        expect(parse('ES256', { ...more, ...ec })).toEqual({ alg: 'ES256', jwk: ec });
      }),
    );
  });

  test('a key fits its algorithm or is refused', () => {
    for (const alg of PROOF_ALGS) expect([alg, parse(alg, ec) !== null]).toEqual([alg, alg === 'ES256']);
  });

  test('anything else is read as no proof, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
        expect(parseProofKey(text)).toBeNull();
        expect(parseProofKey(`${segment(value)}.AA.AA`)).toBeNull();
        expect(parse('ES256', value)).toBeNull();
      }),
    );
  });
});
