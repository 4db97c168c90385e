/** Longest identifier, in UTF-16 units, before and after normalisation. RFC 5321 §4.5.3.1.3 leaves 254 for an address. */
export const IDENTIFIER_LENGTH_AT_MOST = 254;
/** Longest username, in code points. */
export const USERNAME_LENGTH_AT_MOST = 128;

const LOCAL_PART_LENGTH_AT_MOST = 64;
const DOMAIN_LABEL_LENGTH_AT_MOST = 63;

/**
 * Controls, lone surrogates, unassigned code points, line separators, and all that renders as nothing (zero width,
 * bidirectional overrides, soft hyphens, variation selectors): with them two accounts could look the same.
 * Unassigned ones are refused because a later Unicode may fold them, and then their owner would not be found.
 */
const NOT_IN_IDENTIFIERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** RFC 5321 allows these only inside quotes, which no mailbox in use needs and which headers are forged with. */
const NOT_IN_LOCAL_PART = /[\s"(),:;<>@[\\\]]/u;
const DOMAIN_LABEL = /^[\p{L}\p{M}\p{N}-]+$/u;
const PLAIN_ASCII = /^[\x20-\x7e]*$/;

/** An identifier as it is kept, and as it is looked up. */
export interface Identifier {
  /** Trimmed and in NFKC, in the case the End-User wrote. */
  readonly text: string;
  /** What {@link identifierKey} makes of it; unique among all emails and usernames. */
  readonly key: string;
}

/**
 * The one key by which an email or username is looked up: NFKC, trimmed, case-folded.
 *
 * It strips nothing from the middle and does not say whether the text is an email or a username; a key with `@` is an
 * email's, one without is a username's, so both share one key space. Folding goes through upper case, so that `ß`,
 * `ẞ` and `SS` are one key, and so are `ς`, `σ` and `Σ`, and `ı` and `I`.
 *
 * @param text At most 254 UTF-16 units count; longer is refused before any work.
 * @returns The key, the same for its own result; `null` where the text is empty, too long, or has control,
 * invisible, unassigned characters or lone surrogates: then no account can have it.
 * @see security.md J05
 */
export function identifierKey(text: string): string | null {
  const written = parseIdentifierText(text);
  if (written === null) return null;
  const key = foldCase(written).trim();
  return key === '' || key.length > IDENTIFIER_LENGTH_AT_MOST || NOT_IN_IDENTIFIERS.test(key) ? null : key;
}

/**
 * Text in which letters that differ only in case or normalisation are the same. Not trimmed, not checked.
 *
 * Each code point goes to upper case and back, because lower case alone keeps `ß` apart from its capitals `SS`, and
 * code point by code point, because lower case of a whole word makes a final sigma of its last `Σ`.
 */
export function foldCase(text: string): string {
  if (PLAIN_ASCII.test(text)) return text.toLowerCase();
  // One pass may put letters together that NFKC then composes to a letter with a case of its own.
  return foldOnce(foldOnce(text));
}

function foldOnce(text: string): string {
  let folded = '';
  for (const character of text.normalize('NFKC')) folded += character.toUpperCase().toLowerCase();
  return folded.normalize('NFKC');
}

function parseIdentifierText(text: string): string | null {
  if (text.length > IDENTIFIER_LENGTH_AT_MOST) return null;
  const trimmed = text.normalize('NFKC').trim();
  return trimmed === '' || NOT_IN_IDENTIFIERS.test(trimmed) ? null : trimmed;
}

/**
 * An email address fit to be an identifier, checked in time linear in its length.
 *
 * It does not prove that the mailbox exists. Quoted local parts and address literals are refused; a domain of one
 * label (`demo@localhost`) and non-ASCII letters (RFC 6531) are allowed.
 *
 * @returns The identifier; `null` where it is not an email address or {@link identifierKey} refuses it.
 */
export function parseEmail(text: string): Identifier | null {
  const written = parseIdentifierText(text);
  const key = identifierKey(text);
  if (written === null || key === null) return null;
  const at = written.lastIndexOf('@');
  const local = written.slice(0, Math.max(at, 0));
  const domain = written.slice(at + 1);
  if (local === '' || local.length > LOCAL_PART_LENGTH_AT_MOST || NOT_IN_LOCAL_PART.test(local)) return null;
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return null;
  return domain.split('.').every(isDomainLabel) ? { text: written, key } : null;
}

function isDomainLabel(label: string): boolean {
  if (label.length > DOMAIN_LABEL_LENGTH_AT_MOST || !DOMAIN_LABEL.test(label)) return false;
  return !label.startsWith('-') && !label.endsWith('-');
}

/**
 * A username: 1 to 128 code points without `@`, so that it can never be read as somebody's email.
 *
 * White space around it is taken off, white space inside stays.
 *
 * @returns The identifier; `null` where it is too long, has an `@` in any spelling (`\uff20` is one after NFKC), or
 * {@link identifierKey} refuses it.
 */
export function parseUsername(text: string): Identifier | null {
  const written = parseIdentifierText(text);
  const key = identifierKey(text);
  if (written === null || key === null) return null;
  if (written.includes('@') || key.includes('@')) return null;
  return [...written].length > USERNAME_LENGTH_AT_MOST ? null : { text: written, key };
}
