import { type ErrorCode, isOidcScope, type Reason } from '@sojourn/protocol';
import type { InteractionProgress } from '../browser/interaction-store.js';
import type { BrowserSession } from '../session/browser-session.js';
import { decideSessionState, type Session, type SessionLimits } from '../session/session.js';
import type { Holding } from '../token/grant-store.js';
import type { AuthenticationRequest } from './authentication-request.js';
import type { Consent } from './consent-store.js';
import { decideConsentScope, isWithin } from './scope.js';

/** Everything that decides what happens next with a valid request. */
export interface AuthorizationFacts {
  readonly request: AuthenticationRequest;
  /** What the cookies name; live or not. */
  readonly browserSession: BrowserSession | null;
  /** The browser says that it withheld cookies here. */
  readonly cookiesBlocked: boolean;
  readonly limits: SessionLimits;
  readonly consents: readonly Consent[];
  /** What the client holds in this session; asked for attachments only. */
  readonly holdings: readonly Holding[];
  /** A client that cannot prove who it is asks each time. */
  readonly clientUnproven: boolean;
  /** What the End-User has done since this request came; `null` where it came just now. */
  readonly progress: InteractionProgress | null;
}

/** What a request gets now: its answer, a page first, or a refusal to its client. */
export type AuthorizationDecision =
  | { readonly next: 'issue'; readonly session: Session }
  | {
      readonly next: 'interact';
      readonly step: 'login' | 'select-account' | 'consent';
      readonly reason: Reason;
    }
  | { readonly next: 'refuse'; readonly error: ErrorCode; readonly reason: Reason };

/**
 * The one place that says what an authorization request gets. Steps never route to each other: each comes back
 * here with what was done. With `prompt=none` the answer is never an interaction.
 *
 * @see OIDC Core §3.1.2.3 · §3.1.2.6 · design.md 6
 */
export function decideAuthorization(facts: AuthorizationFacts, now: number): AuthorizationDecision {
  const { request, browserSession, progress } = facts;
  const silent = request.prompt.has('none');
  const done = (sid: string | null | undefined) =>
    sid !== null && sid !== undefined && sid === browserSession?.session.sid;

  // The only way to an interaction, so that none can be reached with `prompt=none`.
  const ask = (step: keyof typeof ERROR_OF_STEP, reason: Reason): AuthorizationDecision =>
    silent ? { next: 'refuse', error: ERROR_OF_STEP[step], reason } : { next: 'interact', step, reason };
  const askToLogIn = (reason: Reason) => ask('login', reason);

  if (browserSession === null) return askToLogIn(facts.cookiesBlocked ? 'cookies-blocked' : 'no-session');
  const { session } = browserSession;
  const state = decideSessionState(session, facts.limits, now);
  if (state.state !== 'live') return askToLogIn(state.reason);
  const justAuthenticated = done(progress?.authenticatedSid);

  const consentReason = decideConsent(facts, done(progress?.consentedSid));
  // To whom nobody has agreed learns that, and nothing else by asking silently: neither who is signed in (`id_token_hint`,
  // `sub`) nor since when (`max_age`). @see docs/decisions/0014-a-stranger-counts-as-nobody.md
  if (silent && consentReason !== null) return ask('consent', consentReason);

  // "If the End-User identified by the ID Token is logged in or is logged in by the request, then the
  // Authorization Server returns a positive response; otherwise, it SHOULD return an error"
  if (request.hint !== null && request.hint.sub !== session.userId) {
    const reason = 'hint-is-another-end-user';
    return justAuthenticated ? { next: 'refuse', error: 'login_required', reason } : askToLogIn(reason);
  }
  // "the Authorization Server SHOULD prompt the End-User for reauthentication"
  if (request.prompt.has('login') && !justAuthenticated) return askToLogIn('login-requested');
  // "If the elapsed time is greater than this value, the OP MUST attempt to actively re-authenticate the End-User"
  if (request.maxAgeSeconds !== null && !justAuthenticated) {
    const elapsedMs = now - session.authenticatedAt;
    if (elapsedMs > request.maxAgeSeconds * 1000 || request.maxAgeSeconds === 0)
      return askToLogIn('max-age-exceeded');
  }
  if (progress?.wantsAnotherAccount === true && !justAuthenticated) return askToLogIn('selection-requested');
  if (request.prompt.has('select_account') && !justAuthenticated && !done(progress?.selectedSid))
    return ask('select-account', 'selection-requested');

  if (progress?.consentDenied === true)
    return { next: 'refuse', error: 'access_denied', reason: 'consent-denied' };
  if (consentReason !== null) return ask('consent', consentReason);

  // An attachment renews; it never widens what its client was given by the End-User's own hand.
  if (browserSession.source === 'attachment' && !isHeld(request, facts.holdings)) {
    return { next: 'refuse', error: 'interaction_required', reason: 'attachment-cannot-widen' };
  }
  return { next: 'issue', session };
}

/** What a silent request is refused with instead of each step. @see OIDC Core §3.1.2.6 */
const ERROR_OF_STEP = {
  login: 'login_required',
  'select-account': 'interaction_required',
  consent: 'consent_required',
} as const;

/**
 * Why the End-User must be asked to agree, or `null`.
 *
 * @see OIDC Core §3.1.2.4 · RFC 6749 §10.2: the server "MUST NOT process repeated authorization requests
 *      automatically … without authenticating the client"
 */
function decideConsent(facts: AuthorizationFacts, consentedHere: boolean): Reason | null {
  const { request, clientUnproven, consents } = facts;
  if (consentedHere) return null;
  if (clientUnproven) return 'client-unproven';
  if (request.prompt.has('consent')) return 'consent-requested';
  const { client, api } = request;
  if (client.isFirstParty && (api === null || api.skipConsentForVerifiableFirstPartyClients)) return null;
  const given = consents.find(({ audience }) => audience === (api?.identifier ?? ''));
  return given !== undefined && isWithin(decideConsentScope(request), given.scope) ? null : 'consent-missing';
}

function isHeld(request: AuthenticationRequest, holdings: readonly Holding[]): boolean {
  const audience = request.api?.identifier ?? '';
  const known = holdings.filter((holding) => reaches(holding, audience));
  return known.length > 0 && isWithin(request.scope, scopeAt(known, audience));
}

/** What was given for an API together with `openid` opens userinfo as well: to ask for that alone widens nothing. */
function reaches(given: Holding, audience: string): boolean {
  return given.audience === audience || (audience === '' && given.scope.includes('openid'));
}

/** Of what was given for an API, userinfo knows the scopes of OpenID Connect. */
function scopeAt(given: readonly Holding[], audience: string): readonly string[] {
  return given.flatMap((one) => (one.audience === audience ? one.scope : one.scope.filter(isOidcScope)));
}
