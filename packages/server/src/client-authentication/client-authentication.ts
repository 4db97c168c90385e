import { hash, timingSafeEqual } from 'node:crypto';
import type { Client } from '../client/client.js';
import type { Configuration } from '../configuration/configuration.js';
import type { Parameters } from '../http/parameters.js';

/** What a request says about who sends it. */
export interface ClientCredentials {
  readonly clientId: string | null;
  readonly secret: string | null;
  /** The secret of a Basic header as it stands there, where form-decoding changes it: many clients do not encode it. */
  readonly rawSecret: string | null;
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
 * Reads the client's name and secret, from the header or the body. The same credentials in both are one method written twice.
 *
 * @returns `null` where they are malformed, or two that differ.
 * @see RFC 6749 §2.3.1 · §2.3 "The client MUST NOT use more than one authentication method in each request."
 *      · docs/decisions/0021-clients-are-met-where-nobody-else-gains.md
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
  if (authorization === undefined)
    return { clientId: bodyId, secret: bodySecret, rawSecret: null, basic: false, assertion };
  if (!/^basic /i.test(authorization) || assertion !== null) return null;
  const text = decodeText(Buffer.from(authorization.slice(6).trim(), 'base64'));
  const colon = text.indexOf(':');
  if (colon === -1) return null;
  const rawId = text.slice(0, colon);
  const clientId = bodyId === rawId ? rawId : decodeFormValue(rawId);
  const asItStands = text.slice(colon + 1);
  const secret = decodeFormValue(asItStands);
  const rawSecret = asItStands === secret ? null : asItStands;
  if (bodyId !== null && bodyId !== clientId) return null;
  if (bodySecret !== null && bodySecret !== secret && bodySecret !== rawSecret) return null;
  return { clientId, secret, rawSecret, basic: true, assertion };
}

/** UTF-8, as the challenge says, or else the one octet a letter of older clients. @see RFC 7617 §2.1 */
function decodeText(bytes: Buffer): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Id and secret are form-encoded before they are put together, so that either may hold a colon. What cannot be is not. */
function decodeFormValue(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
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
  const { secret, rawSecret } = credentials;
  const isDecoded = isSameSecret(secret ?? '', expected ?? NO_SECRET);
  const isRaw = rawSecret !== null && isSameSecret(rawSecret, expected ?? NO_SECRET);
  const matches = (isDecoded || isRaw) && expected !== null;
  if (client === undefined) return null;
  switch (client.tokenEndpointAuthMethod) {
    case 'none':
      // `client:` is how libraries write in a Basic header that there is none.
      return secret === null || (credentials.basic && secret === '') ? client : null;
    case 'client_secret_basic':
    case 'client_secret_post':
      return secret !== null && matches ? client : null;
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
