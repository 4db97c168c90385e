import { RESPONSE_MODES, type ResponseMode } from '@sojourn/protocol';
import type { Client } from '../client/client.js';
import { isRegisteredRedirectUri } from '../client/redirect-uri.js';
import type { Configuration } from '../configuration/configuration.js';
import { originOf } from '../http/origin.js';
import type { Parameters } from '../http/parameters.js';

/** What the authorization endpoint itself hands out. @see OAuth 2.0 Multiple Response Type Encoding Practices §3, §5 */
export type ResponseTypes = ReadonlySet<'code' | 'id_token' | 'token'>;

const RESPONSE_TYPES = ['code', 'id_token', 'token'] as const;

/** Characters of `state`; a longer one is refused, and not sent back. */
export const LONGEST_STATE = 4_096;

/** Where the answer may be sent, once client and redirect URI are proven. */
export interface ResponseTarget {
  readonly redirectUri: string;
  readonly mode: ResponseMode;
  /** Returned byte for byte, never used. */
  readonly state: string | null;
}

/** Refusals that may not leave the server: whoever sent them here has not proven where answers belong. */
export type UntrustedReason =
  | 'malformed-request'
  | 'client-missing'
  | 'client-unknown'
  | 'redirect-uri-missing'
  | 'redirect-uri-unregistered'
  | 'request-object-unusable'
  | 'request-uri-unknown'
  | 'web-origin-unregistered';

/** A request that proves neither client nor address. */
export interface UntrustedRequest {
  readonly outcome: 'untrusted';
  readonly reason: UntrustedReason;
  /** As it was sent. */
  readonly clientId: string | null;
}

/** Whose request it is, what for, and where its answer goes. */
export interface AimedRequest {
  readonly outcome: 'trusted';
  readonly client: Client;
  readonly target: ResponseTarget;
  /** Empty where `response_type` is missing or unknown. */
  readonly responseTypes: ResponseTypes;
}

/**
 * Client and redirect URI → where the answer goes, whatever else is wrong with the request.
 *
 * @see RFC 6749 §4.1.2.1: with an invalid client or redirect URI the server "MUST NOT automatically redirect the
 *      user-agent"
 */
export function parseResponseTarget(
  parameters: Parameters,
  configuration: Configuration,
): AimedRequest | UntrustedRequest {
  const clientId = parameters.get('client_id') ?? null;
  const untrusted = (reason: UntrustedReason) => ({ outcome: 'untrusted', reason, clientId }) as const;

  if (parameters.isRepeated('client_id') || parameters.isRepeated('redirect_uri'))
    return untrusted('malformed-request');
  if (clientId === null) return untrusted('client-missing');
  const client = configuration.clients.get(clientId);
  if (client === undefined) return untrusted('client-unknown');
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri === undefined) return untrusted('redirect-uri-missing');
  if (!isRegisteredRedirectUri(client, redirectUri)) return untrusted('redirect-uri-unregistered');

  const responseTypes = parseResponseTypes(parameters.get('response_type') ?? '');
  const mode = parseResponseMode(parameters.get('response_mode'), responseTypes);
  if (mode === 'web_message') {
    const origin = originOf(redirectUri);
    if (origin === null || !client.webOrigins.includes(origin)) return untrusted('web-origin-unregistered');
  }
  const state = parameters.get('state') ?? null;
  const isSound = !parameters.isRepeated('state') && (state?.length ?? 0) <= LONGEST_STATE;
  const target: ResponseTarget = { redirectUri, mode, state: isSound ? state : null };
  return { outcome: 'trusted', client, target, responseTypes };
}

/** An order of its own means nothing; an unknown or doubled word makes the whole unknown. */
function parseResponseTypes(text: string): ResponseTypes {
  const words = text.split(' ').filter((word) => word !== '');
  const known = new Set(RESPONSE_TYPES.filter((type) => words.includes(type)));
  return known.size === words.length ? known : new Set();
}

/** The one asked for, unless it is unknown, or would put tokens into logs and histories. */
function parseResponseMode(name: string | undefined, responseTypes: ResponseTypes): ResponseMode {
  const known = RESPONSE_MODES.find((mode) => mode === name);
  if (!givesTokens(responseTypes)) return known ?? 'query';
  return known === undefined || known === 'query' ? 'fragment' : known;
}

/** Whether the authorization endpoint itself hands out tokens. */
export function givesTokens(responseTypes: ResponseTypes): boolean {
  return responseTypes.has('token') || responseTypes.has('id_token');
}
