/** The origin of a URL, or `null` where it has none a browser could send (custom schemes, nonsense). @see RFC 6454 §4 */
export function originOf(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  const { origin } = new URL(url);
  return origin === 'null' ? null : origin;
}
