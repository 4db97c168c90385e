import { hash, timingSafeEqual } from 'node:crypto';
import type { Configuration } from '../configuration/configuration.js';
import type { Parameters } from '../http/parameters.js';
import { type Client, isPublic } from './client.js';

/** What a request says about who sends it. */
export interface ClientCredentials {
  readonly clientId: string | null;
  readonly secret: string | null;
  /** `Authorization: Basic` was used, so a failure is answered with a challenge. */
  readonly basic: boolean;
}

/**
 * Reads the client's name and secret, from the header or the body, never both.
 *
 * @returns `null` where they are malformed or doubled.
 * @see RFC 6749 §2.3.1 · §2.3 "The client MUST NOT use more than one authentication method in each request."
 */
export function parseClientCredentials(
  authorization: string | undefined,
  body: Parameters,
): ClientCredentials | null {
  const bodyId = body.get('client_id') ?? null;
  const bodySecret = body.get('client_secret') ?? null;
  if (authorization === undefined || !/^basic /i.test(authorization)) {
    return authorization === undefined ? { clientId: bodyId, secret: bodySecret, basic: false } : null;
  }
  const decoded = Buffer.from(authorization.slice(6).trim(), 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon === -1 || bodySecret !== null) return null;
  const clientId = decodeFormValue(decoded.slice(0, colon));
  const secret = decodeFormValue(decoded.slice(colon + 1));
  if (clientId === null || secret === null || (bodyId !== null && bodyId !== clientId)) return null;
  return { clientId, secret, basic: true };
}

/** Id and secret are form-encoded before they are put together, so that either may hold a colon. */
function decodeFormValue(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

export type ClientAuthentication =
  | { readonly outcome: 'authenticated'; readonly client: Client }
  | { readonly outcome: 'failed' };

/**
 * Whether the request comes from the client it names. `client_secret_basic` and `client_secret_post` stand for each
 * other, because Auth0's SDKs choose by themselves; `none` is strict, so that a secret is never half checked.
 *
 * @see RFC 6749 §3.2.1 · design.md 13
 */
export function decideClientAuthentication(
  credentials: ClientCredentials,
  configuration: Configuration,
): ClientAuthentication {
  const client = credentials.clientId === null ? undefined : configuration.clients.get(credentials.clientId);
  // One comparison whether or not the client exists.
  const expected = client?.clientSecret ?? null;
  const matches = isSameSecret(credentials.secret ?? '', expected ?? NO_SECRET) && expected !== null;
  if (client === undefined) return { outcome: 'failed' };
  switch (client.tokenEndpointAuthMethod) {
    case 'none':
      return isPublic(client) && credentials.secret === null
        ? { outcome: 'authenticated', client }
        : { outcome: 'failed' };
    case 'client_secret_basic':
    case 'client_secret_post':
      return credentials.secret !== null && matches
        ? { outcome: 'authenticated', client }
        : { outcome: 'failed' };
    case 'private_key_jwt':
      return { outcome: 'failed' };
  }
}

const NO_SECRET = 'no client has this secret';

/** Hashes have one length, whatever was presented. */
function isSameSecret(presented: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', presented, 'buffer'), hash('sha256', expected, 'buffer'));
}
