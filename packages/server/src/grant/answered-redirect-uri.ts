/** What this server added to a redirect URI when it answered there, as far as the token endpoint knows it. */
export interface AnswerFacts {
  readonly code: string;
  readonly issuer: string;
}

/**
 * A redirect URI as the authorization request had it, where a client sends back the address that it was answered at: omniauth
 * and others take it from their own request, with `code`, `state` and `iss` in its query. Only an address that repeats the
 * very code of this request counts, and of our parameters only those that we send, once each and with our values. The `state`
 * is the client's own and was not kept: whatever it is, its holder has the code.
 *
 * What is left is compared exactly, as every redirect URI is.
 *
 * @returns the address without our answer, or as it came.
 * @see RFC 6749 §4.1.3 · RFC 9207 §2
 */
export function removeAnswer(redirectUri: string, { code, issuer }: AnswerFacts): string {
  const question = redirectUri.indexOf('?');
  if (question === -1) return redirectUri;
  const ours = new Map<string, string | null>([
    ['code', code],
    ['iss', issuer],
    ['state', null],
  ]);
  const removed = new Set<string>();
  const kept = redirectUri
    .slice(question + 1)
    .split('&')
    .filter((piece) => {
      const [name, value] = decodePair(piece);
      const expected = ours.get(name);
      if (expected === undefined || (expected !== null && value !== expected) || removed.has(name))
        return true;
      removed.add(name);
      return false;
    });
  if (!removed.has('code')) return redirectUri;
  const address = redirectUri.slice(0, question);
  return kept.length === 0 ? address : `${address}?${kept.join('&')}`;
}

function decodePair(piece: string): [string, string] {
  const equals = piece.indexOf('=');
  try {
    const value = equals === -1 ? '' : decodeURIComponent(piece.slice(equals + 1).replaceAll('+', ' '));
    return [equals === -1 ? piece : piece.slice(0, equals), value];
  } catch {
    return [piece, ''];
  }
}
