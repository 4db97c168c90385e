import { hash } from 'node:crypto';
import { PUBLIC_CORS } from '../http/cors.js';
import type { Handler } from '../http/request.js';
import { JWKS_MAX_AGE_MS, type Keyring, type SigningKey } from './signing-keys.js';

/** The public keys. @see RFC 7517 §5 · security.md 82 */
export function jwksEndpoint(keys: Keyring): Handler {
  let published: readonly SigningKey[] | null = null;
  let body = '';
  let headers: Record<string, string> = {};
  return async (http) => {
    if (published !== keys.published()) {
      published = keys.published();
      body = JSON.stringify({ keys: published.map(({ publicJwk }) => publicJwk) });
      headers = {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': `public, max-age=${JWKS_MAX_AGE_MS / 1000}`,
        etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"`,
        ...PUBLIC_CORS,
      };
    }
    return http.header('if-none-match') === headers.etag
      ? { status: 304, headers, body: '' }
      : { status: 200, headers, body };
  };
}
