/** The origin of a URL, or `null` where it has none a browser could send (custom schemes, nonsense). @see RFC 6454 §4 */
export function originOf(url: string | undefined): string | null {
  if (url === undefined || url.length > LONGEST_KNOWN) return url === undefined ? null : parseOrigin(url);
  let origin = known.get(url);
  if (origin === undefined) {
    origin = parseOrigin(url);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(url, origin);
  }
  return origin;
}

/** Callbacks and pages are few and come again; parsing one costs more than the decision it serves. */
const MOST_KNOWN = 1_000;
const LONGEST_KNOWN = 2_048;
const known = new Map<string, string | null>();

function parseOrigin(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { origin } = new URL(url);
  return origin === 'null' ? null : origin;
}
