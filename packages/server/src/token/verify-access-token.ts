import type { Client } from '../client/client.js';
import type { Ports } from '../ports.js';
import type { GrantStanding, GrantStore } from './grant-store.js';
import { type Claims, verifyOwnJwt } from './jwt.js';

/** What judging an access token may touch. */
export type VerifyAccessTokenPorts = Pick<
  Ports<GrantStore>,
  'issuer' | 'store' | 'keys' | 'configuration' | 'subjects' | 'now'
>;

/** Clocks of one deployment may differ by this much. @see security.md 81 */
const TOLERANCE_SECONDS = 5;

/** A token that lives, with what it stands for. Its `sub` is the client's word for the End-User; the grant has ours. */
export interface LiveAccessToken {
  readonly claims: Claims;
  readonly client: Client;
  readonly grant: GrantStanding;
}

/**
 * Whether an access token of ours is alive: signed, of its type, in time, for this audience, its client still
 * registered, its grant and session not ended, its End-User not blocked.
 *
 * @param audience who asks; `null` for introspection, which judges for others.
 * @returns what it stands for, or `null`.
 * @see RFC 9068 §4 · RFC 7592 §2.3 · design.md 3
 */
export async function findLiveAccessToken(
  token: string,
  audience: string | null,
  { store, keys, issuer, configuration, subjects, now }: VerifyAccessTokenPorts,
): Promise<LiveAccessToken | null> {
  const claims = verifyOwnJwt(keys, token, 'access-token');
  if (claims === null || claims.iss !== issuer) return null;
  const { aud, exp, iat, sid, grant_id: grantId } = claims;
  if (audience !== null && ![aud].flat().includes(audience)) return null;
  const seconds = now() / 1000;
  if (typeof exp !== 'number' || seconds >= exp) return null;
  if (typeof iat !== 'number' || iat > seconds + TOLERANCE_SECONDS || typeof grantId !== 'string')
    return null;
  const client = configuration().clients.get(String(claims.client_id));
  if (client === undefined) return null;
  const ownSid = typeof sid === 'string' ? subjects.openSid(client, sid) : null;
  // A sid that is none of this client's names no session that could be judged.
  if (typeof sid === 'string' && ownSid === null) return null;
  const grant = await store.findGrant(grantId, ownSid);
  if (grant === null || grant.endedAt !== null || grant.userBlocked) return null;
  const outlivesSessionEnd = grant.outlivesSessionEnd && client.refreshToken.outlives === 'end';
  if (grant.sessionEndedAt !== null && !outlivesSessionEnd) return null;
  if (grant.startedAt < client.notBefore) return null;
  if (grant.authenticatedAt !== null && grant.authenticatedAt < grant.userNotBefore) return null;
  return { claims, client, grant };
}
