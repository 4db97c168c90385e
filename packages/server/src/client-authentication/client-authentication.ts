import { hash, timingSafeEqual } from 'node:crypto';
import type { Client } from '../client/client.js';
import type { Configuration } from '../configuration/configuration.js';
import type { Parameters } from '../http/parameters.js';

/** What a request says about who sends it. */
export interface ClientCredentials {
  readonly clientId: string | null;
  readonly secret: string | null;
  /** `Authorization: Basic` was used, so a failure is answered with a challenge. */
  readonly basic: boolean;
  readonly assertion: ClientAssertion | null;
}

/** `client_assertion_type` and `client_assertion`. @see RFC 7523 §2.2 */
export interface ClientAssertion {
  readonly type: string;
  readonly jwt: string;
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
  const jwt = body.get('client_assertion');
  const assertion = jwt === undefined ? null : { type: body.get('client_assertion_type') ?? '', jwt };
  if (assertion !== null && bodySecret !== null) return null;
  if (authorization === undefined) return { clientId: bodyId, secret: bodySecret, basic: false, assertion };
  if (!/^basic /i.test(authorization) || bodySecret !== null || assertion !== null) return null;
  const decoded = Buffer.from(authorization.slice(6).trim(), 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon === -1) return null;
  const clientId = decodeFormValue(decoded.slice(0, colon));
  const secret = decodeFormValue(decoded.slice(colon + 1));
  if (clientId === null || secret === null || (bodyId !== null && bodyId !== clientId)) return null;
  return { clientId, secret, basic: true, assertion };
}

/** Id and secret are form-encoded before they are put together, so that either may hold a colon. */
function decodeFormValue(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/**
 * The client, where it has shown that it is the one it names, by a secret or by needing none. `client_secret_basic`
 * and `client_secret_post` stand for each other, because Auth0's SDKs choose by themselves; `none` is strict, so that
 * a secret is never half checked.
 *
 * @see RFC 6749 §3.2.1 · design.md 13
 */
export function decideClientAuthentication(
  credentials: ClientCredentials,
  configuration: Configuration,
): Client | null {
  const client = credentials.clientId === null ? undefined : configuration.clients.get(credentials.clientId);
  // One comparison whether or not the client exists.
  const expected = client?.clientSecret ?? null;
  const matches = isSameSecret(credentials.secret ?? '', expected ?? NO_SECRET) && expected !== null;
  if (client === undefined) return null;
  switch (client.tokenEndpointAuthMethod) {
    case 'none':
      return credentials.secret === null ? client : null;
    case 'client_secret_basic':
    case 'client_secret_post':
      return credentials.secret !== null && matches ? client : null;
    case 'client_secret_jwt':
    case 'private_key_jwt':
      return null;
  }
}

const NO_SECRET = 'no client has this secret';

/** Hashes have one length, whatever was presented. */
function isSameSecret(presented: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', presented, 'buffer'), hash('sha256', expected, 'buffer'));
}
