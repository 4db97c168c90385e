import type { GenerationCounter } from '../credential/generation.js';
import type { Session } from '../session/session.js';
import type { User } from '../user/user.js';
import type { ClaimNames } from '../user/user-claims.js';

/** Where a family is found: families of one session lie together. */
export interface FamilyKey {
  readonly sid: string;
  /** From the handle that only the client holds. Public: access tokens carry it as `grant_id`. */
  readonly handleHash: string;
}

/** What of its session a family survives: not even its expiry, its expiry, or even its end. */
export type Outlives = 'nothing' | 'expiry' | 'end';

/** Why a family was revoked. That its session ended, its End-User was blocked or its time ran out is not written here. */
export type RevokeReason =
  /** A token that had been replaced was used again. */
  | 'replayed'
  /** The code that it came from was used again. */
  | 'code-replayed'
  /** RFC 7009, by the client itself. */
  | 'client-request'
  /** By an operator. */
  | 'revoked'
  | 'consent-withdrawn'
  /** The End-User and client had too many. */
  | 'too-many';

/**
 * All refresh tokens that descend from one authorization: one row with a counter, never a row per token.
 *
 * @see design.md 5
 */
export interface RefreshTokenFamily extends FamilyKey, GenerationCounter {
  readonly clientId: string;
  readonly scope: readonly string[];
  /** The API's identifier, or `''`. */
  readonly audience: string;
  /** Of the authorization's own moment; later sign-ins do not change them. */
  readonly authenticatedAt: number;
  readonly amr: readonly string[];
  readonly acr: string | null;
  readonly claims: ClaimNames | null;
  readonly startedAt: number;
  /** Absolute: rotation does not move it. `null`: infinite. */
  readonly expiresAt: number | null;
  /** Milliseconds without use, as they were at the start; `null`: infinite. */
  readonly idleLimitMs: number | null;
  readonly outlives: Outlives;
  /** RFC 9449: the thumbprint of the key that its tokens are bound to. */
  readonly jkt: string | null;
  /** When the current generation began. */
  readonly rotatedAt: number;
  readonly usedAt: number;
  /** A short hash of who rotated last: agent and network. */
  readonly rotatedBy: number;
  /** How often a retry was given the same successor. */
  readonly repeats: number;
  /** The generation whose predecessor was accepted late, by proof of possession. */
  readonly lateGeneration: number | null;
  readonly revokedAt: number | null;
  readonly revokeReason: RevokeReason | null;
}

/** A family with what else decides whether it lives. */
export interface FamilyStanding {
  readonly family: RefreshTokenFamily;
  readonly session: Session;
  readonly user: User;
}

/** The generation of a family's first token. */
export const FIRST_GENERATION = 1;

/** What an exchange starts a family with; the code says the rest. */
export interface NewFamily {
  readonly handleHash: string;
  readonly kid: string;
  readonly expiresAt: number | null;
  readonly idleLimitMs: number | null;
  readonly outlives: Outlives;
  readonly jkt: string | null;
  readonly rotatedBy: number;
  /** Living families of one End-User and client; those that go first are the least useful. */
  readonly atMost: number;
}

/** What the client and tenant say now; the stricter of this and the family's own counts. */
export interface RefreshPolicy {
  readonly rotates: boolean;
  /** `leeway` on the wire: within this time a retry gets the same successor. */
  readonly overlapMs: number;
  readonly absoluteLimitMs: number | null;
  readonly idleLimitMs: number | null;
  readonly outlives: Outlives;
  /** A retry from another agent or network counts as replay, whatever the overlap. */
  readonly overlapElsewhereIsReplay: boolean;
  readonly replayEndsSession: boolean;
  /** Families of the client that began before this moment are dead. */
  readonly clientNotBefore: number;
  /** Audiences that refresh tokens may be for: a family of another one waits until it may again. */
  readonly audiences: readonly string[];
  /** Today's session limits, for families that die with their session's expiry. */
  readonly sessionLimits: { readonly idleMs: number; readonly absoluteMs: number };
}

/** One use of a refresh token that is genuine: its tag fits this client. */
export interface RefreshTokenUse {
  readonly key: FamilyKey;
  readonly clientId: string;
  readonly presented: { readonly kid: string; readonly generation: number };
  /** The secret that makes what is given out next. */
  readonly successorKid: string;
  readonly policy: RefreshPolicy;
  /** The DPoP proof that came with it. */
  readonly proof: { readonly jkt: string; readonly nonceIssuedAt: number | null } | null;
  /** A short hash of who asks: agent and network. */
  readonly from: number;
  readonly now: number;
  /** For the record of an alarm. */
  readonly address: string;
}

/**
 * Why a refresh token was refused, for the record; on the wire all of them are `invalid_grant`.
 *
 * @see RFC 6749 §5.2
 */
export type RefusalReason =
  | 'unknown'
  | RevokeReason
  | 'user-blocked'
  | 'account-changed'
  | 'client-ended'
  | 'session-ended'
  | 'session-expired'
  | 'expired-absolute'
  | 'expired-idle'
  | 'audience-closed'
  | 'key-differs'
  | 'secret-changed';

/** What became of one use of a refresh token. */
export type RefreshOutcome =
  /** Answer with the token of this generation. */
  | {
      readonly outcome: 'rotated' | 'repeated' | 'kept';
      readonly standing: FamilyStanding;
      readonly elsewhere: boolean;
    }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason; readonly standing: FamilyStanding | null }
  /** Its immediate predecessor is accepted late, with a nonce that is fresh. Nothing was changed. */
  | { readonly outcome: 'nonce-required' };
