import type { Reason } from '@sojourn/protocol';

/** Why a session ended. Expiry is not among them: an expired session is not an ended one (design.md 3). */
export type EndReason =
  | 'signed-out'
  | 'revoked'
  | 'password-changed'
  | 'user-blocked'
  | 'replaced-by-another-end-user'
  /** Its End-User signed in where this browser had another session of theirs. */
  | 'replaced-by-another-session'
  /** An old refresh token of it was used again, and the tenant asked for this. */
  | 'refresh-token-replayed';

/** One browser, one End-User, one session. The row decides. */
export interface Session {
  /** Public id, random, never used again after the session's end. */
  readonly sid: string;
  readonly userId: string;
  readonly authenticatedAt: number;
  /** RFC 8176 methods of the last authentication. */
  readonly amr: readonly string[];
  readonly acr: string | null;
  readonly lastActiveAt: number;
  /** When the limits last started to run and the cookie's handle was made: the start, or the latest sign-in again. */
  readonly limitsStartedAt: number;
  /** Limits as they were when they started to run, milliseconds. The stricter of these and today's counts. */
  readonly idleLimitMs: number;
  readonly absoluteLimitMs: number;
  /** Whether the cookie outlives the browser window. */
  readonly persistent: boolean;
  readonly device: { readonly userAgent: string; readonly address: string };
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  /** When a refresh token of it was last replayed. */
  readonly flaggedAt: number | null;
  /** The End-User's standing now, read with the row: blocked accounts and `notBefore` end sessions without touching them. */
  readonly userBlocked: boolean;
  readonly userNotBefore: number;
}

/** A session that begins, or what a sign-in makes of one. */
export type NewSession = Omit<
  Session,
  'endedAt' | 'endReason' | 'flaggedAt' | 'userBlocked' | 'userNotBefore'
> & {
  readonly handleHash: string;
  readonly silentHandleHash: string;
  /** What the handle was derived from beside the binding; `null` where there is no browser. */
  readonly handleSeed: string | null;
  /** SHA-256 of the browser's binding: no browser has two sessions that have not ended. `null` where there is none. */
  readonly browserHash: string | null;
  /** The oldest value of the binding that finds it. */
  readonly browserGeneration: number;
};

/** How long a session may rest, and how long it may last at all. Milliseconds. */
export interface SessionLimits {
  readonly idleMs: number;
  readonly absoluteMs: number;
}

/** Whether a session answers, and where it does not, why. */
export type SessionState =
  | { readonly state: 'live' }
  | {
      readonly state: 'expired';
      readonly reason: Extract<Reason, 'session-expired-idle' | 'session-expired-absolute'>;
    }
  | { readonly state: 'ended'; readonly reason: Extract<Reason, 'session-ended' | 'user-blocked'> };

/**
 * Whether a session may still answer for its End-User.
 *
 * @param limits Today's limits; the stricter of these and the row's own counts.
 * @returns `live`; `expired`: signs nobody in silently, but ends nothing; `ended`: takes everything with it.
 * @see design.md 3
 */
export function decideSessionState(session: Session, limits: SessionLimits, now: number): SessionState {
  if (isEnded(session)) {
    return { state: 'ended', reason: session.userBlocked ? 'user-blocked' : 'session-ended' };
  }
  const { absoluteAt, idleAt } = computeSessionExpiry(session, limits);
  if (now >= absoluteAt) return { state: 'expired', reason: 'session-expired-absolute' };
  if (now >= idleAt) return { state: 'expired', reason: 'session-expired-idle' };
  return { state: 'live' };
}

/** When a session that has not ended expires: if nobody uses it from now on, and at the latest. */
export function computeSessionExpiry(
  session: Session,
  limits: SessionLimits,
): { idleAt: number; absoluteAt: number } {
  return {
    idleAt: session.lastActiveAt + Math.min(session.idleLimitMs, limits.idleMs),
    absoluteAt: session.limitsStartedAt + Math.min(session.absoluteLimitMs, limits.absoluteMs),
  };
}

/** Whether it has ended, by its own row or by its End-User's: then its cookie is anonymous. @see security.md 40 */
export function isEnded(session: Session): boolean {
  return session.userBlocked || session.endedAt !== null || session.authenticatedAt < session.userNotBefore;
}
