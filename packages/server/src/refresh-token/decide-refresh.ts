import { decideValueAge } from '../credential/generation.js';
import { decideSessionState } from '../session/session.js';
import type {
  FamilyStanding,
  Outlives,
  RefreshPolicy,
  RefreshTokenFamily,
  RefreshTokenUse,
  RefusalReason,
} from './family.js';

/** Clocks of one deployment may differ by this much; a clock that went back further revives no predecessor. */
const CLOCK_STEP_MS = 5 * 60_000;
/** A nonce this young was asked for by the very request that it came with. */
const FRESH_NONCE_MS = 60_000;

/** Whether a family can still be used, whoever asks. */
export type FamilyState =
  | { readonly state: 'live' }
  | {
      readonly state: 'dead';
      readonly reason: Exclude<
        RefusalReason,
        'unknown' | 'audience-closed' | 'key-differs' | 'secret-changed'
      >;
    };

/**
 * Whether any token of a family can still be used.
 *
 * @see design.md 3 (expired is not ended) and 5 · RFC 9700 §4.14.2
 */
export function decideFamilyState(
  { family, session, user }: FamilyStanding,
  policy: Pick<
    RefreshPolicy,
    'absoluteLimitMs' | 'idleLimitMs' | 'outlives' | 'clientNotBefore' | 'sessionLimits'
  >,
  now: number,
): FamilyState {
  const dead = (reason: Extract<FamilyState, { state: 'dead' }>['reason']): FamilyState => ({
    state: 'dead',
    reason,
  });
  if (family.revokedAt !== null) return dead(family.revokeReason ?? 'revoked');
  if (user.blocked) return dead('user-blocked');
  if (family.authenticatedAt < user.notBefore) return dead('account-changed');
  if (family.startedAt < policy.clientNotBefore) return dead('client-ended');
  const outlives = stricterOutlives(family.outlives, policy.outlives);
  if (session.endedAt !== null && outlives !== 'end') return dead('session-ended');
  if (outlives === 'nothing' && decideSessionState(session, policy.sessionLimits, now).state !== 'live')
    return dead('session-expired');
  const { absoluteAt, idleAt } = computeFamilyExpiry(family, policy);
  if (absoluteAt !== null && now >= absoluteAt) return dead('expired-absolute');
  if (idleAt !== null && now >= idleAt) return dead('expired-idle');
  return { state: 'live' };
}

/** When a family expires by its own limits: if nobody uses it from now on, and at the latest. `null` is never. */
export function computeFamilyExpiry(
  family: RefreshTokenFamily,
  policy: Pick<RefreshPolicy, 'absoluteLimitMs' | 'idleLimitMs'>,
): { idleAt: number | null; absoluteAt: number | null } {
  const idleMs = stricter(family.idleLimitMs, policy.idleLimitMs);
  const absoluteMs = stricter(
    family.expiresAt === null ? null : family.expiresAt - family.startedAt,
    policy.absoluteLimitMs,
  );
  return {
    idleAt: idleMs === null ? null : family.usedAt + idleMs,
    absoluteAt: absoluteMs === null ? null : family.startedAt + absoluteMs,
  };
}

/** What one use of a refresh token does to its family. */
export type RefreshVerdict =
  | { readonly verdict: 'rotate' }
  /** The token that was presented stays: confidential clients that ask for it. */
  | { readonly verdict: 'keep' }
  /** The same successor again, byte for byte. */
  | { readonly verdict: 'repeat'; readonly elsewhere: boolean; readonly late: boolean }
  /** The store lost commits that the client has seen: the row jumps ahead, nobody is signed out. */
  | { readonly verdict: 'jump-ahead' }
  /** A token that was replaced long ago: the family dies. */
  | { readonly verdict: 'replay' }
  | { readonly verdict: 'ask-for-nonce' }
  | { readonly verdict: 'refuse'; readonly reason: RefusalReason };

/**
 * What one use of a genuine refresh token gets. Only a replay costs the family anything; every other refusal leaves
 * it as it is.
 *
 * @param downtimeMs how long, since the current generation began, the service could not answer.
 * @see design.md 5 · RFC 9700 §4.14.2 · security.md 25 to 31
 */
export function decideRefresh(
  standing: FamilyStanding,
  use: RefreshTokenUse,
  downtimeMs: number,
): RefreshVerdict {
  const { family } = standing;
  const { policy, proof, now } = use;
  const state = decideFamilyState(standing, policy, now);
  if (state.state === 'dead') return { verdict: 'refuse', reason: state.reason };
  if (!policy.audiences.includes(family.audience)) return { verdict: 'refuse', reason: 'audience-closed' };
  if (family.jkt !== null && proof?.jkt !== family.jkt) return { verdict: 'refuse', reason: 'key-differs' };
  switch (decideValueAge(family, use.presented)) {
    case 'current':
      return { verdict: policy.rotates ? 'rotate' : 'keep' };
    case 'newer':
      return { verdict: 'jump-ahead' };
    case 'foreign':
      return { verdict: 'refuse', reason: 'secret-changed' };
    case 'predecessor':
      return decidePredecessor(family, use, downtimeMs);
    case 'older':
      return { verdict: 'replay' };
  }
}

function decidePredecessor(
  family: RefreshTokenFamily,
  { policy, proof, from, now }: RefreshTokenUse,
  downtimeMs: number,
): RefreshVerdict {
  const elapsedMs = now - family.rotatedAt - downtimeMs;
  const isWithinOverlap = Math.max(0, elapsedMs) < policy.overlapMs && elapsedMs > -CLOCK_STEP_MS;
  const elsewhere = from !== family.rotatedBy;
  if (isWithinOverlap && !(elsewhere && policy.overlapElsewhereIsReplay))
    return { verdict: 'repeat', elsewhere, late: false };
  // The key proves that it is the same client: a lost response, or a laptop that slept.
  if (family.jkt !== null && family.lateGeneration !== family.generation) {
    const nonceAge = proof?.nonceIssuedAt == null ? null : now - proof.nonceIssuedAt;
    return nonceAge !== null && nonceAge < FRESH_NONCE_MS
      ? { verdict: 'repeat', elsewhere, late: true }
      : { verdict: 'ask-for-nonce' };
  }
  return { verdict: 'replay' };
}

/** The row as a verdict leaves it. */
export function buildMovedFamily(
  family: RefreshTokenFamily,
  { verdict, ...rest }: RefreshVerdict,
  { successorKid, presented, policy, from, now }: RefreshTokenUse,
): RefreshTokenFamily {
  const usedAt = Math.max(family.usedAt, now);
  switch (verdict) {
    case 'rotate':
    case 'jump-ahead':
      return {
        ...family,
        // A token that does not rotate is taken as it is: its client may hold no other.
        generation: policy.rotates ? presented.generation + 1 : presented.generation,
        previousKid: presented.kid,
        kid: policy.rotates ? successorKid : presented.kid,
        rotatedAt: now,
        usedAt,
        rotatedBy: from,
      };
    case 'keep':
      return { ...family, usedAt };
    case 'repeat': {
      const late = 'late' in rest && rest.late;
      return {
        ...family,
        usedAt,
        repeats: family.repeats + 1,
        lateGeneration: late ? family.generation : family.lateGeneration,
      };
    }
    case 'replay':
      return { ...family, revokedAt: now, revokeReason: 'replayed' };
    case 'ask-for-nonce':
    case 'refuse':
      return family;
  }
}

const STRICTEST_FIRST: readonly Outlives[] = ['nothing', 'expiry', 'end'];

function stricterOutlives(one: Outlives, other: Outlives): Outlives {
  return STRICTEST_FIRST.find((outlives) => outlives === one || outlives === other) ?? 'nothing';
}

/** `null` is without limit. */
function stricter(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
