import { buildBrowserCookie, findBinding } from '../browser/browser-binding.js';
import type { Secrets } from '../credential/secrets.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { withHeaders } from '../http/responses.js';
import type { BrowserSession } from './browser-session.js';
import { buildSessionCookies, setsSessionCookie } from './session-cookies.js';

/**
 * The cookies of a browser that used its session by hand, to be kept for as long again: those of the session, where they
 * outlive the browser window, and the binding. So a sign-out finds the session however late it comes.
 */
export function buildRenewedCookies(
  request: HttpRequest,
  { session, cookie }: BrowserSession,
  secrets: Secrets,
): string[] {
  const secret = cookie && secrets.find(cookie.kid);
  if (!cookie || !secret) return [];
  const binding = findBinding(request, secrets);
  const isDue = session.persistent || cookie.isSuccessor;
  return [
    ...(isDue ? buildSessionCookies(secret, cookie.handle, session.persistent).cookies : []),
    ...(binding === null ? [] : [buildBrowserCookie(binding, secrets)]),
  ];
}

/** Gives a browser that presented its cookie's predecessor the successor, whatever else it is answered. */
export function withSuccessor(
  response: HttpResponse,
  request: HttpRequest,
  browserSession: BrowserSession | null,
  secrets: Secrets,
): HttpResponse {
  if (browserSession?.cookie?.isSuccessor !== true || setsSessionCookie(response)) return response;
  return withHeaders(response, { 'set-cookie': buildRenewedCookies(request, browserSession, secrets) });
}
