import { hash } from 'node:crypto';
import { PUBLIC_CORS } from '../http/cors.js';
import type { Handler } from '../http/request.js';
import { json } from '../http/responses.js';
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

/**
 * The certificate of the RSA key that signs now, where Auth0 has it for downloading.
 *
 * @see RFC 7468 §5
 */
export function certificateEndpoint(keys: Keyring): Handler {
  return async () => {
    const current = keys.published().find(({ alg, status }) => alg === 'RS256' && status === 'current');
    const [certificate] = (current?.publicJwk.x5c ?? []) as readonly string[];
    if (certificate === undefined) return json(404, { error: 'not_found' });
    const lines = certificate.match(/.{1,64}/g) ?? [];
    const headers = {
      'content-type': 'application/x-pem-file',
      'cache-control': `public, max-age=${JWKS_MAX_AGE_MS / 1000}`,
    };
    const body = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
    return { status: 200, headers, body };
  };
}
