import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AVATAR_COLOURS,
  buildAvatar,
  buildAvatarUrl,
  buildName,
  buildNickname,
  parseAvatarPath,
} from './generated-profile.js';

const named = (
  email: string | null,
  username: string | null = null,
  claims: Record<string, unknown> = {},
) => ({
  email,
  username,
  claims,
});

describe('what an account is called that nobody named', () => {
  test.each([
    ['its email', named('mira@a.test'), 'mira@a.test', 'mira'],
    ['its username, without an email', named(null, 'mira'), 'mira', 'mira'],
    ['its own words', named('m@a.test', 'x', { name: 'Mira Lind', nickname: 'Mi' }), 'Mira Lind', 'Mi'],
    [
      'its given and family name',
      named('m@a.test', null, { given_name: 'Mira', family_name: 'Lind' }),
      'Mira Lind',
      'm',
    ],
    ['its family name alone', named('m@a.test', null, { family_name: 'Lind' }), 'Lind', 'm'],
    ['nothing', named(null), null, null],
    ['an @ in quotes', named('"a@b"@a.test'), '"a@b"@a.test', '"a@b"'],
  ])('%s', (_name, user, name, nickname) => {
    expect([buildName(user), buildNickname(user)]).toEqual([name, nickname]);
  });
});

describe('the avatar', () => {
  test.each([
    ['Mira Lind', 'ml'],
    ['Mira van der Lind', 'ml'],
    ['mira@harbour.example', 'mi'],
    ['mira.lind@harbour.example', 'ml'],
    ['Ö', 'ö'],
    ['Жанна', 'жа'],
    ['山田 太郎', '山太'],
    ['🛥', 'u'],
    ['<b>', 'b'],
  ])('of %s shows %s', (name, letters) => expect(buildAvatar(name).letters).toBe(letters));

  test('of whatever name has an address that says letters and colour, and is read as the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const avatar = buildAvatar(name);
        const url = buildAvatarUrl(avatar, 'https://op.test/');
        expect(url).toMatch(/^https:\/\/op\.test\/avatars\/[a-z0-9%]+-[0-9]{1,2}\.svg$/i);
        expect(parseAvatarPath(new URL(url).pathname)).toEqual(avatar);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    '/avatars/abc-1.svg',
    '/avatars/-1.svg',
    `/avatars/ab-${AVATAR_COLOURS.length}.svg`,
    '/avatars/%3C-1.svg',
    '/avatars/%zz-1.svg',
    '/avatars/ab-1.png',
    '/avatars/../ab-1.svg',
    '/avatars/ab-1.svg/',
  ])('%s is none', (path) => expect(parseAvatarPath(path)).toBeNull());

  test('any path is read or refused, and what is read is one or two letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (letters, colour) => {
        for (const written of [letters, encodeURIComponent(letters.replace(/[\ud800-\udfff]/g, ''))]) {
          const avatar = parseAvatarPath(`/avatars/${written}-${colour}.svg`);
          if (avatar !== null) expect(avatar.letters).toMatch(/^[\p{L}\p{N}]{1,2}$/u);
        }
      }),
    );
  });
});
