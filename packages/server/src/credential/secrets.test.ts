import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sealUnderHandle, unsealUnderHandle } from './seal-under-handle.js';
import { newSecret, parseSecrets, SecretError, seal, unseal } from './secrets.js';

const KEY = Buffer.alloc(32, 7).toString('base64url');

describe('parseSecrets', () => {
  test('the first makes, all verify', () => {
    const secrets = parseSecrets(`new:${KEY}, old:${KEY}`);
    expect(secrets.current.kid).toBe('new');
    expect(secrets.all.map(({ kid }) => kid)).toEqual(['new', 'old']);
    expect(secrets.find('old')?.kid).toBe('old');
    expect(secrets.find('other')).toBeUndefined();
    expect(parseSecrets(newSecret()).all).toHaveLength(1);
  });

  test.each([
    '',
    'x',
    KEY,
    `k:${KEY}x`,
    `k:${KEY.slice(1)}`,
    `k.1:${KEY}`,
    `:${KEY}`,
    `k:${KEY},`,
    `k:${KEY},k:${KEY}`,
  ])('"%s" is refused, without its value in the message', (text) => {
    expect(() => parseSecrets(text)).toThrow(SecretError);
    try {
      parseSecrets(text);
    } catch (error) {
      expect(String(error)).not.toContain(KEY.slice(1, 20));
    }
  });

  test('each purpose has a key of its own', () => {
    const { current } = parseSecrets(newSecret());
    const [one, two] = [current.keyFor('a').export(), current.keyFor('b').export()];
    expect(one.equals(two)).toBe(false);
    expect(current.keyFor('a').export().equals(one)).toBe(true);
  });
});

describe('seal', () => {
  const secrets = parseSecrets(newSecret());

  test('a sealed value opens for its purpose and no other, and never twice the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (plain) => {
        const sealed = seal(secrets, 'client secret', plain);
        expect(unseal(secrets, 'client secret', sealed)).toBe(plain);
        expect(() => unseal(secrets, 'signing key', sealed)).toThrow(SecretError);
        expect(seal(secrets, 'client secret', plain)).not.toBe(sealed);
      }),
    );
  });

  test('altered anywhere it does not open', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.constantFrom('A', 'B', '.', '-'), (at, other) => {
        const sealed = seal(secrets, 'p', 'a value that is long enough');
        const altered = sealed.slice(0, at) + other + sealed.slice(at + 1);
        const same = Buffer.from(altered.split('.')[2] ?? '', 'base64url').equals(
          Buffer.from(sealed.split('.')[2] ?? '', 'base64url'),
        );
        fc.pre(altered !== sealed && !(same && altered.slice(0, 12) === sealed.slice(0, 12)));
        expect(() => unseal(secrets, 'p', altered)).toThrow(SecretError);
      }),
    );
  });

  test('without the secret that sealed it, it says which one is gone', () => {
    const sealed = seal(secrets, 'p', 'value');
    expect(() => unseal(parseSecrets(newSecret()), 'p', sealed)).toThrow(secrets.current.kid);
  });
});

describe('sealUnderHandle: only the code opens what its authorization found', () => {
  test('round trip, and nothing for another code or another purpose', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.string(),
        (code, other, handle) => {
          const sealed = sealUnderHandle(code, 'family', handle);
          expect(unsealUnderHandle(code, 'family', sealed)).toBe(handle);
          if (other !== code) expect(unsealUnderHandle(other, 'family', sealed)).toBeNull();
          expect(unsealUnderHandle(code, 'attachment', sealed)).toBeNull();
        },
      ),
    );
  });

  test('altered, cut off or empty it is null, and nothing is thrown', () => {
    const sealed = sealUnderHandle('code', 'family', 'h'.repeat(22));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (text, at) => {
        expect(unsealUnderHandle('code', 'family', text)).toBeNull();
        expect(
          unsealUnderHandle('code', 'family', sealed.slice(0, Math.min(at, sealed.length - 2))),
        ).toBeNull();
      }),
    );
  });
});
