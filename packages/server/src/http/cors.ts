import type { HttpResponse } from './request.js';

const PREFLIGHT_SECONDS = 600;

/** Lets one origin read the answer. `null` and `*` never come here. @see Fetch §3.2 · security.md 24 */
export function buildCorsHeaders(origin: string, credentials: boolean): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'DPoP-Nonce, Retry-After, WWW-Authenticate',
    vary: 'Origin',
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
  };
}

/** Keys and metadata are for everybody. */
export const PUBLIC_CORS = { 'access-control-allow-origin': '*' };

/**
 * The answer to an OPTIONS request.
 *
 * @param origin whose pages may go on; `null` tells nothing.
 * @see Fetch §4.8
 */
export function answerPreflight(origin: string | null, credentials: boolean): HttpResponse {
  if (origin === null) return { status: 204, headers: { vary: 'Origin' }, body: '' };
  return {
    status: 204,
    headers: {
      ...buildCorsHeaders(origin, credentials),
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type, Auth0-Client, DPoP, X-Request-Language',
      'access-control-max-age': String(PREFLIGHT_SECONDS),
    },
    body: '',
  };
}
