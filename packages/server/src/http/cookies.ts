/**
 * The value of a cookie. A name that appears twice counts as absent: one of the two was planted, and nothing says
 * which.
 */
export function readCookie(header: string | undefined, name: string): string | null {
  if (header === undefined) return null;
  let found: string | null = null;
  for (const piece of header.split(';')) {
    const pair = piece.trim();
    if (!pair.startsWith(name) || pair.charCodeAt(name.length) !== 61 /* = */) continue;
    if (found !== null) return null;
    found = pair.slice(name.length + 1);
  }
  return found;
}

/** Every cookie whose name starts with `prefix`, twice-named ones left out. */
export function readCookies(header: string | undefined, prefix: string): Map<string, string> {
  const found = new Map<string, string>();
  if (header === undefined) return found;
  const doubled = new Set<string>();
  for (const piece of header.split(';')) {
    const pair = piece.trim();
    const equals = pair.indexOf('=');
    if (equals === -1 || !pair.startsWith(prefix)) continue;
    const name = pair.slice(0, equals);
    if (found.has(name)) doubled.add(name);
    found.set(name, pair.slice(equals + 1));
  }
  for (const name of doubled) found.delete(name);
  return found;
}

/** What differs between our cookies; the rest is the same for all. @see RFC 6265bis §4.1.2 */
export interface CookieAttributes {
  readonly sameSite: 'Lax' | 'None';
  readonly partitioned?: boolean;
  /** Seconds; `null` ends with the browser window. */
  readonly maxAgeSeconds: number | null;
}

/** `__Host-` asks for Secure, Path=/ and no Domain; HttpOnly is ours. @see RFC 6265bis §4.1.3 · security.md 36 */
export function buildSetCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { sameSite, partitioned = false, maxAgeSeconds } = attributes;
  const age = maxAgeSeconds === null ? '' : `; Max-Age=${maxAgeSeconds}`;
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}${partitioned ? '; Partitioned' : ''}${age}`;
}

/** A `Set-Cookie` value that drops the cookie: with the attributes it was set with, or the browser keeps it. */
export function buildExpiredCookie(
  name: string,
  attributes: Pick<CookieAttributes, 'sameSite' | 'partitioned'>,
): string {
  return buildSetCookie(name, '', { ...attributes, maxAgeSeconds: 0 });
}
