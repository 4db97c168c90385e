import { expect } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { CLAIMS } from './deployment.js';
import { fetchKeys } from './flow.js';

export type Metadata = Readonly<Record<string, unknown>>;

/** What the suite's oidcc-discovery-endpoint-verification looks at. @see OIDC Discovery 1.0 §3, §4 */
export async function verifyDiscovery(op: Deployment): Promise<Metadata> {
  const response = await fetch(`${op.issuer}.well-known/openid-configuration`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
  const metadata = (await response.json()) as Metadata;
  expect(metadata.issuer).toBe(op.issuer);

  for (const [name, value] of Object.entries(metadata)) {
    expect(REGISTERED).toContain(name);
    if (/_(?:endpoint|uri)$/.test(name)) expect([name, value]).toEqual([name, expect.stringMatching(HTTPS)]);
    if (/_(?:parameter_supported|registration)$/.test(name)) expect([name, value]).toEqual([name, BOOLEAN]);
    else if (/_supported$/.test(name)) expect([name, value]).toEqual([name, expect.any(Array)]);
  }
  expect(metadata).toMatchObject({
    authorization_endpoint: expect.any(String),
    token_endpoint: expect.any(String),
    userinfo_endpoint: expect.any(String),
    jwks_uri: expect.any(String),
    scopes_supported: expect.arrayContaining(['openid', 'profile', 'email', 'address', 'phone']),
    response_types_supported: expect.arrayContaining(['code', 'id_token', 'id_token token']),
    subject_types_supported: expect.arrayContaining(['public']),
    id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
    grant_types_supported: expect.arrayContaining(['authorization_code', 'implicit']),
    claims_supported: expect.arrayContaining(['sub', ...Object.values(CLAIMS).flatMap(Object.keys)]),
    // Absent would mean true for the third, false for the others.
    claims_parameter_supported: true,
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: expect.arrayContaining(['none', 'RS256']),
  });

  const { keys } = await fetchKeys(op);
  expect(keys.filter(({ kty }) => kty === 'RSA').length).toBeGreaterThan(0);
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  for (const key of keys) {
    expect(key.kid).toMatch(/./);
    const material = key.kty === 'RSA' ? { n: BASE64URL, e: BASE64URL } : { x: BASE64URL, y: BASE64URL };
    expect(key).toMatchObject({ use: 'sig', alg: expect.any(String), ...material });
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret);
  }
  return metadata;
}

const HTTPS = /^https:\/\/[^/]+\/\S+$/;
const BOOLEAN = expect.any(Boolean);
const BASE64URL = expect.stringMatching(/^[A-Za-z0-9_-]+$/);

/** IANA, OAuth Authorization Server Metadata, as far as a server like this one could have it. */
const REGISTERED = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'pushed_authorization_request_endpoint',
  'require_pushed_authorization_requests',
  'userinfo_endpoint',
  'jwks_uri',
  'registration_endpoint',
  'end_session_endpoint',
  'scopes_supported',
  'response_types_supported',
  'response_modes_supported',
  'grant_types_supported',
  'acr_values_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
  'userinfo_signing_alg_values_supported',
  'request_object_signing_alg_values_supported',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'revocation_endpoint_auth_methods_supported',
  'revocation_endpoint_auth_signing_alg_values_supported',
  'introspection_endpoint_auth_methods_supported',
  'introspection_endpoint_auth_signing_alg_values_supported',
  'code_challenge_methods_supported',
  'display_values_supported',
  'claim_types_supported',
  'claims_supported',
  'claims_locales_supported',
  'ui_locales_supported',
  'prompt_values_supported',
  'claims_parameter_supported',
  'request_parameter_supported',
  'request_uri_parameter_supported',
  'require_request_uri_registration',
  'authorization_response_iss_parameter_supported',
  'dpop_signing_alg_values_supported',
  'backchannel_logout_supported',
  'backchannel_logout_session_supported',
  'frontchannel_logout_supported',
  'frontchannel_logout_session_supported',
  'check_session_iframe',
  'service_documentation',
  'op_policy_uri',
  'op_tos_uri',
];
