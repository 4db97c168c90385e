import type { HttpResponse } from './request.js';

type Headers = HttpResponse['headers'];

/** No answer that a request shaped may stay in a cache. @see security.md 9, 22 */
export const NO_STORE: Headers = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Headers that every answer has, whatever it is. */
export function buildBaseHeaders(issuer: string): Headers {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(issuer.startsWith('https:') && {
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    }),
  };
}

/** An answer for programs; never stored by anybody. @see RFC 6749 §5.1 */
export function json(status: number, value: unknown, headers: Headers = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...NO_STORE, ...headers },
    body: JSON.stringify(value),
  };
}

/** A page; never stored by anybody. Its body is escaped already. */
export function html(status: number, body: string, headers: Headers = {}): HttpResponse {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...NO_STORE, ...headers }, body };
}

/** A registered address may hold letters beyond ASCII, a header may not. @see RFC 9110 §10.2.2 */
export function toLocation(url: string): string {
  return /^[\x21-\x7e]+$/.test(url) ? url : new URL(url).href;
}

/** 303: the browser follows by GET, so a posted password never travels on. @see RFC 9700 §4.12 */
export function seeOther(location: string, headers: Headers = {}): HttpResponse {
  return { status: 303, headers: { location, ...NO_STORE, ...headers }, body: '' };
}

/** An answer in plain text, for addresses that have no page; never stored by anybody. */
export function text(status: number, body: string, headers: Headers = {}): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...NO_STORE, ...headers }, body };
}

/** Adds headers to a response; `Set-Cookie` values are joined, others replaced. */
export function withHeaders(response: HttpResponse, headers: Headers): HttpResponse {
  const merged: Record<string, string | readonly string[]> = { ...response.headers };
  for (const [name, value] of Object.entries(headers)) {
    const present = merged[name];
    merged[name] = name === 'set-cookie' && present !== undefined ? [present, value].flat() : value;
  }
  return { ...response, headers: merged };
}
