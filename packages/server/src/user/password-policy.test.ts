import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { decidePassword, normalizePassword } from './password-policy.js';

const nobody = { email: null, username: null };
const ann = { email: 'Ann.Longname@Example.org', username: 'Quillivane' };

describe('decidePassword', () => {
  test('ASVS 6.2.1: seven characters are too short, eight are not', () => {
    expect(decidePassword('xk7#qpw', nobody)).toBe('too-short');
    expect(decidePassword('xk7#qpwz', nobody)).toBe('acceptable');
  });

  test('characters are counted as code points, not as UTF-16 units or bytes', () => {
    expect(decidePassword('\u{1f600}\u{1f601}\u{1f602}\u{1f603}', nobody)).toBe('too-short');
    expect(decidePassword('\u00e9\u00e8\u00ea\u00eb', nobody)).toBe('too-short');
    expect(decidePassword('\ufdfa', nobody)).toBe('too-short');
    expect(decidePassword('\u65e5\u672c\u8a9e\u306e\u5408\u8a00\u8449\u3067', nobody)).toBe('acceptable');
  });

  test('ASVS 6.2.9: 64 characters and more are allowed, of any script, up to 1024 bytes', () => {
    expect(decidePassword('xk7# qpw'.repeat(8), nobody)).toBe('acceptable');
    expect(decidePassword('xk7# qpw'.repeat(128), nobody)).toBe('acceptable');
    expect(decidePassword(`${'xk7# qpw'.repeat(128)}x`, nobody)).toBe('too-long');
    expect(decidePassword('\u00e9'.repeat(512), nobody)).toBe('acceptable');
    expect(decidePassword('\u00e9'.repeat(513), nobody)).toBe('too-long');
  });

  test.each([
    'password1',
    'PASSWORD1',
    'Password1',
    '12345678',
    'qwertyuiop',
    '\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18',
  ])('ASVS 6.2.4: the common password %s is refused in any case and spelling', (password) => {
    expect(decidePassword(password, nobody)).toBe('too-common');
  });

  test.each(['ann.longname@example.org', 'ANN.LONGNAME', 'quillivane', '\uff31uillivane'])(
    'the identifier %s is refused as its own password',
    (password) => {
      expect(decidePassword(password, ann)).toBe('same-as-identifier');
      expect(decidePassword(password, nobody)).toBe('acceptable');
    },
  );

  test('ASVS 6.2.5: any long password of any characters is acceptable', () => {
    const unit = fc.constantFrom('a', ' ', '\0', '\n', '\u00e9', '\u202e', '\u{1f600}', '\u6f22', '<', '"');
    fc.assert(
      fc.property(fc.array(unit, { minLength: 20, maxLength: 200 }), (units) => {
        expect(decidePassword(`xk7#qpwz${units.join('')}`, ann)).toBe('acceptable');
      }),
    );
  });
});

describe('normalizePassword', () => {
  test('J05: composed, decomposed and full-width spellings are one password', () => {
    expect(normalizePassword('caf\u00e9 ABC')).toBe(normalizePassword('cafe\u0301 \uff21\uff22\uff23'));
  });

  test('trims nothing and changes no case', () => {
    expect(normalizePassword(' Secret\0 ')).toBe(' Secret\0 ');
  });

  test('a text that is far too long is not normalised, which takes time quadratic in its marks', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    try {
      expect(normalizePassword('\u0315\u0300'.repeat(500_000))).toBeNull();
      expect(normalize).not.toHaveBeenCalled();
      expect(normalizePassword('\u0315\u0300'.repeat(100))).not.toBeNull();
      expect(normalize).toHaveBeenCalled();
    } finally {
      normalize.mockRestore();
    }
  });

  test('is the same for any password and its own result', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (password) => {
        const once = normalizePassword(password) ?? '';
        expect(normalizePassword(once)).toBe(once);
      }),
    );
  });
});
