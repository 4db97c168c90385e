import { buildEvent, type Event } from '../events/events.js';
import type { EndReason, NewSession } from './session.js';

/** One End-User has proven who it is, in one browser or in none. */
export interface SessionBegin {
  /** What is kept if a session begins. One that is renewed takes all but `sid` from it. */
  readonly session: NewSession;
  /** The session that the cookie named when the request came; `null` where it named none. */
  readonly cookieSid: string | null;
  /** The value of the binding that was presented, and the one that takes its place where somebody else was signed in. */
  readonly generation: number;
  readonly nextGeneration: number;
  /** The event that stands for the proof. */
  readonly proof: 'login.succeeded' | 'signup.succeeded';
  /** The client for which the End-User has signed in. */
  readonly clientId: string | null;
  readonly now: number;
}

/** A session of this browser that has not ended by its own row. */
export interface StandingSession {
  readonly sid: string;
  readonly userId: string;
  readonly authenticatedAt: number;
  readonly userBlocked: boolean;
  readonly userNotBefore: number;
  readonly browserHash: string | null;
  readonly browserGeneration: number;
}

/** What becomes of the sessions of a browser in which somebody signs in. */
export type SessionBeginDecision =
  /** The account was blocked, or its password changed, after the proof was read: it proves nothing any more. */
  | { readonly next: 'refuse-proof' }
  /** The browser's session was begun by a later value of its binding: this one was noted, or is long out of use. */
  | { readonly next: 'refuse-binding' }
  | {
      readonly next: 'renew';
      readonly sid: string;
      /** The oldest value of the binding that finds it. */
      readonly browserGeneration: number;
      readonly ends: readonly SessionEnd[];
      readonly bindingChanges: boolean;
    }
  | {
      readonly next: 'begin';
      readonly sid: string;
      readonly browserGeneration: number;
      readonly ends: readonly SessionEnd[];
      readonly bindingChanges: boolean;
    };

/** A session that a sign-in ends, and why. */
export interface SessionEnd {
  readonly sid: string;
  readonly userId: string;
  readonly reason: EndReason;
}

/**
 * What a sign-in makes of the sessions of its browser: it renews the one of the same End-User and ends every other. One
 * that is dead by its account's block or `notBefore` is never renewed.
 *
 * @param standing the cookie's and the binding's, those that have not ended.
 * @param account the End-User's, as it is now.
 * @see design.md 3, signing in again · docs/decisions/0002-one-browser-one-session.md
 */
export function decideSessionBegin(
  standing: readonly StandingSession[],
  account: { readonly blocked: boolean; readonly notBefore: number },
  begin: SessionBegin,
): SessionBeginDecision {
  const { session, cookieSid, generation } = begin;
  const { userId, browserHash } = session;
  if (account.blocked || session.authenticatedAt < account.notBefore) return { next: 'refuse-proof' };
  const isOutdated = (found: StandingSession) =>
    found.sid !== cookieSid && found.browserGeneration > generation;
  if (standing.some(isOutdated)) return { next: 'refuse-binding' };

  const own = standing.filter(
    (found) => found.userId === userId && found.authenticatedAt >= account.notBefore,
  );
  // Two of one End-User: the cookie's, which the tabs of this browser know.
  const renewed = own.find(({ sid }) => sid === cookieSid) ?? own[0];
  const ends = standing
    .filter((found) => found !== renewed)
    .map((found) => ({ sid: found.sid, userId: found.userId, reason: decideEndReason(found, userId) }));
  const bindingChanges = standing.some((found) => found.userId !== userId);
  if (renewed === undefined) {
    const { sid, browserGeneration } = session;
    return { next: 'begin', sid, browserGeneration, ends, bindingChanges };
  }
  const isBoundHere = renewed.browserHash === browserHash;
  const browserGeneration = isBoundHere
    ? Math.min(renewed.browserGeneration, session.browserGeneration)
    : session.browserGeneration;
  return { next: 'renew', sid: renewed.sid, browserGeneration, ends, bindingChanges };
}

function decideEndReason(found: StandingSession, userId: string): EndReason {
  if (found.userBlocked) return 'user-blocked';
  if (found.authenticatedAt < found.userNotBefore) return 'revoked';
  return found.userId === userId ? 'replaced-by-another-session' : 'replaced-by-another-end-user';
}

/** What is recorded of a sign-in, with its write. */
export function buildSessionBeginEvents(
  { next, sid, ends }: Extract<SessionBeginDecision, { next: 'renew' | 'begin' }>,
  { session, proof, clientId, now }: SessionBegin,
): Event[] {
  const { address } = session.device;
  const facts = { sid, userId: session.userId, clientId, address };
  return [
    buildEvent(now, proof, facts),
    ...ends.map((end) => buildEvent(now, 'session.ended', { ...end, address })),
    buildEvent(now, next === 'renew' ? 'session.renewed' : 'session.started', facts),
  ];
}

/** What is recorded where an End-User signs out, with its write. */
export function buildSignOutEvents(
  ended: readonly Pick<SessionEnd, 'sid' | 'userId'>[],
  { clientId, address, now }: { clientId: string | null; address: string; now: number },
): Event[] {
  return ended.map(({ sid, userId }) =>
    buildEvent(now, 'session.signed-out', { sid, userId, clientId, address }),
  );
}
