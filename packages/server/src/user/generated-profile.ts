import type { User } from './user.js';

type Named = Pick<User, 'email' | 'username' | 'claims'>;

/**
 * The name of an account that nobody gave one: as at Auth0, where every application may show `name`, `nickname` and `picture`.
 *
 * @returns `null` for an account without any word to make it of.
 */
export function buildName({ email, username, claims }: Named): string | null {
  if (typeof claims.name === 'string') return claims.name;
  const parts = [claims.given_name, claims.family_name].filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join(' ') : (email ?? username);
}

/** What stands before the `@`, where nobody gave a nickname. */
export function buildNickname({ email, username, claims }: Named): string | null {
  if (typeof claims.nickname === 'string') return claims.nickname;
  return email === null ? username : email.slice(0, email.lastIndexOf('@'));
}

/** Of the colours that pages of the server are drawn in: white letters are legible on each. */
export const AVATAR_COLOURS: readonly string[] = [
  ...['#b42318', '#b54708', '#4d7c0f', '#15803d', '#0f766e', '#0e7490'],
  ...['#1d4ed8', '#4338ca', '#6d28d9', '#a21caf', '#be185d', '#475467'],
];

/** What an avatar shows, and all that its address says. */
export interface Avatar {
  /** One or two, as they are written. */
  readonly letters: string;
  /** An index of `AVATAR_COLOURS`. */
  readonly colour: number;
}

/** The avatar of somebody with this name: initials, and a colour that follows from the name alone. */
export function buildAvatar(name: string): Avatar {
  const beforeAt = name.includes('@') ? name.slice(0, name.lastIndexOf('@')) : name;
  const words = beforeAt.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? ['u'];
  const [first = [], ...others] = words.map((word) => [...word]);
  const last = others.at(-1);
  const letters = last === undefined ? first.slice(0, 2) : [first[0], last[0]];
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return { letters: letters.join('').toLowerCase(), colour: sum % AVATAR_COLOURS.length };
}

/** Where avatars are served: letters and colour stand behind it. */
export const AVATAR_PATH = '/avatars/';

/** The address of an avatar at the issuer, which ends in `/`. */
export function buildAvatarUrl({ letters, colour }: Avatar, issuer: string): string {
  return `${issuer}${AVATAR_PATH.slice(1)}${encodeURIComponent(letters)}-${colour}.svg`;
}

/** @returns what the address of an avatar says, `null` for any other address. */
export function parseAvatarPath(path: string): Avatar | null {
  const [, written = '', colour = ''] = /^\/avatars\/([^/]{1,24})-([0-9]{1,2})\.svg$/.exec(path) ?? [];
  const letters = decode(written);
  if (!/^[\p{L}\p{N}]{1,2}$/u.test(letters) || Number(colour) >= AVATAR_COLOURS.length) return null;
  return { letters, colour: Number(colour) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
