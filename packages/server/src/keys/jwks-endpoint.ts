import { hash } from 'node:crypto';
import { PUBLIC_CORS } from '../http/cors.js';
import type { Handler } from '../http/request.js';
import type { Keyring } from './signing-keys.js';

/** How long a verifier may keep the set; a new key is published at least this long before it signs. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** The public keys. @see RFC 7517 §5 · security.md 82 */
export function jwksEndpoint(keys: Keyring): Handler {
  const body = JSON.stringify({ keys: keys.published.map(({ publicJwk }) => publicJwk) });
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
    etag,
    ...PUBLIC_CORS,
  };
  return async (http) =>
    http.header('if-none-match') === etag
      ? { status: 304, headers, body: '' }
      : { status: 200, headers, body };
}
