import type { Parameters } from '../http/parameters.js';

/**
 * Whether a refusal tells `sojourn_reason`, a parameter that no specification knows: where the request asks for it, and
 * to Auth0's SDKs, whose applications look for the reason beside them.
 *
 * @param auth0Client the header `Auth0-Client`, at the token endpoint.
 * @see design.md 6
 */
export function asksReason(parameters: Parameters, auth0Client?: string): boolean {
  return (
    parameters.get('sojourn_reason') === '1' ||
    parameters.get('auth0Client') !== undefined ||
    auth0Client !== undefined
  );
}
