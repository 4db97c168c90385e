import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildSectorSids } from './sector-sid.js';
import { buildSubjects } from './subject.js';

const key = createSecretKey(Buffer.alloc(32, 7));
const a = buildSectorSids(key, 'a.test');
const b = buildSectorSids(key, 'b.test');

test('design.md 3: any sid has one form in a sector, another in the next, and each is opened in its own alone', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 64 }), (sid) => {
      const sealed = a.seal(sid);
      expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(a.seal(sid)).toBe(sealed);
      expect(a.open(sealed)).toBe(sid);
      expect(b.seal(sid)).not.toBe(sealed);
      expect(b.open(sealed)).toBeNull();
      expect(a.open(sid)).toBeNull();
    }),
  );
});

test('altered in any one character, or any other text, it opens nothing', () => {
  const sealed = a.seal('a-session');
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
      const altered = sealed.slice(0, at) + letter + sealed.slice(at + 1);
      fc.pre(altered !== sealed);
      expect(a.open(altered)).toBeNull();
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(a.open(text)).toBeNull();
    }),
  );
  expect(a.open('A'.repeat(1_000_000))).toBeNull();
});

test('a public client knows the session by its own sid; the key decides the sealed form and nothing else does', () => {
  const [subjects, again] = [buildSubjects(key), buildSubjects(createSecretKey(Buffer.alloc(32, 7)))];
  expect(subjects.sidFor({ sector: null }, 's')).toBe('s');
  expect(subjects.openSid({ sector: null }, 's')).toBe('s');
  const told = subjects.sidFor({ sector: 'a.test' }, 's');
  expect(again.sidFor({ sector: 'a.test' }, 's')).toBe(told);
  expect(subjects.openSid({ sector: 'a.test' }, told)).toBe('s');
  const other = buildSubjects(createSecretKey(Buffer.alloc(32, 8)));
  expect(other.openSid({ sector: 'a.test' }, told)).toBeNull();
});
