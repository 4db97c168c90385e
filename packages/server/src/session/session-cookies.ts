import { hash } from 'node:crypto';
import {
  type Credential,
  deriveSilentHandle,
  hashHandle,
  mintCredential,
  verifyCredential,
} from '../credential/credential.js';
import type { Secret, Secrets } from '../credential/secrets.js';
import { buildExpiredCookie, buildSetCookie, readCookie, readCookies } from '../http/cookies.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';

/** What browsers allow at most; renewed on use, so that a sign-out always finds what this browser ever got. */
const LONGEST_COOKIE_SECONDS = 400 * 24 * 60 * 60;

const SESSION = '__Host-sojourn.session';
const SILENT = '__Host-sojourn.silent';
const ATTACHED_PREFIX = '__Host-sojourn.attached.';
const ATTACHMENTS_PER_JAR = 20;

/** The generation of session and silent cookies: their handle is replaced instead. */
const ONLY_GENERATION = 0;

/** The session cookie: interactive requests. */
export function readSessionCookie(request: HttpRequest, secrets: Secrets): Credential | null {
  const value = readCookie(request.header('cookie'), SESSION);
  return value === null ? null : verifyCredential(secrets, 'session', value);
}

/** The silent cookie: answers `prompt=none`, nothing else. */
export function readSilentCookie(request: HttpRequest, secrets: Secrets): Credential | null {
  const value = readCookie(request.header('cookie'), SILENT);
  return value === null ? null : verifyCredential(secrets, 'silent', value);
}

/** Whom an attachment answers: a client at one of its origins. */
export interface AttachmentPlace {
  readonly clientId: string;
  readonly origin: string;
}

/** The attachment of one client at one origin: answers `prompt=none` by `web_message` for it, nothing else. */
export function readAttachedCookie(
  request: HttpRequest,
  secrets: Secrets,
  place: AttachmentPlace,
): Credential | null {
  const value = readCookie(request.header('cookie'), attachedCookieName(place));
  return value === null ? null : verifyCredential(secrets, 'attached', value, place.clientId);
}

/** Names of attachment cookies beyond the number that one jar may hold. */
export function superfluousAttachedCookies(request: HttpRequest): string[] {
  const names = [...readCookies(request.header('cookie'), ATTACHED_PREFIX).keys()];
  // Browsers send older cookies first (RFC 6265 §5.4), so the front of the list is what goes.
  return names.slice(0, Math.max(0, names.length - ATTACHMENTS_PER_JAR));
}

/** Both cookies of a session from the handle that only the browser will hold, and what the store keeps of them. */
export function buildSessionCookies(
  secret: Secret,
  handle: string,
  persistent: boolean,
): { cookies: string[]; handleHash: string; silentHandleHash: string } {
  const silentHandle = deriveSilentHandle(secret, handle);
  const session = mintCredential(secret, 'session', { handle, generation: ONLY_GENERATION });
  const silent = mintCredential(secret, 'silent', { handle: silentHandle, generation: ONLY_GENERATION });
  const maxAgeSeconds = persistent ? LONGEST_COOKIE_SECONDS : null;
  return {
    cookies: [
      buildSetCookie(SESSION, session, { sameSite: 'Lax', maxAgeSeconds }),
      buildSetCookie(SILENT, silent, { sameSite: 'None', maxAgeSeconds }),
    ],
    handleHash: hashHandle(handle),
    silentHandleHash: hashHandle(silentHandle),
  };
}

/** Whether an answer sets the session cookie already. */
export function setsSessionCookie({ headers }: Pick<HttpResponse, 'headers'>): boolean {
  return [headers['set-cookie'] ?? []].flat().some((line) => line.startsWith(`${SESSION}=`));
}

/** Drops both cookies of a session, the one that signs in and the silent one. */
export function buildExpiredSessionCookies(): string[] {
  return [buildExpiredCookie(SESSION, { sameSite: 'Lax' }), buildExpiredCookie(SILENT, { sameSite: 'None' })];
}

/** The browser files it under the application's site, because the application's own request fetched it (CHIPS). */
export function buildAttachedCookie(
  secret: Secret,
  place: AttachmentPlace,
  attachment: { handle: string; generation: number },
  persistent: boolean,
): string {
  return buildSetCookie(
    attachedCookieName(place),
    mintCredential(secret, 'attached', attachment, place.clientId),
    {
      sameSite: 'None',
      partitioned: true,
      maxAgeSeconds: persistent ? LONGEST_COOKIE_SECONDS : null,
    },
  );
}

/** Drops the cookie of an attachment, in the partition of its origin. */
export function buildExpiredAttachedCookie(place: AttachmentPlace): string {
  return buildExpiredCookieByName(attachedCookieName(place));
}

/** Drops an attachment's cookie of which only the name is known. */
export function buildExpiredCookieByName(name: string): string {
  return buildExpiredCookie(name, { sameSite: 'None', partitioned: true });
}

/** Sibling origins share the browser's partition, so the origin is in the name: one does not overwrite the other's. */
function attachedCookieName({ clientId, origin }: AttachmentPlace): string {
  const place = `${clientId} ${origin}`;
  let name = attachedNames.get(place);
  if (name === undefined) {
    name = ATTACHED_PREFIX + hash('sha256', place, 'base64url').slice(0, 16);
    // Clients and origins come from the configuration only; the bound is for one that changes for ever.
    if (attachedNames.size > 10_000) attachedNames.clear();
    attachedNames.set(place, name);
  }
  return name;
}

const attachedNames = new Map<string, string>();
