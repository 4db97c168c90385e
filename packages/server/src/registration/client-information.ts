import type { ClientEntry } from '../configuration/client-entry.js';
import { DEFAULTS } from '../configuration/defaults.js';

/** A client as the store holds it, its secret in clear. */
export type StoredClient = ClientEntry & { readonly client_id: string };

/**
 * What a client is told of its registration: everything that was registered, defaults included.
 *
 * @param token The registration access token, which the store knows the hash of only.
 * @see RFC 7591 §3.2.1 · RFC 7592 §3 · OIDC Dynamic Client Registration 1.0 §3.2, §4.3
 */
export function buildClientInformation(
  stored: StoredClient,
  token: string,
  issuer: string,
): Readonly<Record<string, unknown>> {
  const { sojourn: own = {} } = stored;
  const { registration, response_types: responseTypes = DEFAULTS.client.responseTypes, ...described } = own;
  const givesTokens = responseTypes.some((type) => type !== 'code');
  return {
    client_id: stored.client_id,
    client_id_issued_at: Math.floor((registration?.registered_at ?? 0) / 1000),
    // It does not expire.
    ...(stored.client_secret !== undefined && {
      client_secret: stored.client_secret,
      client_secret_expires_at: 0,
    }),
    registration_access_token: token,
    registration_client_uri: `${issuer}oidc/register/${encodeURIComponent(stored.client_id)}`,
    redirect_uris: stored.callbacks,
    post_logout_redirect_uris: stored.allowed_logout_urls,
    response_types: responseTypes,
    grant_types: [
      ...(stored.grant_types ?? DEFAULTS.client.grantTypes),
      ...(givesTokens ? ['implicit'] : []),
    ],
    application_type: stored.app_type === 'native' ? 'native' : 'web',
    client_name: stored.name,
    token_endpoint_auth_method: stored.token_endpoint_auth_method,
    id_token_signed_response_alg: stored.jwt_configuration?.alg ?? DEFAULTS.client.idTokenSigningAlg,
    logo_uri: stored.logo_uri,
    initiate_login_uri: stored.initiate_login_uri,
    client_uri: described.client_uri,
    policy_uri: described.policy_uri,
    tos_uri: described.tos_uri,
    contacts: described.contacts,
    jwks: described.jwks,
    jwks_uri: described.jwks_uri,
    sector_identifier_uri: described.sector_identifier_uri,
    subject_type: described.subject_type ?? 'public',
    userinfo_signed_response_alg: described.userinfo_signed_response_alg,
    token_endpoint_auth_signing_alg: described.token_endpoint_auth_signing_alg,
    request_uris: described.request_uris,
    request_object_signing_alg: described.request_object_signing_alg,
    require_pushed_authorization_requests: stored.require_pushed_authorization_requests ?? false,
    default_max_age: described.default_max_age,
    require_auth_time: described.require_auth_time,
  };
}
