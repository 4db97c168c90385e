import { isOidcScope } from '@sojourn/protocol';
import type { ResourceServer } from '../client/client.js';
import { type ClaimsRequest, scopesOfClaims } from './claims-request.js';

/**
 * What of the scope asked for can be granted: OIDC's own and the API's. Unknown values are left out, as Auth0 does;
 * the token response tells what was granted (RFC 6749 §3.3).
 *
 * @param mayGoOffline whether the client may have refresh tokens at all.
 */
export function decideScope(asked: string, api: ResourceServer | null, mayGoOffline: boolean): string[] {
  const values = new Set(asked.split(' ').filter((value) => value !== ''));
  return [...values].filter((value) => {
    if (value === 'offline_access') return mayGoOffline && (api === null || api.allowOfflineAccess);
    return isOidcScope(value) || (api?.scopes.some((scope) => scope.value === value) ?? false);
  });
}

/** Whether everything asked for is among what is held. */
export function isWithin(asked: readonly string[], held: readonly string[]): boolean {
  return asked.every((value) => held.includes(value));
}

/** What the End-User must have agreed to: the scope, and the scopes that stand for claims asked for one by one. */
export function decideConsentScope(request: {
  readonly scope: readonly string[];
  readonly claims: ClaimsRequest | null;
}): string[] {
  const ofClaims = request.claims === null ? [] : scopesOfClaims(request.claims);
  return [...new Set([...request.scope, ...ofClaims])];
}
