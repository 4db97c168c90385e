import { hashHandle, mintCredential, verifyCredential } from '../credential/credential.js';
import { randomHandle } from '../credential/randomness.js';
import type { Secrets } from '../credential/secrets.js';
import { buildExpiredCookie, buildSetCookie, readCookie } from '../http/cookies.js';
import type { HttpRequest } from '../http/request.js';

const BROWSER = '__Host-sojourn.browser';
/** What browsers allow at most; renewed wherever the session cookie is. */
const BROWSER_COOKIE_SECONDS = 400 * 24 * 60 * 60;

/** So long may an answer be under way that carries cookies of before. */
export const IN_FLIGHT_MS = 30_000;

/**
 * Which browser this is, as its cookie says. It begins interactions and finishes them, and its one session is found by
 * it to be ended: it never answers for anybody.
 *
 * @see design.md 4 · docs/decisions/0002-one-browser-one-session.md
 */
export interface BrowserBinding {
  /** 128 random bits that stay for as long as the cookie is kept. */
  readonly handle: string;
  /** SHA-256 of the handle: what the store knows of this browser. */
  readonly browserHash: string;
  /** Which of this browser's values was presented: the second it was made in, and more than that of any value before. */
  readonly generation: number;
}

/** What this browser presented; `null` where it sent none, or none of ours. */
export function findBinding(request: HttpRequest, secrets: Secrets): BrowserBinding | null {
  const value = readCookie(request.header('cookie'), BROWSER);
  const credential = value === null ? null : verifyCredential(secrets, 'browser', value);
  return credential && buildBinding(credential.handle, credential.generation);
}

/** The binding of this browser; made where it has none. */
export function bindBrowser(request: HttpRequest, secrets: Secrets, now: number): BrowserBinding {
  return findBinding(request, secrets) ?? buildBinding(randomHandle(), secondOf(now));
}

/** The value that takes the place of another: whoever noted that one has nothing. */
export function buildNextBinding({ handle, generation }: BrowserBinding, now: number): BrowserBinding {
  return buildBinding(handle, Math.max(secondOf(now), generation + 1));
}

/** `Set-Cookie`, under the secret that makes today. */
export function buildBrowserCookie({ handle, generation }: BrowserBinding, { current }: Secrets): string {
  const value = mintCredential(current, 'browser', { handle, generation });
  return buildSetCookie(BROWSER, value, { sameSite: 'Lax', maxAgeSeconds: BROWSER_COOKIE_SECONDS });
}

/** `Set-Cookie` that drops the binding: the browser gets another at its next beginning. */
export function buildExpiredBrowserCookie(): string {
  return buildExpiredCookie(BROWSER, { sameSite: 'Lax' });
}

/**
 * The oldest value that finds what begins now: the one that was presented. Where it is young itself, an answer with one
 * of before may still be under way and overwrite it, so all of them do.
 */
export function decideOldestGeneration({ generation }: BrowserBinding, now: number): number {
  return isYoung(generation, now) ? 0 : generation;
}

/** Whether an interaction is of this browser, and of the value that it has now or had until just now. @see security.md 49 */
export function isBoundTo(
  interaction: { readonly browserHash: string; readonly browserGeneration: number },
  binding: BrowserBinding,
  now: number,
): boolean {
  const { browserHash, browserGeneration } = interaction;
  if (browserHash !== binding.browserHash) return false;
  return binding.generation >= browserGeneration || isYoung(browserGeneration, now);
}

function buildBinding(handle: string, generation: number): BrowserBinding {
  return { handle, browserHash: hashHandle(handle), generation };
}

function isYoung(generation: number, now: number): boolean {
  return now < generation * 1000 + IN_FLIGHT_MS;
}

function secondOf(now: number): number {
  return Math.floor(now / 1000);
}
