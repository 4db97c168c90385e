import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { randomHandle } from '../credential/randomness.js';
import type { Secrets } from '../credential/secrets.js';
import { buildSetCookie, readCookie } from '../http/cookies.js';
import type { HttpRequest } from '../http/request.js';

const BROWSER = '__Host-sojourn.browser';
const BROWSER_COOKIE_SECONDS = 400 * 24 * 60 * 60;

/** The random value by which an interaction is finished by the browser that began it. */
export interface BrowserBinding {
  readonly browserHash: string;
  /** To be set with the answer. */
  readonly cookie: string;
}

/** The binding of this browser; made where it has none. */
export function bindBrowser(request: HttpRequest): BrowserBinding {
  const value = readBrowserCookie(request) ?? randomHandle();
  const cookie = buildSetCookie(BROWSER, value, { sameSite: 'Lax', maxAgeSeconds: BROWSER_COOKIE_SECONDS });
  return { browserHash: hash('sha256', value, 'base64url'), cookie };
}

/** SHA-256 of the browser cookie, or `null` where the browser sent none. */
export function findBrowserHash(request: HttpRequest): string | null {
  const value = readBrowserCookie(request);
  return value === null ? null : hash('sha256', value, 'base64url');
}

function readBrowserCookie(request: HttpRequest): string | null {
  const value = readCookie(request.header('cookie'), BROWSER);
  return value !== null && /^[A-Za-z0-9_-]{22}$/.test(value) ? value : null;
}

/**
 * The value a form carries back: of this browser and this purpose only. The purpose is the interaction's id, so a
 * form of one interaction is worth nothing in another.
 */
export function buildCsrfToken(secrets: Secrets, browserHash: string, purpose: string): string {
  return createHmac('sha256', secrets.current.keyFor('csrf'))
    .update(`${browserHash} ${purpose}`)
    .digest('base64url');
}

/**
 * Whether a form brought back the value that was given to this browser for this purpose. Compared in constant
 * time.
 */
export function isCsrfToken(
  secrets: Secrets,
  browserHash: string,
  purpose: string,
  presented: string,
): boolean {
  const expected = Buffer.from(buildCsrfToken(secrets, browserHash, purpose));
  const given = Buffer.from(presented);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
