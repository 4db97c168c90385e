import { CLAIMS_BY_SCOPE } from '@sojourn/protocol';
import type { User } from './user.js';

/** Standard claims asked for one by one, by their names. @see OIDC Core §5.5 */
export interface ClaimNames {
  readonly idToken: readonly string[];
  readonly userinfo: readonly string[];
}

/**
 * The standard claims that the scopes ask for, or the request one by one, and the user has. Protocol claims never come from here.
 *
 * @see OIDC Core §5.1 · §5.4
 */
export function buildUserClaims(
  user: User,
  scope: readonly string[],
  askedFor: readonly string[] = [],
): Record<string, unknown> {
  const known: Record<string, unknown> = {
    preferred_username: user.username ?? undefined,
    updated_at: Math.floor(user.updatedAt / 1000),
    ...user.claims,
    email: user.email ?? undefined,
    email_verified: user.email === null ? undefined : user.emailVerified,
  };
  const claims: Record<string, unknown> = {};
  for (const [name, members] of Object.entries(CLAIMS_BY_SCOPE)) {
    for (const member of members) {
      if (!scope.includes(name) && !askedFor.includes(member)) continue;
      if (known[member] !== undefined && known[member] !== null) claims[member] = known[member];
    }
  }
  return claims;
}
