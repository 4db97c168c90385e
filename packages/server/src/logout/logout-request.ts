import type { Client } from '../client/client.js';
import { hasScriptScheme } from '../client/redirect-uri.js';
import type { Configuration } from '../configuration/configuration.js';
import type { Parameters } from '../http/parameters.js';
import { toLocation } from '../http/responses.js';
import type { IdTokenHint } from '../token/id-token-hint.js';

/** A sign-out request in either dialect, validated. */
export interface LogoutRequest {
  readonly client: Client | null;
  readonly hint: 'absent' | 'bad' | IdTokenHint;
  /** Where the browser may go afterwards: a registered address. */
  readonly returnTo: string | null;
  readonly state: string | null;
  readonly dialect: 'auth0' | 'oidc';
}

/**
 * A logout request understood, or why it is answered by a page and changes nothing.
 *
 * @see RP-Initiated Logout 1.0 §2
 */
export type ParsedLogoutRequest =
  | { readonly outcome: 'valid'; readonly request: LogoutRequest }
  | { readonly outcome: 'refused'; readonly reason: 'malformed' | 'client-unknown' | 'return-unregistered' };

type VerifyHint = (hint: string) => IdTokenHint | null;

/** Longer than any SDK writes. */
const LONGEST_STATE = 4_096;

/**
 * Auth0's `/v2/logout`: with `client_id` the client's list counts, without it the tenant's. `federated` is accepted, and
 * so is an `id_token_hint`, for applications whose pages send no `Referer`.
 *
 * @see auth0-wire.md 7 · security.md 66
 */
export function parseAuth0Logout(
  parameters: Parameters,
  configuration: Configuration,
  verifyHint: VerifyHint,
): ParsedLogoutRequest {
  if (parameters.repeated() !== undefined) return { outcome: 'refused', reason: 'malformed' };
  const clientId = parameters.get('client_id');
  const client = clientId === undefined ? null : configuration.clients.get(clientId);
  if (client === undefined) return { outcome: 'refused', reason: 'client-unknown' };
  const returnTo = parameters.get('returnTo') ?? null;
  const allowed = client?.allowedLogoutUrls ?? configuration.tenant.allowedLogoutUrls;
  if (returnTo !== null && !isAllowedBesideQuery(returnTo, allowed))
    return { outcome: 'refused', reason: 'return-unregistered' };
  const hint = readHint(parameters, verifyHint);
  return { outcome: 'valid', request: { client, hint, returnTo, state: null, dialect: 'auth0' } };
}

/**
 * RP-Initiated Logout. A hint that is not good never leads anywhere; the page asks instead.
 *
 * @see RP-Initiated Logout 1.0 §2, §3 · security.md 63, 64
 */
export function parseRpInitiatedLogout(
  parameters: Parameters,
  configuration: Configuration,
  verifyHint: VerifyHint,
): ParsedLogoutRequest {
  if (parameters.repeated() !== undefined) return { outcome: 'refused', reason: 'malformed' };
  const clientId = parameters.get('client_id');
  const hint = readHint(parameters, verifyHint);
  const named = clientId ?? (typeof hint === 'string' ? undefined : hint.clientId);
  const client = named === undefined ? null : configuration.clients.get(named);
  if (client === undefined) return { outcome: 'refused', reason: 'client-unknown' };
  const asked = parameters.get('post_logout_redirect_uri') ?? null;
  if (asked !== null && client !== null && !isAllowed(asked, client.allowedLogoutUrls)) {
    return { outcome: 'refused', reason: 'return-unregistered' };
  }
  const state = parameters.get('state') ?? null;
  if ((state?.length ?? 0) > LONGEST_STATE) return { outcome: 'refused', reason: 'malformed' };
  // Without a client the tenant's list is the only one; an address that is not in it leads nowhere, as before a click.
  const isKnown =
    client !== null || (asked !== null && isAllowed(asked, configuration.tenant.allowedLogoutUrls));
  const returnTo = isKnown && hint !== 'bad' ? asked : null;
  return { outcome: 'valid', request: { client, hint, returnTo, state, dialect: 'oidc' } };
}

/** "When both client_id and id_token_hint are present, the OP MUST verify that the Client Identifier matches" */
function readHint(parameters: Parameters, verifyHint: VerifyHint): LogoutRequest['hint'] {
  const text = parameters.get('id_token_hint');
  if (text === undefined) return 'absent';
  const clientId = parameters.get('client_id');
  const verified = verifyHint(text);
  return verified !== null && (clientId === undefined || clientId === verified.clientId) ? verified : 'bad';
}

function isAllowed(url: string, allowed: readonly string[]): boolean {
  return allowed.includes(url) && !hasScriptScheme(url);
}

/**
 * Auth0 takes a registered address with any query and fragment. What comes before them is compared as a string, so no
 * other origin or path is reached, however a browser reads the rest.
 *
 * @see auth0-wire.md 7 · design.md 13
 */
function isAllowedBesideQuery(url: string, allowed: readonly string[]): boolean {
  return isAllowed(beforeQuery(url), allowed.map(beforeQuery));
}

function beforeQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? '';
}

/** "If included in the logout request, the OP passes this value back … using the state parameter." */
export function buildReturn({ returnTo, state }: Pick<LogoutRequest, 'returnTo' | 'state'>): string | null {
  if (returnTo === null) return null;
  const location = toLocation(returnTo);
  if (state === null) return location;
  const [beforeFragment = '', ...fragment] = location.split('#');
  const joined = `${beforeFragment}${beforeFragment.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;
  return [joined, ...fragment].join('#');
}

/**
 * The confirmation form's fields, judged anew: they have been in the browser's hands. The address is compared as
 * leniently as either endpoint does, because only whoever was asked can have changed it.
 */
export function parseConfirmedLogout(
  parameters: Parameters,
  configuration: Configuration,
): ParsedLogoutRequest {
  if (parameters.repeated() !== undefined) return { outcome: 'refused', reason: 'malformed' };
  const clientId = parameters.get('client_id');
  const client = clientId === undefined ? null : configuration.clients.get(clientId);
  if (client === undefined) return { outcome: 'refused', reason: 'client-unknown' };
  const returnTo = parameters.get('return_to') ?? null;
  const allowed = client?.allowedLogoutUrls ?? configuration.tenant.allowedLogoutUrls;
  if (returnTo !== null && !isAllowedBesideQuery(returnTo, allowed))
    return { outcome: 'refused', reason: 'return-unregistered' };
  const state = parameters.get('return_state') ?? null;
  return { outcome: 'valid', request: { client, hint: 'absent', returnTo, state, dialect: 'oidc' } };
}
