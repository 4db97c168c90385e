import { originOf } from './origin.js';
import type { HttpRequest } from './request.js';

/**
 * Whether a browser sent this. `Sec-Fetch-Mode` alone proves nothing: Node's own `fetch` sends it, and no browser
 * sends it without `Sec-Fetch-Site`.
 *
 * @see W3C Fetch Metadata Request Headers · docs/decisions/0004-attachments.md
 */
export function isFromBrowser(request: HttpRequest): boolean {
  return (
    request.header('origin') !== undefined ||
    request.header('sec-fetch-site') !== undefined ||
    request.header('sec-fetch-dest') !== undefined
  );
}

/**
 * Whether a program asks that has nothing of a browser: no cookie, nothing that browsers say of where they are, and
 * none of what they ask for (pages, images, style sheets).
 */
export function isFromServer(request: HttpRequest): boolean {
  return (
    !isFromBrowser(request) &&
    request.header('cookie') === undefined &&
    !/\b(?:text|image)\//i.test(request.header('accept') ?? '')
  );
}

/** Whether the answer becomes the page in the address bar. Browsers that do not say are believed: they send Lax cookies only there. */
export function isTopLevelNavigation(request: HttpRequest): boolean {
  if (isPrefetch(request)) return false;
  const destination = request.header('sec-fetch-dest');
  const mode = request.header('sec-fetch-mode');
  return (
    (destination === undefined || destination === 'document') && (mode === undefined || mode === 'navigate')
  );
}

/**
 * Whether the answer becomes a page, in the address bar or in a frame: not an image, a script, a style, a plugin, or what a
 * page's own script reads. Browsers that do not say are believed.
 */
export function isNavigation(request: HttpRequest): boolean {
  const destination = request.header('sec-fetch-dest');
  if (destination === undefined) return true;
  const mode = request.header('sec-fetch-mode');
  return PAGES.has(destination) && (mode === undefined || mode === 'navigate');
}

const PAGES: ReadonlySet<string> = new Set(['document', 'iframe', 'frame']);

/**
 * Whether the browser says that the answer will stand inside another page.
 *
 * @see Fetch Metadata Request Headers §2.1
 */
export function isFramed(request: HttpRequest): boolean {
  const destination = request.header('sec-fetch-dest');
  return destination === 'iframe' || destination === 'frame';
}

/** Whether the browser fetches ahead of a click that may never come; nothing may change by it. */
export function isPrefetch(request: HttpRequest): boolean {
  return (request.header('sec-purpose') ?? request.header('purpose') ?? '').includes('prefetch');
}

/** A POST from another site carries no Lax cookie, in any engine; one from an unknown place is taken for such. */
export function isCrossSite(request: HttpRequest, issuer: string): boolean {
  const site = request.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = request.header('origin');
  return origin !== undefined && `${origin}/` !== issuer;
}

/** Whether a page of this server led here, by redirects of its own at most. Browsers that do not say send a `Referer`. */
export function isSameOrigin(request: HttpRequest, issuer: string): boolean {
  const site = request.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = originOf(request.header('referer'));
  return origin !== null && `${origin}/` === issuer;
}
