import { isTenantsOwn } from '../client/client.js';
import type { Ports } from '../ports.js';
import { verifyJwtWithSecret, verifyOwnJwt } from './jwt.js';

/** What a genuine ID token of ours says, whether or not it has expired. */
export interface IdTokenHint {
  readonly sub: string;
  /** The session's own, also where the client knows another form of it. */
  readonly sid: string | null;
  /** The client it was issued to. */
  readonly clientId: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
}

/**
 * Reads an ID token hint. Expired ones count: "The OP SHOULD accept ID Tokens when the RP identified by the ID
 * Token's aud claim and/or sid claim has a current session or had a recent session".
 *
 * @returns `null` for anything that is not an ID token signed by this issuer: strangers' keys, `none`,
 *   access tokens, HMAC but by the secret of a client of the tenant whose ID tokens are made so. Whoever has a secret can
 *   write any such token, so those of a third party prove nothing.
 * @see RP-Initiated Logout 1.0 §4 · OIDC Core §3.1.2.1 · security.md 63
 */
export function verifyIdTokenHint(
  hint: string,
  { keys, issuer, configuration, subjects }: Pick<Ports, 'keys' | 'issuer' | 'configuration' | 'subjects'>,
): IdTokenHint | null {
  const secretOf = (clientId: string) => {
    const client = configuration().clients.get(clientId);
    return client?.idTokenSigningAlg === 'HS256' && isTenantsOwn(client) ? client.clientSecret : null;
  };
  const claims = verifyOwnJwt(keys, hint, 'id-token') ?? verifyJwtWithSecret(hint, 'id-token', secretOf);
  if (claims === null || claims.iss !== issuer || typeof claims.sub !== 'string') return null;
  if (typeof claims.aud !== 'string' || typeof claims.iat !== 'number') return null;
  // Of a client that is gone, as it came: nobody knows any more for which sector it was sealed.
  const client = configuration().clients.get(claims.aud) ?? { sector: null };
  const sid = typeof claims.sid === 'string' ? subjects.openSid(client, claims.sid) : null;
  if (typeof claims.sid === 'string' && sid === null) return null;
  return {
    sub: claims.sub,
    sid,
    clientId: claims.aud,
    issuedAt: claims.iat * 1_000,
  };
}

/**
 * A hint in the server's own words: `sub` is the user's id where the hint's client knows this user by the hint's
 * `sub`. A pairwise subject cannot be turned back; it can only be compared.
 *
 * @param userId whose session stands in the browser.
 * @see OIDC Core §8.1
 */
export function resolveHint<Hint extends Pick<IdTokenHint, 'sub' | 'clientId'>>(
  hint: Hint,
  userId: string,
  { configuration, subjects }: Pick<Ports, 'configuration' | 'subjects'>,
): Hint {
  const client = configuration().clients.get(hint.clientId);
  if (client === undefined || client.sector === null) return hint;
  return subjects.subjectOf(client, userId) === hint.sub ? { ...hint, sub: userId } : hint;
}
