import type { Event } from '../events/events.js';
import type { SessionBegin } from './begin-session.js';
import type { EndReason, Session } from './session.js';

/** Keeps sessions, and which clients take part in them. */
export interface SessionStore {
  findSession(sid: string): Promise<Session | null>;
  findSessionByHandle(handleHash: string): Promise<Session | null>;
  findSessionBySilentHandle(silentHandleHash: string): Promise<Session | null>;
  /** The one that had this silent handle until it was replaced: within 30 s it still answers. */
  findSessionByFormerSilentHandle(silentHandleHash: string): Promise<Session | null>;
  /** The browser's session that has not ended, where this value of its binding finds it. */
  findSessionOfBrowser(browser: BrowserValue): Promise<BoundSession | null>;
  /**
   * A sign-in: the browser's one session is this End-User's from now on. Judged by `decideSessionBegin` against the
   * cookie's row and the binding's as they are in that moment, in one step: whoever comes first, a browser has one.
   */
  beginSession(begin: SessionBegin): Promise<SessionBegun>;
  /** Moves the idle clock forward, never back. */
  touchSession(sid: string, now: number): Promise<'touched' | 'ended'>;
  /** Ends the session with its codes, grants and attachments, and tells which clients took part. */
  endSession(end: {
    sid: string;
    reason: EndReason;
    now: number;
    events: readonly Event[];
  }): Promise<{ outcome: 'ended'; participants: readonly string[] } | { outcome: 'already-ended' }>;
  /**
   * A sign-out: the cookie's session ends and the binding's, in one step, and what waits in the browser goes on with the
   * next value of its binding.
   */
  endSessionsOfBrowser(end: BrowserSignOut): Promise<{ ended: readonly EndedSession[] }>;
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

/** A value of a browser's binding, as the store knows it. */
export interface BrowserValue {
  readonly browserHash: string;
  readonly generation: number;
}

/** A session with what its browser's cookie is made from. */
export interface BoundSession {
  readonly session: Session;
  readonly handleHash: string;
  /** What the cookie's handle was derived from beside the binding. */
  readonly handleSeed: string;
  /** The handle that was replaced by the last sign-in, through the same binding; `null` where none was. */
  readonly formerHandleHash: string | null;
}

/** What became of a sign-in; one that is refused has changed nothing. */
export type SessionBegun =
  | {
      readonly outcome: 'begun' | 'renewed';
      readonly sid: string;
      /** Somebody else was signed in here: the browser gets the next value of its binding. */
      readonly bindingChanges: boolean;
      readonly ended: readonly EndedSession[];
    }
  | { readonly outcome: 'proof-refused' | 'binding-refused' };

/** What a browser brings to a sign-out; `null` for what it has not. */
export interface BrowserSignOut {
  readonly cookieSid: string | null;
  readonly browser: (BrowserValue & { readonly nextGeneration: number }) | null;
  readonly clientId: string | null;
  readonly address: string;
  readonly now: number;
}

/** A session that was ended by what happened, and whom that concerns. */
export interface EndedSession {
  readonly sid: string;
  readonly userId: string;
  /** The clients that took part. */
  readonly participants: readonly string[];
}

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
