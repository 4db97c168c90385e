import { findBinding, IN_FLIGHT_MS } from '../browser/browser-binding.js';
import {
  type Credential,
  deriveSessionHandle,
  deriveSilentHandle,
  hashHandle,
} from '../credential/credential.js';
import type { Secret } from '../credential/secrets.js';
import { buildEvent } from '../events/events.js';
import type { HttpRequest } from '../http/request.js';
import type { Ports } from '../ports.js';
import { decideAttachment } from './attachment.js';
import type { AttachmentStore } from './attachment-store.js';
import type { Session } from './session.js';
import {
  type AttachmentPlace,
  buildExpiredAttachedCookie,
  buildExpiredCookieByName,
  readAttachedCookie,
  readSessionCookie,
  readSilentCookie,
  superfluousAttachedCookies,
} from './session-cookies.js';
import type { SessionStore } from './session-store.js';

/** The session that a browser's cookies name, and by which of them. It may be live, expired or ended. */
export interface BrowserSession {
  readonly session: Session;
  readonly source: 'session' | 'silent' | 'attachment';
  /** What the session cookie is made from now; `null` where that cookie was not presented. */
  readonly cookie: {
    readonly kid: string;
    readonly handle: string;
    /** The browser presented the value before, whose answer to a sign-in was lost or is late: it needs this one. */
    readonly isSuccessor: boolean;
  } | null;
  /** What a new attachment of this browser is derived from; `null` where the cookie of it was not presented. */
  readonly root: { readonly kid: string; readonly silentHandle: string } | null;
  /** The attachment that was presented and accepted. */
  readonly attachment: {
    readonly handle: string;
    readonly generation: number;
    readonly jkt: string | null;
  } | null;
}

/** The session that the cookies of a request name, and the cookies that name none. */
export interface FoundBrowserSession {
  readonly found: BrowserSession | null;
  /** Cookies that were seen to be worth nothing: `Set-Cookie` values that drop them. */
  readonly drop: readonly string[];
}

type SessionPorts = Pick<Ports<AttachmentStore & SessionStore>, 'store' | 'secrets' | 'now'>;

/**
 * The session of an interactive request: only the Lax cookie counts, or its immediate predecessor, presented through the
 * same binding within 30 s: a lost answer and two sign-ins at once leave the browser signed in.
 *
 * @see design.md 3, 4
 */
export async function findInteractiveSession(
  request: HttpRequest,
  ports: Pick<Ports<SessionStore>, 'store' | 'secrets' | 'now'>,
): Promise<BrowserSession | null> {
  const credential = readSessionCookie(request, ports.secrets);
  const secret = credential && ports.secrets.find(credential.kid);
  if (!credential || !secret) return null;
  const session = await ports.store.findSessionByHandle(hashHandle(credential.handle));
  return session === null
    ? findByFormerHandle(request, credential.handle, ports)
    : buildInteractive(session, secret, credential.handle, false);
}

async function findByFormerHandle(
  request: HttpRequest,
  formerHandle: string,
  { store, secrets, now }: Pick<Ports<SessionStore>, 'store' | 'secrets' | 'now'>,
): Promise<BrowserSession | null> {
  const binding = findBinding(request, secrets);
  if (binding === null) return null;
  const { handle: bindingHandle, browserHash, generation } = binding;
  const bound = await store.findSessionOfBrowser({ browserHash, generation });
  if (bound === null || bound.formerHandleHash !== hashHandle(formerHandle)) return null;
  if (!wasJustReplaced(bound.session, now())) return null;
  for (const secret of secrets.all) {
    const handle = deriveSessionHandle(secret, bindingHandle, bound.handleSeed);
    // Which secret made it is seen by its hash.
    if (hashHandle(handle) === bound.handleHash) return buildInteractive(bound.session, secret, handle, true);
  }
  return null;
}

function buildInteractive(
  session: Session,
  secret: Secret,
  handle: string,
  isSuccessor: boolean,
): BrowserSession {
  const { kid } = secret;
  return {
    session,
    source: 'session',
    cookie: { kid, handle, isSuccessor },
    root: { kid, silentHandle: deriveSilentHandle(secret, handle) },
    attachment: null,
  };
}

/** Whether a sign-in has replaced its handles less than 30 s ago. */
function wasJustReplaced({ limitsStartedAt }: Session, now: number): boolean {
  return now < limitsStartedAt + IN_FLIGHT_MS;
}

/**
 * The session that answers `prompt=none`: `session` before `silent` before the attachment. An attachment that
 * names another session than a cookie before it is ignored and dropped, so two End-Users are never mixed.
 *
 * @param place the client and origin an attachment may answer; `null` where none may.
 * @see design.md 4
 */
export async function findSilentSession(
  request: HttpRequest,
  place: AttachmentPlace | null,
  ports: SessionPorts,
): Promise<FoundBrowserSession> {
  const first = (await findInteractiveSession(request, ports)) ?? (await findBySilentCookie(request, ports));
  const credential = place && readAttachedCookie(request, ports.secrets, place);
  if (place === null || credential === null) return { found: first, drop: [] };

  const crowded = superfluousAttachedCookies(request).map(buildExpiredCookieByName);
  const attached = await findByAttachment(request, place, credential, ports);
  const dropIt = [...crowded, buildExpiredAttachedCookie(place)];
  if (attached === null) return { found: first, drop: dropIt };
  // It says once why it is dead; from then on the browser is as one that never had it.
  if (first === null) return { found: attached, drop: attached.session.endedAt === null ? crowded : dropIt };
  if (first.session.sid !== attached.session.sid) return { found: first, drop: dropIt };
  return { found: { ...first, attachment: attached.attachment }, drop: crowded };
}

async function findBySilentCookie(
  request: HttpRequest,
  { store, secrets, now }: Pick<Ports<SessionStore>, 'store' | 'secrets' | 'now'>,
): Promise<BrowserSession | null> {
  const credential = readSilentCookie(request, secrets);
  if (credential === null) return null;
  const handleHash = hashHandle(credential.handle);
  const session = await store.findSessionBySilentHandle(handleHash);
  if (session !== null) {
    const root = { kid: credential.kid, silentHandle: credential.handle };
    return { session, source: 'silent', cookie: null, root, attachment: null };
  }
  // A frame that asked while another tab signed in again.
  const former = await store.findSessionByFormerSilentHandle(handleHash);
  if (former === null || !wasJustReplaced(former, now())) return null;
  return { session: former, source: 'silent', cookie: null, root: null, attachment: null };
}

async function findByAttachment(
  request: HttpRequest,
  place: AttachmentPlace,
  credential: Credential,
  { store, now }: Pick<Ports<AttachmentStore>, 'store' | 'now'>,
): Promise<BrowserSession | null> {
  const handleHash = hashHandle(credential.handle);
  const row = await store.findAttachment(handleHash);
  // The browser's partition is defence in depth; these comparisons are the check.
  if (row === null || row.attachment.clientId !== place.clientId || row.attachment.origin !== place.origin) {
    return null;
  }
  const { attachment, session } = row;
  const { sid, userId } = session;
  const at = now();
  const { verdict } = decideAttachment(attachment, credential, at);
  const event = { sid, userId, clientId: place.clientId, address: request.peerAddress };
  switch (verdict) {
    case 'ended':
      return null;
    case 'replayed':
      await store.endAttachment({
        handleHash,
        now: at,
        events: [buildEvent(at, 'attachment.replayed', event)],
      });
      return null;
    case 'rolled-back': {
      const { generation, kid } = credential;
      const events = [buildEvent(at, 'rollback.detected', { ...event, reason: 'attachment' })];
      await store.advanceAttachment({ handleHash, generation, kid, now: at, events });
      break;
    }
    case 'accept':
      break;
  }
  const presented = { handle: credential.handle, generation: credential.generation, jkt: attachment.jkt };
  return { session, source: 'attachment', cookie: null, root: null, attachment: presented };
}
