import {
  computeFamilyExpiry,
  decideFamilyState,
  type FamilyStanding,
  type Outlives,
  type RefreshPolicy,
} from '@sojourn/server';
import { buildFamilyId } from './family-id.js';

/** A refresh token family as it is listed: nothing of it makes a token. Times in milliseconds since 1970. */
export interface ListedFamily {
  readonly id: string;
  readonly sid: string;
  readonly userId: string;
  /** Email or username. */
  readonly account: string;
  readonly clientId: string;
  readonly application: string;
  /** The API's identifier; `''` for tokens that only reach userinfo. */
  readonly audience: string;
  readonly scope: readonly string[];
  readonly state: 'live' | 'expired' | 'ended';
  readonly reason: string | null;
  readonly startedAt: number;
  readonly usedAt: number;
  readonly generation: number;
  /** When that one was given out first. */
  readonly rotatedAt: number;
  /** How often a retry was given the same successor. */
  readonly repeats: number;
  /** Where nobody uses it from now on; `null`: never. */
  readonly idleExpiresAt: number | null;
  /** At the latest; `null`: never. */
  readonly expiresAt: number | null;
  readonly outlives: Outlives;
  /** The thumbprint of the key that its tokens are bound to. */
  readonly jkt: string | null;
  readonly revokedAt: number | null;
}

/** @param policy What the client and tenant say today; `null` where the client is disabled or gone. */
export function buildListedFamily(
  standing: FamilyStanding,
  names: { readonly account: string; readonly application: string },
  policy: RefreshPolicy | null,
  now: number,
): ListedFamily {
  const { family, session } = standing;
  const limits = policy ?? { absoluteLimitMs: null, idleLimitMs: null };
  const { idleAt, absoluteAt } = computeFamilyExpiry(family, limits);
  return {
    id: buildFamilyId(family),
    sid: family.sid,
    userId: session.userId,
    account: names.account,
    clientId: family.clientId,
    application: names.application,
    audience: family.audience,
    scope: family.scope,
    ...buildState(standing, policy, now),
    startedAt: family.startedAt,
    usedAt: family.usedAt,
    generation: family.generation,
    rotatedAt: family.rotatedAt,
    repeats: family.repeats,
    idleExpiresAt: idleAt,
    expiresAt: absoluteAt,
    outlives: family.outlives,
    jkt: family.jkt,
    revokedAt: family.revokedAt,
  };
}

/** Time ran out, or somebody ended it: the two are never mixed. */
const BY_TIME: readonly string[] = ['expired-absolute', 'expired-idle', 'session-expired'];

function buildState(
  standing: FamilyStanding,
  policy: RefreshPolicy | null,
  now: number,
): Pick<ListedFamily, 'state' | 'reason'> {
  if (policy === null) {
    return { state: 'ended', reason: standing.family.revokeReason ?? 'client-unknown' };
  }
  const state = decideFamilyState(standing, policy, now);
  if (state.state === 'live') return { state: 'live', reason: null };
  return { state: BY_TIME.includes(state.reason) ? 'expired' : 'ended', reason: state.reason };
}
