/**
 * Why an authorization request was refused or needs the End-User: a closed list of facts.
 * The code travels as `sojourn_reason`; the sentence follows the error's own text in `error_description`.
 * Nothing that depends on the End-User stands in a sentence beyond what the error code says already.
 */
export const REASONS = {
  // login_required
  'no-session': 'There is no session in this browser.',
  'cookies-blocked': 'This browser blocks third-party cookies here, so the session could not be looked up.',
  'session-expired-idle': 'The session was not used for longer than allowed.',
  'session-expired-absolute': 'The session reached the longest time it may live.',
  'session-ended': 'The session was ended.',
  'max-age-exceeded': 'The last authentication is older than max_age.',
  'hint-is-another-end-user': 'The session belongs to another End-User than id_token_hint.',
  'user-blocked': 'The account is blocked.',
  // interaction asked for by the client, never with prompt=none
  'login-requested': 'The application asked for a new sign-in.',
  'selection-requested': 'The application asked to choose an account.',
  'consent-requested': 'The application asked for consent.',
  // consent_required
  'consent-missing': 'The End-User has not agreed to what the application asks for.',
  'client-unproven': 'This application cannot prove who it is, so consent is asked each time.',
  // interaction_required
  'attachment-cannot-widen':
    'Silent renewal here yields only what the application already holds. Sign in by redirect once.',
  // access_denied
  'consent-denied': 'The End-User did not agree.',
  // temporarily_unavailable, server_error
  'too-many-silent-requests': 'Too many silent requests in a short time.',
  'store-unavailable': 'The server cannot reach its store.',
  'internal-fault': 'The server met an unexpected condition.',
} as const;

/** Why a request got what it got, in one stable word for programs and the guide. */
export type Reason = keyof typeof REASONS;
