import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildExpiredCookie, buildSetCookie, readCookie, readCookies } from './cookies.js';

const NAME = '__Host-sojourn.session';
const value = fc.stringMatching(/^[A-Za-z0-9._-]{0,40}$/);
const otherPair = fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), value).map(([name, text]) => `${name}=${text}`);

describe('readCookie', () => {
  test('finds the value wherever it stands, with or without a space', () => {
    expect(readCookie(`a=b; ${NAME}=v; c=d`, NAME)).toBe('v');
    expect(readCookie(`a=b;${NAME}=v`, NAME)).toBe('v');
    expect(readCookie(`${NAME}=`, NAME)).toBe('');
    expect(readCookie(`${NAME}=a=b=`, NAME)).toBe('a=b=');
  });

  test('a name that only begins alike, ends alike, or has no value is another cookie', () => {
    for (const header of [`${NAME}2=v`, `x${NAME}=v`, NAME, `a="${NAME}=v"`, `${NAME.toLowerCase()}=v`])
      expect(readCookie(header, NAME), header).toBeNull();
    expect(readCookie(undefined, NAME)).toBeNull();
    expect(readCookie('', NAME)).toBeNull();
  });

  test('design.md 4: a duplicate name counts as absent, wherever its twins stand, equal or not', () => {
    const pairs = fc.array(otherPair, { maxLength: 5 });
    fc.assert(
      fc.property(pairs, pairs, pairs, value, value, (before, between, after, one, other) => {
        const twice = [...before, `${NAME}=${one}`, ...between, `${NAME}=${other}`, ...after].join('; ');
        expect(readCookie(twice, NAME)).toBeNull();
        expect(readCookies(twice, '__Host-sojourn.').has(NAME)).toBe(false);
        const once = [...before, `${NAME}=${one}`, ...between, ...after].join('; ');
        expect(readCookie(once, NAME)).toBe(one);
        expect([...readCookies(once, '__Host-sojourn.')]).toEqual([[NAME, one]]);
      }),
    );
  });
});

describe('readCookies', () => {
  test('every cookie of a prefix in the order sent, those named twice or thrice left out', () => {
    const header = 'p.c=3; x=9; p.a=1; p.b=2; p.a=1; p.d; p.a=5; p.e=';
    expect([...readCookies(header, 'p.')]).toEqual([
      ['p.c', '3'],
      ['p.b', '2'],
      ['p.e', ''],
    ]);
    expect(readCookies(undefined, 'p.').size).toBe(0);
  });
});

describe('buildSetCookie (security.md 36)', () => {
  test('Path=/, Secure, HttpOnly, and no Domain, in every form', () => {
    for (const sameSite of ['Lax', 'None'] as const)
      for (const partitioned of [true, false])
        for (const maxAgeSeconds of [null, 0, 60]) {
          const line = buildSetCookie(NAME, 'v', { sameSite, partitioned, maxAgeSeconds });
          const [pair, ...attributes] = line.split('; ');
          expect(pair).toBe(`${NAME}=v`);
          expect(attributes).toEqual([
            'Path=/',
            'Secure',
            'HttpOnly',
            `SameSite=${sameSite}`,
            ...(partitioned ? ['Partitioned'] : []),
            ...(maxAgeSeconds === null ? [] : [`Max-Age=${maxAgeSeconds}`]),
          ]);
        }
  });

  test('dropping a cookie names the same partition, or the browser keeps it', () => {
    expect(buildExpiredCookie(NAME, { sameSite: 'None', partitioned: true })).toBe(
      `${NAME}=; Path=/; Secure; HttpOnly; SameSite=None; Partitioned; Max-Age=0`,
    );
  });
});
