import {
  CLAIMS_BY_SCOPE,
  CODE_CHALLENGE_METHOD,
  OIDC_SCOPES,
  PROMPTS,
  RESPONSE_MODES,
} from '@sojourn/protocol';
import { PUBLIC_KEY_ALGS, REQUEST_OBJECT_ALGS, SECRET_ALGS } from '../client/client-assertion.js';
import { PROOF_ALGS } from '../dpop/proof-key.js';
import { PUBLIC_CORS } from '../http/cors.js';
import type { Handler } from '../http/request.js';
import { JWKS_MAX_AGE_MS } from '../keys/signing-keys.js';
import type { Ports } from '../ports.js';
import { ACR_VALUES } from '../session/authentication-context.js';

const AUTHENTICATION_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
];

/**
 * What this server is and can do. Members whose absence would mean "supported" are written out.
 *
 * @see OIDC Discovery 1.0 §3 · RFC 8414 §2 · RFC 9207 §3
 */
export function buildMetadata(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}oauth/token`,
    pushed_authorization_request_endpoint: `${issuer}oauth/par`,
    revocation_endpoint: `${issuer}oauth/revoke`,
    introspection_endpoint: `${issuer}oauth/introspect`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    end_session_endpoint: `${issuer}oidc/logout`,
    scopes_supported: OIDC_SCOPES,
    response_types_supported: [
      'code',
      'id_token',
      'token',
      'id_token token',
      'code id_token',
      'code token',
      'code id_token token',
    ],
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
    acr_values_supported: ACR_VALUES,
    subject_types_supported: ['public', 'pairwise'],
    // express-oauth2-jwt-bearer takes this list for access tokens as well.
    id_token_signing_alg_values_supported: ['RS256', 'ES256', 'HS256'],
    userinfo_signing_alg_values_supported: ['RS256', 'ES256'],
    token_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    token_endpoint_auth_signing_alg_values_supported: [...PUBLIC_KEY_ALGS, ...SECRET_ALGS],
    revocation_endpoint_auth_methods_supported: AUTHENTICATION_METHODS,
    introspection_endpoint_auth_methods_supported: AUTHENTICATION_METHODS.filter(
      (method) => method !== 'none',
    ),
    introspection_endpoint_auth_signing_alg_values_supported: [...PUBLIC_KEY_ALGS, ...SECRET_ALGS],
    revocation_endpoint_auth_signing_alg_values_supported: [...PUBLIC_KEY_ALGS, ...SECRET_ALGS],
    dpop_signing_alg_values_supported: PROOF_ALGS,
    code_challenge_methods_supported: [CODE_CHALLENGE_METHOD],
    claims_supported: [
      ...['aud', 'exp', 'iat', 'iss', 'sub', 'sid', 'auth_time', 'amr', 'acr'],
      ...Object.values(CLAIMS_BY_SCOPE).flat(),
    ],
    prompt_values_supported: PROMPTS,
    display_values_supported: ['page'],
    claims_parameter_supported: true,
    // Of all clients; single ones may be registered so.
    require_pushed_authorization_requests: false,
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: REQUEST_OBJECT_ALGS,
    authorization_response_iss_parameter_supported: true,
  };
}

/**
 * Answers with the metadata, the same at both addresses, for pages of any origin.
 *
 * @see OpenID Connect Discovery 1.0 §4 · RFC 8414 §3
 */
export function discoveryEndpoint({
  issuer,
  configuration,
}: Pick<Ports, 'issuer' | 'configuration'>): Handler {
  const metadata = buildMetadata(issuer);
  const body = JSON.stringify(metadata);
  // Only where somebody may use it: an address that refuses everybody is no feature.
  const withRegistration = JSON.stringify({ ...metadata, registration_endpoint: `${issuer}oidc/register` });
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': `public, max-age=${JWKS_MAX_AGE_MS / 1000}`,
    ...PUBLIC_CORS,
  };
  return async () => ({
    status: 200,
    headers,
    body: configuration().tenant.clientRegistration.mode === 'off' ? body : withRegistration,
  });
}
