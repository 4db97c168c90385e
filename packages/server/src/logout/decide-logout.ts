import { type Client, hasRegisteredItself } from '../client/client.js';
import type { Session } from '../session/session.js';
import type { IdTokenHint } from '../token/id-token-hint.js';

/** What decides a sign-out request. */
export interface LogoutFacts {
  /** The session of this browser that has not ended; expired ones can be ended too. */
  readonly session: Session | null;
  /** `absent`, `bad` (not issued here, altered, of another client), or what a good one says. */
  readonly hint: 'absent' | 'bad' | IdTokenHint;
  /** What a good hint names, looked for where the browser itself has no session. */
  readonly hinted: HintedSession | null;
  /** A visit to the page, a server's call, or anything else that a browser loads. */
  readonly visitor: 'person' | 'server' | 'nobody';
  /** The page that led here: this server's own, one of an origin registered for a participant, or neither. */
  readonly cameFrom: 'own-page' | 'participant' | 'elsewhere';
  /** Auth0's address acts on a page of a participant; OpenID Connect's asks unless the hint is good. */
  readonly dialect: 'auth0' | 'oidc';
}

/** The session that a hint's `sid` names, ended or not, and what the hint's client is to it. */
export interface HintedSession {
  readonly session: Session;
  readonly client: Client;
  readonly isParticipant: boolean;
}

/** What a visit to a logout address does. */
export type LogoutDecision =
  /** End the session now. */
  | { readonly next: 'end'; readonly session: Session }
  /** One click decides. */
  | { readonly next: 'ask'; readonly session: Session }
  /** Nobody is signed in here. */
  | { readonly next: 'nothing-to-end' }
  /** A session goes on, and this is no way to end it. */
  | { readonly next: 'refuse' }
  /** Images, frames, prefetches and other sites' fetches change nothing. */
  | { readonly next: 'ignore' };

/** How old a hint may be that ends a session without the session's browser. */
export const HINT_ALONE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Whether a sign-out request acts at once, asks, or does nothing.
 *
 * @param now milliseconds since the epoch.
 * @see RP-Initiated Logout 1.0 §2: "the OP SHOULD ask the End-User whether to log out of the OP"; "If the ID Token's
 *      sub or sid does not match … the OP SHOULD NOT" act on it · design.md 7 · security.md 65, 66
 */
export function decideLogout(facts: LogoutFacts, now: number): LogoutDecision {
  const { session, hint } = facts;
  switch (facts.visitor) {
    case 'nobody':
      return { next: 'ignore' };
    case 'server':
      return decideForServer(facts, now);
    case 'person':
      if (session === null) return decideWithoutSession(facts, now);
      if (hint === 'bad') return { next: 'ask', session };
      if (hint !== 'absent') return { next: isOf(hint, session) ? 'end' : 'ask', session };
      return { next: leadsFromKnownPage(facts) ? 'end' : 'ask', session };
  }
}

/** @returns `refuse` for whatever cannot be said to be over: a server would take any other answer for a sign-out. */
function decideForServer({ hinted, hint }: LogoutFacts, now: number): LogoutDecision {
  if (hinted === null || typeof hint === 'string') return { next: 'refuse' };
  if (hinted.session.endedAt !== null) return { next: 'nothing-to-end' };
  return mayEndAlone(hint, hinted, now) ? { next: 'end', session: hinted.session } : { next: 'refuse' };
}

/** A browser that lost its cookies, or another than the session's: nobody is to be told that the session is over. */
function decideWithoutSession({ hinted, hint }: LogoutFacts, now: number): LogoutDecision {
  if (hinted === null || typeof hint === 'string' || hinted.session.endedAt !== null)
    return { next: 'nothing-to-end' };
  return mayEndAlone(hint, hinted, now) ? { next: 'ask', session: hinted.session } : { next: 'refuse' };
}

/** Whether a hint ends its session without the session's browser. @see design.md 7 */
export function mayEndAlone(
  hint: IdTokenHint,
  { session, client, isParticipant }: HintedSession,
  now: number,
): boolean {
  return (
    isParticipant &&
    !hasRegisteredItself(client) &&
    now - hint.issuedAt <= HINT_ALONE_MS &&
    hint.sid === session.sid &&
    hint.sub === session.userId
  );
}

function isOf(hint: IdTokenHint, session: Session): boolean {
  return hint.sub === session.userId && (hint.sid === null || hint.sid === session.sid);
}

function leadsFromKnownPage({ cameFrom, dialect }: LogoutFacts): boolean {
  return cameFrom === 'own-page' || (cameFrom === 'participant' && dialect === 'auth0');
}

/** Every origin that a client of the tenant has registered anything under; one that registered itself has none. */
export function registeredOrigins(client: Client): string[] {
  if (hasRegisteredItself(client)) return [];
  const urls = [...client.webOrigins, ...client.callbacks, ...client.allowedLogoutUrls];
  return urls.flatMap((url) => {
    if (!URL.canParse(url)) return [];
    const { origin } = new URL(url);
    return origin === 'null' ? [] : [origin];
  });
}

/** Where a page of ours may lead back to. Nobody who registered himself leads people anywhere from it. */
export function linkBackTo(client: Client | null): string | null {
  return client === null || hasRegisteredItself(client) ? null : client.initiateLoginUri;
}
