import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { foldCase, identifierKey, parseEmail, parseUsername } from './identifier.js';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      '\u00df',
      '\u1e9e',
      's',
      'S',
      '\u03c3',
      '\u03c2',
      '\u0345',
      '\u0307',
      '\u0131',
      ' ',
    ),
  }),
);

describe('identifierKey', () => {
  test.each([
    ['letter case', 'Ann@Example.ORG', 'ann@example.org'],
    ['white space around it', '  ann\t', 'ann'],
    ['composed and decomposed letters', 'jos\u00e9', 'jose\u0301'],
    ['full-width letters', '\uff21\uff4e\uff4e', 'ann'],
    ['a ligature', '\ufb01n', 'fin'],
    ['the Kelvin sign', '\u212aim', 'kim'],
    ['sharp s and its capitals', 'Stra\u00dfe', 'STRASSE'],
    ['capital sharp s', 'STRA\u1e9eE', 'strasse'],
    ['final and other sigma', '\u03bf\u03b4\u03bf\u03c2', '\u039f\u0394\u039f\u03a3'],
    ['dotless i and its capital', '\u0131lke', 'ILKE'],
    ['no-break space inside', 'ann\u00a0lee', 'ann lee'],
  ])('J05: two spellings are one account: %s', (_, one, other) => {
    expect(identifierKey(one)).not.toBeNull();
    expect(identifierKey(one)).toBe(identifierKey(other));
  });

  test('strips nothing from the middle', () => {
    const keys = [
      'ann.lee+a@example.org',
      'annlee+a@example.org',
      'ann.lee@example.org',
      'ann  lee',
      'ann lee',
    ];
    expect(new Set(keys.map(identifierKey)).size).toBe(keys.length);
    expect(keys.map(identifierKey)).toEqual(keys);
  });

  test.each([
    ['nothing', ''],
    ['white space only', ' \t\n'],
    ['NUL', 'ann\0lee'],
    ['a control character', 'ann\u0007'],
    ['a C1 control character', 'a\u0085b'],
    ['a line break inside', 'ann\nlee'],
    ['a lone high surrogate', 'ann\ud800'],
    ['a lone low surrogate', '\udc00ann'],
    ['a zero-width space', 'an\u200bn'],
    ['a right-to-left override', 'ann\u202egro'],
    ['a soft hyphen', 'an\u00adn'],
    ['a Hangul filler', '\u3164'],
    ['an unassigned code point', 'ann\u0378'],
    ['255 characters', 'a'.repeat(255)],
    ['what only normalisation makes too long', '\ufdfa'.repeat(15)],
  ])('J05: refuses %s', (_, refused) => {
    expect(identifierKey(refused)).toBeNull();
  });

  test('takes 254 characters and right-to-left letters', () => {
    expect(identifierKey('a'.repeat(254))).toBe('a'.repeat(254));
    expect(identifierKey('\u05d0\u05d1\u05d2')).toBe('\u05d0\u05d1\u05d2');
  });

  test('any key is its own key', () => {
    fc.assert(
      fc.property(text, (any) => {
        const key = identifierKey(any);
        if (key !== null) expect(identifierKey(key)).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });

  test('J05: any two spellings that differ in case or normalisation only are never two accounts', () => {
    fc.assert(
      fc.property(text, (any) => {
        const key = identifierKey(any);
        // Iota below other marks has a capital only in canonical order (Unicode D145), which `toUpperCase` does not keep.
        if (key === null || any.normalize('NFD').includes('\u0345')) return;
        const twins = [any.normalize('NFC'), any.normalize('NFD'), any.normalize('NFKD'), ` ${any}\u00a0`];
        twins.push(any.toUpperCase(), any.toLowerCase());
        // A twin may be refused for its length, never be another account.
        for (const twin of twins) expect([key, null]).toContain(identifierKey(twin));
      }),
      { numRuns: 2000 },
    );
  });

  test('every code point folds to what folds to itself, in any case and normalisation', () => {
    const wrong: string[] = [];
    for (let point = 0; point <= 0x10ffff; point++) {
      const character = String.fromCodePoint(point);
      const twins = [character.toUpperCase(), character.toLowerCase(), character.normalize('NFKD')];
      if (twins.every((twin) => twin === character)) continue;
      const folded = foldCase(character);
      if ([folded, ...twins].some((twin) => foldCase(twin) !== folded)) wrong.push(point.toString(16));
    }
    expect(wrong).toEqual([]);
  });
});

describe('parseEmail', () => {
  test.each([
    'ann@example.org',
    "o'neil+tag@sub.example.co",
    'demo@localhost',
    'j\u00f6rg@m\u00fcller.example',
  ])('takes %s', (email) => {
    expect(parseEmail(email)).toEqual({ text: email, key: identifierKey(email) });
  });

  test('keeps the case that was written, and is found without it', () => {
    expect(parseEmail(' Ann@Example.org ')).toEqual({ text: 'Ann@Example.org', key: 'ann@example.org' });
  });

  test.each([
    'ann',
    '@example.org',
    'ann@',
    'ann@@example.org',
    'a@b@example.org',
    'ann lee@example.org',
    '"ann"@example.org',
    'ann@[127.0.0.1]',
    'ann@-example.org',
    'ann@example..org',
    'ann@example.org.',
    '.ann@example.org',
    'a..b@example.org',
    'ann@exam_ple.org',
    'Ann <ann@example.org>',
    'ann@example.org\r\nBcc: x@example.org',
    `${'a'.repeat(65)}@example.org`,
    `ann@${'a'.repeat(64)}.org`,
  ])('refuses %j', (text) => {
    expect(parseEmail(text)).toBeNull();
  });

  test('a text that is too long is refused before any work', () => {
    const works = [vi.spyOn(String.prototype, 'normalize'), vi.spyOn(RegExp.prototype, 'test')];
    try {
      for (const unit of ['a', '@', 'a@', '.', 'a.', '-', '\u0315\u0300'])
        for (const parse of [parseEmail, parseUsername, identifierKey])
          expect(parse(unit.repeat(500_000))).toBeNull();
      for (const work of works) expect(work).not.toHaveBeenCalled();
      parseEmail('a@b.example');
      for (const work of works) expect(work).toHaveBeenCalled();
    } finally {
      for (const work of works) work.mockRestore();
    }
  });
});

describe('parseUsername', () => {
  test.each(['ann', 'Ann Lee', '\u5f20\u4f1f', 'a', '\u{1f600}'.repeat(127), 'x'.repeat(128)])(
    'takes %s',
    (username) => {
      expect(parseUsername(username)).toEqual({ text: username, key: identifierKey(username) });
    },
  );

  test.each(['', ' ', 'ann@example.org', '@', 'ann\uff20example.org', 'ann\ufe6b', 'an\0n', 'x'.repeat(129)])(
    'refuses %j',
    (text) => {
      expect(parseUsername(text)).toBeNull();
    },
  );

  test('takes white space from its ends', () => {
    expect(parseUsername(' ann \n')?.text).toBe('ann');
  });

  test('no username is ever an email: their keys never meet', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.emailAddress()), (any) => {
        expect(parseEmail(any) !== null && parseUsername(any) !== null).toBe(false);
        expect(parseUsername(any)?.key ?? '').not.toContain('@');
      }),
    );
  });
});
