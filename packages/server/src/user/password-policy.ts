import { createRequire } from 'node:module';
import { foldCase } from './identifier.js';

/** Fewest characters of a password, in code points. NIST SP 800-63B 5.1.1.2, ASVS 6.2.1. */
export const PASSWORD_CHARACTERS_AT_LEAST = 8;
/** Most bytes of a password, in UTF-8 after normalisation: far above the 64 characters that ASVS 6.2.9 asks for. */
export const PASSWORD_BYTES_AT_MOST = 1024;

/** Reordering combining marks takes time quadratic in their number, so longer text is never normalised. */
const UNITS_NORMALIZED_AT_MOST = 4 * PASSWORD_BYTES_AT_MOST;

/** What the policy says to a new password. */
export type PasswordDecision = 'acceptable' | 'too-short' | 'too-long' | 'too-common' | 'same-as-identifier';

/** What the password must not repeat. */
export interface PersonalFacts {
  readonly email: string | null;
  readonly username: string | null;
}

/**
 * A password as it is hashed, at setting and at verifying alike: NFKC, so that the keyboard that composes `é` and the
 * one that adds an accent give one password. Nothing is trimmed, truncated or refused for its characters.
 *
 * A lone surrogate counts as U+FFFD, as everywhere in UTF-8.
 *
 * @returns `null` where it is longer than {@link PASSWORD_BYTES_AT_MOST}: such a password is never set and never right.
 * @see NIST SP 800-63B 5.1.1.2
 */
export function normalizePassword(password: string): string | null {
  if (password.length > UNITS_NORMALIZED_AT_MOST) return null;
  const normalized = password.normalize('NFKC');
  return Buffer.byteLength(normalized, 'utf8') > PASSWORD_BYTES_AT_MOST ? null : normalized;
}

/**
 * Whether a password may be set. It asks for no mix of characters, as NIST and ASVS forbid, and says nothing about
 * passwords already set.
 *
 * @returns `acceptable`; `too-short`: under 8 code points; `too-long`: over 1024 bytes of UTF-8; `too-common`: among the
 * leaked passwords that zxcvbn lists, whatever the case; `same-as-identifier`: the email, the part before its `@`, or
 * the username, whatever the case.
 * @see security.md row 56
 */
export function decidePassword(password: string, personal: PersonalFacts): PasswordDecision {
  const normalized = normalizePassword(password);
  if (normalized === null) return 'too-long';
  if (countCharacters(password, normalized) < PASSWORD_CHARACTERS_AT_LEAST) return 'too-short';
  const folded = foldCase(normalized);
  if (isIdentifier(folded, personal)) return 'same-as-identifier';
  return commonPasswords().has(folded) ? 'too-common' : 'acceptable';
}

/** The smaller count: NFKC writes some single characters (`\ufdfa`) as eighteen. */
function countCharacters(password: string, normalized: string): number {
  return Math.min([...password.normalize('NFC')].length, [...normalized].length);
}

function isIdentifier(folded: string, personal: PersonalFacts): boolean {
  const email = personal.email === null ? null : foldCase(personal.email.trim());
  const username = personal.username === null ? null : foldCase(personal.username.trim());
  return folded === username || folded === email || folded === email?.slice(0, email.lastIndexOf('@'));
}

let common: ReadonlySet<string> | undefined;

/** Read at the first password set, because most processes never set one; only those long enough to be chosen are kept. */
function commonPasswords(): ReadonlySet<string> {
  if (common === undefined) {
    const list = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as {
      dictionary: { 'passwords-common': readonly string[] };
    };
    const long = list.dictionary['passwords-common'].filter((p) => p.length >= PASSWORD_CHARACTERS_AT_LEAST);
    common = new Set(long.map(foldCase));
  }
  return common;
}
