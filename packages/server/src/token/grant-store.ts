import type { Event } from '../events/events.js';

/** Keeps grants: one row per authorization. A token is alive if its grant and session are. */
export interface GrantStore {
  /** Where the grant is of a session: locks its row, joins the client to it, and moves its idle clock if asked. */
  startGrant(start: {
    grant: Grant;
    touch: boolean;
    /** The interaction that this grant finishes. */
    finishes: string | null;
  }): Promise<'started' | 'session-ended' | 'interaction-finished'>;
  endGrant(end: {
    grantId: string;
    /** Where the token names one: a family is the grant of its tokens. */
    sid: string | null;
    now: number;
    events: readonly Event[];
  }): Promise<'ended' | 'already-ended'>;
  /** @param sid where the token names one: a family is the grant of its tokens. */
  findGrant(grantId: string, sid: string | null): Promise<GrantStanding | null>;
  /** What a client holds in a session, one entry per audience and scope it was ever given there. */
  findHoldings(sid: string, clientId: string): Promise<Holding[]>;
}

/** One authorization as its access tokens name it by `grant_id`. Times in milliseconds. */
export interface Grant {
  readonly grantId: string;
  readonly clientId: string;
  /** `null` for `client_credentials`. */
  readonly userId: string | null;
  readonly sid: string | null;
  readonly scope: readonly string[];
  readonly audience: string;
  /** Claims asked for at userinfo, beyond the scopes. */
  readonly userinfoClaims: readonly string[];
  readonly startedAt: number;
  /** When the last access token of it expires. */
  readonly expiresAt: number;
  readonly endedAt: number | null;
}

/** A grant with what else decides whether its tokens live. */
export interface GrantStanding extends Omit<Grant, 'expiresAt'> {
  /** A family's: whether its tokens survive the session's end. */
  readonly outlivesSessionEnd: boolean;
  readonly sessionEndedAt: number | null;
  readonly authenticatedAt: number | null;
  readonly userBlocked: boolean;
  readonly userNotBefore: number;
}

/** What a client was given at one API; `''` is userinfo. */
export interface Holding {
  readonly audience: string;
  readonly scope: readonly string[];
}
