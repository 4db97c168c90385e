import { buildBrowserCookie, buildNextBinding, findBinding } from '../browser/browser-binding.js';
import type { HttpRequest } from '../http/request.js';
import type { Ports } from '../ports.js';
import { findInteractiveSession } from './browser-session.js';
import type { Session } from './session.js';
import { buildExpiredSessionCookies } from './session-cookies.js';
import type { SessionStore } from './session-store.js';

type SignOutPorts = Pick<Ports<SessionStore>, 'store' | 'secrets' | 'now'>;

/** A session of this browser that a sign-out would end. */
export interface SessionToEnd {
  readonly session: Session;
  /** What is found by the binding alone is ended without telling whose it was. */
  readonly by: 'cookie' | 'binding';
}

/**
 * The session of this browser that has not ended, live or expired: by its cookie, else by its binding, which survives lost
 * answers and answers in the wrong order.
 *
 * @see design.md 3, 4
 */
export async function findSessionToEnd(
  request: HttpRequest,
  ports: SignOutPorts,
): Promise<SessionToEnd | null> {
  const named = (await findInteractiveSession(request, ports))?.session ?? null;
  if (named !== null && named.endedAt === null) return { session: named, by: 'cookie' };
  const binding = findBinding(request, ports.secrets);
  if (binding === null) return null;
  const { browserHash, generation } = binding;
  const bound = await ports.store.findSessionOfBrowser({ browserHash, generation });
  return bound && { session: bound.session, by: 'binding' };
}

/**
 * Ends what this browser has: the cookie's session and the binding's. Only after the rows say so does it forget, so a lost
 * answer leaves cookies of ended sessions.
 *
 * @returns how many applications took part, and the cookies to answer with: none of a session, and a new binding.
 */
export async function signOutBrowser(
  request: HttpRequest,
  clientId: string | null,
  ports: SignOutPorts,
): Promise<{ applications: number; cookies: string[] }> {
  const { store, secrets } = ports;
  const now = ports.now();
  const named = await findInteractiveSession(request, ports);
  const binding = findBinding(request, secrets);
  const next = binding && buildNextBinding(binding, now);
  const { ended } = await store.endSessionsOfBrowser({
    cookieSid: named?.session.sid ?? null,
    browser: binding && {
      browserHash: binding.browserHash,
      generation: binding.generation,
      nextGeneration: next?.generation ?? binding.generation,
    },
    clientId,
    address: request.peerAddress,
    now,
  });
  const applications = new Set(ended.flatMap(({ participants }) => participants)).size;
  const cookies = [...buildExpiredSessionCookies(), ...(next ? [buildBrowserCookie(next, secrets)] : [])];
  return { applications, cookies };
}
