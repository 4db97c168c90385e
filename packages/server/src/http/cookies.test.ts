import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildExpiredCookie, buildSetCookie, readCookie, readCookies } from './cookies.js';

const NAME = '__Host-sojourn.session';

describe('RFC 6265 §5.4: reading', () => {
  test.each([
    [undefined, null],
    ['', null],
    [`${NAME}=v`, 'v'],
    [`a=1; ${NAME}=v; b=2`, 'v'],
    [`a=1;${NAME}=v`, 'v'],
    [`${NAME}=a=b`, 'a=b'],
    [`${NAME}x=v`, null],
    [`x${NAME}=v`, null],
    [NAME, null],
    [`${NAME}=`, ''],
  ])('%s', (header, value) => expect(readCookie(header, NAME)).toBe(value));

  test('design.md 4: a duplicate name counts as absent, whatever the values', () => {
    expect(readCookie(`${NAME}=v; ${NAME}=v`, NAME)).toBeNull();
    expect(readCookie(`${NAME}=v; a=1; ${NAME}=`, NAME)).toBeNull();
    const all = readCookies('p.a=1; p.b=2; p.a=3; q=4', 'p.');
    expect([...all]).toEqual([['p.b', '2']]);
  });

  test('any header is read without a throw, and a value that is found stands in it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(NAME, '=', ';', '; ', ' '), fc.string())), (pieces) => {
        const header = pieces.join('');
        const value = readCookie(header, NAME);
        if (value !== null) expect(header).toContain(`${NAME}=${value}`);
      }),
    );
  });
});

describe('security.md 36: Secure, HttpOnly, Path=/, no Domain', () => {
  test.each([
    [{ sameSite: 'Lax', maxAgeSeconds: 60 }, `${NAME}=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60`],
    [{ sameSite: 'None', maxAgeSeconds: null }, `${NAME}=v; Path=/; Secure; HttpOnly; SameSite=None`],
    [
      { sameSite: 'None', partitioned: true, maxAgeSeconds: 1 },
      `${NAME}=v; Path=/; Secure; HttpOnly; SameSite=None; Partitioned; Max-Age=1`,
    ],
  ] as const)('%o', (attributes, line) => expect(buildSetCookie(NAME, 'v', attributes)).toBe(line));

  test('a cookie is dropped in the partition in which it was set', () => {
    expect(buildExpiredCookie(NAME, { sameSite: 'None', partitioned: true })).toBe(
      `${NAME}=; Path=/; Secure; HttpOnly; SameSite=None; Partitioned; Max-Age=0`,
    );
  });
});
