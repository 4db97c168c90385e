import { hashSync, parseOptions } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DECOY_PASSWORD_HASH, parsePasswordHash } from './password-hash.js';

const SALT = 'A'.repeat(22);
const OUTPUT = 'A'.repeat(43);
const argon2 = (parameters: string) => `$argon2id$v=19$${parameters}$${SALT}$${OUTPUT}`;

describe('parsePasswordHash', () => {
  test('reads a hash with the parameters of this server as current, and any other as not', () => {
    const current = { memoryCost: 19456, timeCost: 2, parallelism: 1 };
    const isCurrent = (hash: string) => {
      const parsed = parsePasswordHash(hash);
      return parsed.kind === 'argon2' && parsed.isCurrent;
    };
    expect(isCurrent(hashSync('x', current))).toBe(true);
    expect(isCurrent(DECOY_PASSWORD_HASH)).toBe(true);
    expect(isCurrent(hashSync('x', { ...current, memoryCost: 1024 }))).toBe(false);
    expect(isCurrent(hashSync('x', { ...current, timeCost: 3 }))).toBe(false);
    expect(isCurrent(hashSync('x', { ...current, parallelism: 2 }))).toBe(false);
    expect(isCurrent(hashSync('x', { ...current, outputLen: 16 }))).toBe(false);
    expect(isCurrent(hashSync('x', { ...current, algorithm: 1 }))).toBe(false);
    expect(isCurrent(hashSync('x', { ...current, version: 0 }))).toBe(false);
  });

  test.each(['argon2id', 'argon2i', 'argon2d'])('reads %s', (variant) => {
    expect(parsePasswordHash(`$${variant}$v=19$m=4096,t=3,p=2$${SALT}$${OUTPUT}`)).toEqual({
      kind: 'argon2',
      variant,
      memoryKiB: 4096,
      passes: 3,
      parallelism: 2,
      isCurrent: false,
    });
  });

  test.each(['$2a$', '$2b$', '$2y$'])('reads bcrypt %s', (prefix) => {
    const hash = bcrypt.hashSync('x', 4);
    expect(parsePasswordHash(prefix + hash.slice(4))).toEqual({ kind: 'bcrypt', cost: 4 });
  });

  test.each([
    ['256 MiB', argon2('m=262144,t=2,p=1'), argon2('m=262145,t=2,p=1')],
    ['10 passes', argon2('m=19456,t=10,p=1'), argon2('m=19456,t=11,p=1')],
    ['4 lanes', argon2('m=19456,t=2,p=4'), argon2('m=19456,t=2,p=5')],
    ['bcrypt cost 14', `$2b$14$${'a'.repeat(53)}`, `$2b$15$${'a'.repeat(53)}`],
  ])('an imported hash may ask for %s and no more', (_, allowed, refused) => {
    expect(parsePasswordHash(allowed).kind).not.toBe('refused');
    expect(parsePasswordHash(refused)).toEqual({ kind: 'refused', reason: 'too-costly' });
  });

  test.each([
    ['nothing', ''],
    ['a password', 'correct horse'],
    ['SHA-crypt', '$6$salt$hash'],
    ['bcrypt of another letter', `$2x$10$${'a'.repeat(53)}`],
    ['bcrypt cost 3', `$2b$03$${'a'.repeat(53)}`],
    ['bcrypt cut short', `$2b$10$${'a'.repeat(52)}`],
    ['white space around it', `${argon2('m=19456,t=2,p=1')}\n`],
    ['less memory than the lanes need', argon2('m=8,t=1,p=2')],
    ['no passes', argon2('m=64,t=0,p=1')],
    ['no lanes', argon2('m=64,t=1,p=0')],
    ['a key id', argon2('m=64,t=1,p=1,keyid=AAAA')],
    ['a version of its own', argon2('m=64,t=1,p=1').replace('19', '20')],
    ['a short salt', `$argon2id$v=19$m=64,t=1,p=1$AAAA$${OUTPUT}`],
    ['a short output', `$argon2id$v=19$m=64,t=1,p=1$${SALT}$AAAA`],
    ['base64 that is not canonical', `$argon2id$v=19$m=64,t=1,p=1$${SALT}$${OUTPUT.slice(0, -1)}B`],
    ['far too much text', argon2('m=64,t=1,p=1').repeat(100_000)],
  ])('refuses %s', (_, text) => {
    expect(parsePasswordHash(text)).toEqual({ kind: 'refused', reason: 'unknown-format' });
  });

  test('any argon2 hash that it reads, the library can read too', () => {
    const number = (max: number) => fc.integer({ min: 0, max });
    const bytes = fc
      .uint8Array({ maxLength: 70 })
      .map((b) => Buffer.from(b).toString('base64').replaceAll('=', ''));
    fc.assert(
      fc.property(number(64), number(3), number(4), bytes, bytes, (m, t, p, salt, output) => {
        const hash = `$argon2id$v=19$m=${m},t=${t},p=${p}$${salt}$${output}`;
        const parsed = parsePasswordHash(hash);
        if (parsed.kind === 'argon2') expect(parseOptions(hash).memoryCost).toBe(parsed.memoryKiB);
      }),
      { numRuns: 500 },
    );
  });
});
