import { randomHandle, timeOrderedId } from '../credential/randomness.js';
import { buildEvent, type EventName } from '../events/events.js';
import type { HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';
import { buildSessionCookies } from '../session/session-cookies.js';
import type { User } from '../user/user.js';
import { toContinue, type Visit } from './interaction-page.js';

/** A device's name is for the End-User to recognise; more than this is noise or an attack. */
const LONGEST_USER_AGENT = 256;

/**
 * Makes this browser's session the End-User's who has just proven who it is. The same End-User: row and sid stay, the
 * cookie's handle is replaced, limits restart. Another one: the former session ends in the same step.
 *
 * @param provenAt when the password was read for the proof, not when it was found right: a password changed meanwhile
 *   has set `notBefore` later than this, and the session is ended before it begins.
 * @param how the event that stands for the proof.
 * @see design.md 3, signing in again · security.md 34
 */
export async function authenticateBrowser(
  user: User,
  provenAt: number,
  visit: Visit,
  how: Extract<EventName, 'login.succeeded' | 'signup.succeeded'>,
  { store, secrets, configuration, now }: Ports,
): Promise<HttpResponse> {
  const { interaction, browserSession, http, request } = visit;
  const { tenant } = configuration();
  const at = now();
  const handle = randomHandle();
  const persistent = true;
  const { cookies, handleHash, silentHandleHash } = buildSessionCookies(secrets.current, handle, persistent);
  const device = {
    userAgent: (http.header('user-agent') ?? '').slice(0, LONGEST_USER_AGENT),
    address: http.peerAddress,
  };
  const authentication = { authenticatedAt: provenAt, amr: ['pwd'], acr: null };
  const limits = { idleLimitMs: tenant.idleSessionLifetimeMs, absoluteLimitMs: tenant.sessionLifetimeMs };
  const facts = { userId: user.userId, clientId: request.client.clientId, address: http.peerAddress };
  const former = browserSession?.session ?? null;

  let sid = former?.userId === user.userId ? former.sid : null;
  if (sid !== null) {
    const events = [
      buildEvent(at, how, { ...facts, sid }),
      buildEvent(at, 'session.renewed', { ...facts, sid }),
    ];
    const renewal = { sid, handleHash, silentHandleHash, ...authentication, ...limits, device, events };
    if ((await store.renewSession(renewal)) === 'ended') sid = null;
  }
  if (sid === null) {
    sid = timeOrderedId(at);
    const replaces =
      former !== null && former.userId !== user.userId && former.endedAt === null ? former : null;
    const replaced = replaces && {
      ...buildEvent(at, 'session.ended', {
        reason: 'replaced-by-another-end-user',
        address: http.peerAddress,
      }),
      sid: replaces.sid,
      userId: replaces.userId,
    };
    await store.startSession({
      session: {
        sid,
        userId: user.userId,
        ...authentication,
        lastActiveAt: at,
        limitsStartedAt: at,
        ...limits,
        persistent,
        device,
        handleHash,
        silentHandleHash,
      },
      replaces: replaces?.sid ?? null,
      events: [
        buildEvent(at, how, { ...facts, sid }),
        ...(replaced ? [replaced] : []),
        buildEvent(at, 'session.started', { ...facts, sid }),
      ],
    });
  }
  await store.recordInteractionProgress(interaction.id, { ...interaction.progress, authenticatedSid: sid });
  return withHeaders(toContinue(interaction.id), { 'set-cookie': cookies });
}
