/** Every `error` code Sojourn puts on the wire, with the specification that defines it. */
export const ERROR_CODES = [
  // RFC 6749 §4.1.2.1 and §5.2
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'invalid_client',
  'invalid_grant',
  'unsupported_grant_type',
  // OIDC Core §3.1.2.6
  'login_required',
  'consent_required',
  'interaction_required',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
  'invalid_request_uri',
  'invalid_request_object',
  // OpenID Connect Unmet Authentication Requirements §2
  'unmet_authentication_requirements',
  // RFC 8707 §2
  'invalid_target',
  // RFC 6750 §3.1
  'invalid_token',
  'insufficient_scope',
  // RFC 9449 §5 and §8
  'invalid_dpop_proof',
  'use_dpop_nonce',
] as const;

/** The `error` of a refusal, as its specification writes it. */
export type ErrorCode = (typeof ERROR_CODES)[number];
