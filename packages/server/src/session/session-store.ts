import type { Event } from '../events/events.js';
import type { EndReason, Session } from './session.js';

/** Keeps sessions, and which clients take part in them. */
export interface SessionStore {
  findSession(sid: string): Promise<Session | null>;
  findSessionByHandle(handleHash: string): Promise<Session | null>;
  findSessionBySilentHandle(silentHandleHash: string): Promise<Session | null>;
  /** Starts a session; the one it replaces (another End-User's in this browser) ends in the same step. */
  startSession(start: {
    session: NewSession;
    replaces: string | null;
    events: readonly Event[];
  }): Promise<{ replaced: readonly string[] }>;
  /** The same End-User signed in again: row and sid stay, the handle is replaced, limits restart. */
  renewSession(renewal: {
    sid: string;
    handleHash: string;
    silentHandleHash: string;
    authenticatedAt: number;
    amr: readonly string[];
    acr: string | null;
    idleLimitMs: number;
    absoluteLimitMs: number;
    device: Session['device'];
    events: readonly Event[];
  }): Promise<'renewed' | 'ended'>;
  /** Moves the idle clock forward, never back. */
  touchSession(sid: string, now: number): Promise<'touched' | 'ended'>;
  /** Ends the session with its codes, grants and attachments, and tells which clients took part. */
  endSession(end: {
    sid: string;
    reason: EndReason;
    now: number;
    events: readonly Event[];
  }): Promise<{ outcome: 'ended'; participants: readonly string[] } | { outcome: 'already-ended' }>;
  /** Nothing of the End-User's from before this moment lives on, whatever it outlives; sessions are ended in the same step. */
  endSessionsOfUser(end: {
    userId: string;
    reason: EndReason;
    now: number;
    events: readonly Event[];
  }): Promise<{ outcome: 'ended'; sessions: number } | { outcome: 'unknown' }>;
  findSessions(query: SessionQuery): Promise<SessionListing[]>;
  findParticipants(sid: string): Promise<string[]>;
}

/** A session as it begins, with the hashes by which its cookies find it. */
export type NewSession = Omit<
  Session,
  'endedAt' | 'endReason' | 'flaggedAt' | 'userBlocked' | 'userNotBefore'
> & {
  readonly handleHash: string;
  readonly silentHandleHash: string;
};

/** Ended and expired ones too. Every condition that is given narrows. */
export interface SessionQuery {
  readonly userId: string | null;
  /** Sessions that this client takes part in. */
  readonly clientId: string | null;
  /** The `sid` of the last one that is known. */
  readonly after: string | null;
  readonly atMost: number;
}

/** A session with the clients that took part in it, by `client_id`. */
export interface SessionListing {
  readonly session: Session;
  readonly participants: readonly string[];
}
