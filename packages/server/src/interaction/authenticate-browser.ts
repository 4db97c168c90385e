import {
  buildBrowserCookie,
  buildExpiredBrowserCookie,
  buildNextBinding,
  decideOldestGeneration,
} from '../browser/browser-binding.js';
import type { InteractionStore } from '../browser/interaction-store.js';
import { deriveSessionHandle } from '../credential/credential.js';
import { randomHandle, timeOrderedId } from '../credential/randomness.js';
import type { HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import { type PageContext, problemResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { SessionBegin } from '../session/begin-session.js';
import { buildSessionCookies } from '../session/session-cookies.js';
import type { SessionStore } from '../session/session-store.js';
import type { User } from '../user/user.js';
import { toContinue, type Visit } from './interaction-page.js';

/** A device's name is for the End-User to recognise; more than this is noise or an attack. */
const LONGEST_USER_AGENT = 256;

/** What the End-User has proven itself by, all methods of this sign-in together. */
export interface Authentication {
  /** When the proof was read, not when it was found right: a password changed meanwhile has set `notBefore` later. */
  readonly authenticatedAt: number;
  /** RFC 8176. */
  readonly amr: readonly string[];
  readonly acr: string | null;
  /** The event that stands for it. */
  readonly event: SessionBegin['proof'];
}

/**
 * Makes this browser's session the End-User's whose authentication is complete. The same End-User: row and sid stay, the
 * cookie's handle is replaced, limits restart. Another one: the former session ends in the same step.
 *
 * @returns `null` where the proof is worth nothing any more: the account was blocked, or its password changed, meanwhile.
 * @see design.md 3, signing in again · security.md 34
 */
export async function authenticateBrowser(
  user: User,
  authentication: Authentication,
  visit: Visit,
  ports: Pick<Ports<InteractionStore & SessionStore>, 'store' | 'secrets' | 'configuration' | 'now'> &
    PageContext,
): Promise<HttpResponse | null> {
  const { interaction, binding, http, request } = visit;
  const { store, secrets } = ports;
  const now = ports.now();
  const next = buildNextBinding(binding, now);
  const { cookies, begin } = buildBegin(user, authentication, visit, next.generation, now, ports);
  const begun = await store.beginSession(begin);
  switch (begun.outcome) {
    case 'proof-refused':
      return null;
    case 'binding-refused': {
      const { clientId } = request.client;
      const response = problemResponse(400, 'interaction-elsewhere', http, ports, { clientId });
      return withHeaders(response, { 'set-cookie': [buildExpiredBrowserCookie()] });
    }
    case 'begun':
    case 'renewed': {
      const progress = { ...interaction.progress, authenticatedSid: begun.sid };
      await store.recordInteractionProgress(interaction.id, progress);
      const browserCookie = buildBrowserCookie(begun.bindingChanges ? next : binding, secrets);
      return withHeaders(toContinue(interaction.id), { 'set-cookie': [...cookies, browserCookie] });
    }
  }
}

/** A session of this browser with a handle of its own, and the cookies that it is kept by. */
function buildBegin(
  { userId }: User,
  { authenticatedAt, amr, acr, event }: Authentication,
  { binding, browserSession, http, request }: Visit,
  nextGeneration: number,
  now: number,
  { secrets, configuration }: Pick<Ports, 'secrets' | 'configuration'>,
): { cookies: string[]; begin: SessionBegin } {
  const { tenant } = configuration();
  const persistent = true;
  const handleSeed = randomHandle();
  const handle = deriveSessionHandle(secrets.current, binding.handle, handleSeed);
  const { cookies, ...hashes } = buildSessionCookies(secrets.current, handle, persistent);
  const begin: SessionBegin = {
    session: {
      sid: timeOrderedId(now),
      userId,
      authenticatedAt,
      amr,
      acr,
      lastActiveAt: now,
      limitsStartedAt: now,
      idleLimitMs: tenant.idleSessionLifetimeMs,
      absoluteLimitMs: tenant.sessionLifetimeMs,
      persistent,
      device: {
        userAgent: (http.header('user-agent') ?? '').slice(0, LONGEST_USER_AGENT),
        address: http.peerAddress,
      },
      ...hashes,
      handleSeed,
      browserHash: binding.browserHash,
      browserGeneration: decideOldestGeneration(binding, now),
    },
    cookieSid: browserSession?.session.sid ?? null,
    generation: binding.generation,
    nextGeneration,
    proof: event,
    clientId: request.client.clientId,
    now,
  };
  return { cookies, begin };
}
