import type { Client } from '../client/client.js';
import type { Session } from '../session/session.js';
import type { IdTokenHint } from '../token/id-token-hint.js';

/** What decides a sign-out request. */
export interface LogoutFacts {
  /** The session of this browser that has not ended; expired ones can be ended too. */
  readonly session: Session | null;
  /** `absent`, `bad` (not issued here, altered, of another client), or what a good one says. */
  readonly hint: 'absent' | 'bad' | IdTokenHint;
  readonly topLevelNavigation: boolean;
  /** The page that led here is this server's own, or of an origin registered for the named client or a participant. */
  readonly cameFromRegistered: boolean;
}

export type LogoutDecision =
  /** End the session now. */
  | { readonly next: 'end'; readonly sid: string }
  /** One click decides. */
  | { readonly next: 'ask' }
  /** Nobody is signed in here. */
  | { readonly next: 'nothing-to-end' }
  /** Images, frames, prefetches and other sites' fetches change nothing. */
  | { readonly next: 'ignore' };

/**
 * Whether a sign-out request acts at once, asks, or does nothing.
 *
 * @see RP-Initiated Logout 1.0 §2: "the OP SHOULD ask the End-User whether to log out of the OP"; "If the ID Token's
 *      sub or sid does not match … the OP SHOULD NOT" act on it · design.md 7 · security.md 65, 66
 */
export function decideLogout(facts: LogoutFacts): LogoutDecision {
  const { session, hint } = facts;
  if (!facts.topLevelNavigation) return { next: 'ignore' };
  if (session === null) return { next: 'nothing-to-end' };
  if (hint === 'bad') return { next: 'ask' };
  if (hint !== 'absent') {
    const isOfThisSession = hint.sub === session.userId && (hint.sid === null || hint.sid === session.sid);
    return isOfThisSession ? { next: 'end', sid: session.sid } : { next: 'ask' };
  }
  return facts.cameFromRegistered ? { next: 'end', sid: session.sid } : { next: 'ask' };
}

/** Every origin that a client has registered anything under. */
export function registeredOrigins(client: Client): string[] {
  const urls = [...client.webOrigins, ...client.callbacks, ...client.allowedLogoutUrls];
  return urls.flatMap((url) => {
    if (!URL.canParse(url)) return [];
    const { origin } = new URL(url);
    return origin === 'null' ? [] : [origin];
  });
}
