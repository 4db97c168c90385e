import {
  computeSessionExpiry,
  decideSessionState,
  type Session,
  type SessionLimits,
  type SessionListing,
  type SessionState,
} from '@sojourn/server';

/** An application as it is listed. */
export interface ListedApplication {
  readonly clientId: string;
  readonly name: string;
}

/** A session as it is listed. Times in milliseconds since 1970. */
export interface ListedSession {
  readonly sid: string;
  readonly userId: string;
  /** Email or username. */
  readonly account: string;
  readonly state: SessionState['state'];
  readonly reason: string | null;
  readonly signedInAt: number;
  readonly methods: readonly string[];
  readonly lastActiveAt: number;
  /** Where nobody uses it from now on. */
  readonly idleExpiresAt: number;
  /** At the latest. */
  readonly expiresAt: number;
  readonly endedAt: number | null;
  /** Whether the cookie outlives the browser window. */
  readonly persistent: boolean;
  readonly device: Session['device'];
  readonly applications: readonly ListedApplication[];
  /** When an old refresh token of it was used. */
  readonly flaggedAt: number | null;
}

/** @param limits Today's; the stricter of these and the session's own count. */
export function buildListedSession(
  { session, participants }: SessionListing,
  names: { readonly account: string; readonly applicationOf: (clientId: string) => string },
  limits: SessionLimits,
  now: number,
): ListedSession {
  const state = decideSessionState(session, limits, now);
  const { idleAt, absoluteAt } = computeSessionExpiry(session, limits);
  return {
    sid: session.sid,
    userId: session.userId,
    account: names.account,
    state: state.state,
    reason: buildReason(session, state),
    signedInAt: session.authenticatedAt,
    methods: session.amr,
    lastActiveAt: session.lastActiveAt,
    idleExpiresAt: idleAt,
    expiresAt: absoluteAt,
    endedAt: session.endedAt,
    persistent: session.persistent,
    device: session.device,
    applications: participants.map((clientId) => ({ clientId, name: names.applicationOf(clientId) })),
    flaggedAt: session.flaggedAt,
  };
}

/** An ended one has the reason that stands in its row, else that of its End-User. */
function buildReason(session: Session, state: SessionState): string | null {
  switch (state.state) {
    case 'live':
      return null;
    case 'expired':
      return state.reason;
    case 'ended':
      return session.endReason ?? (session.userBlocked ? 'user-blocked' : 'account-changed');
  }
}
