import type { PushedRequest } from './pushed-request-store.js';

/** RFC 9126 §2.2 */
const PREFIX = 'urn:ietf:params:oauth:request_uri:';

/** Characters of a pushed request's parameters, written as JSON. */
const LONGEST_PUSHED = 16_384;

/** The `request_uri` that stands for a pushed request. @param handle 128 random bits */
export function buildPushedRequestUri(handle: string): string {
  return `${PREFIX}${handle}`;
}

/** @returns the handle of a pushed request; `null` for every other `request_uri`. */
export function parsePushedHandle(requestUri: string | undefined): string | null {
  return requestUri?.startsWith(PREFIX) ? requestUri.slice(PREFIX.length) : null;
}

/** @returns `null` where it is more than one request may be. */
export function buildPushedText(parameters: readonly (readonly [string, string])[]): string | null {
  const text = JSON.stringify(parameters);
  return text.length > LONGEST_PUSHED ? null : text;
}

/** What a browser that brings a pushed request's handle gets. */
export type PushedRequestDecision =
  | { readonly next: 'begin'; readonly pushed: PushedRequest }
  /** It was answered. @see RFC 9126 §4 "Authorization servers SHOULD treat request_uri values as one-time use" */
  | { readonly next: 'finished'; readonly usedBy: string | null }
  | { readonly next: 'refuse' };

/**
 * Whether a browser may begin with a pushed request. It may as often as it likes until one is answered: people reload
 * login pages.
 *
 * @param clientId that of the request which names it.
 * @see RFC 9126 §4, §7.3 · FAPI 2.0 §5.3.2.2
 */
export function decidePushedRequest(
  pushed: PushedRequest | null,
  clientId: string,
  now: number,
): PushedRequestDecision {
  if (pushed === null || pushed.clientId !== clientId) return { next: 'refuse' };
  if (pushed.usedAt !== null) return { next: 'finished', usedBy: pushed.usedBy };
  return now < pushed.expiresAt ? { next: 'begin', pushed } : { next: 'refuse' };
}
