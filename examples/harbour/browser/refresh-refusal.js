/**
 * What a refused refresh token means, by `sojourn_reason`: docs/guide/refresh-tokens.md.
 *
 * @type {Readonly<Record<string, 'ended' | 'expired' | 'blocked' | 'account-changed' | 'replayed' | 'revoked' | 'made-room' | 'closed-now'>>}
 */
const KIND_BY_REASON = {
  'session-ended': 'ended',
  'session-expired': 'expired',
  'expired-idle': 'expired',
  'expired-absolute': 'expired',
  'user-blocked': 'blocked',
  'account-changed': 'account-changed',
  replayed: 'replayed',
  'code-replayed': 'replayed',
  'client-request': 'revoked',
  revoked: 'revoked',
  'consent-withdrawn': 'revoked',
  'client-ended': 'revoked',
  'too-many': 'made-room',
  'audience-closed': 'closed-now',
};

/**
 * The kind of an `invalid_grant` that answered a refresh token.
 *
 * @param {string | null} reason `null`: it is no token that was given to this application
 */
export function kindOfRefreshRefusal(reason) {
  return KIND_BY_REASON[reason ?? ''] ?? 'unknown-token';
}
