import { CLAIMS_BY_SCOPE } from '@sojourn/protocol';
import { buildAvatar, buildAvatarUrl, buildName, buildNickname } from './generated-profile.js';
import type { User } from './user.js';

/** Standard claims asked for one by one, by their names. @see OIDC Core §5.5 */
export interface ClaimNames {
  readonly idToken: readonly string[];
  readonly userinfo: readonly string[];
}

/** In whose words claims are told: they differ in `updated_at`. @see design.md 13 */
export type ClaimDialect = 'openid' | 'auth0';

/**
 * The standard claims that the scopes ask for, or the request one by one, and the user has. Protocol claims never come from here.
 *
 * @param options.issuer where the picture is of an account that has none.
 * @see OIDC Core §5.1 · §5.4
 */
export function buildUserClaims(
  user: User,
  scope: readonly string[],
  askedFor: readonly string[] = [],
  options: { readonly issuer: string; readonly dialect: ClaimDialect },
): Record<string, unknown> {
  const claims: Record<string, unknown> = {};
  for (const [name, members] of Object.entries(CLAIMS_BY_SCOPE)) {
    for (const member of members) {
      if (!scope.includes(name) && !askedFor.includes(member)) continue;
      const value = findClaim(member, user, options);
      if (value !== undefined && value !== null) claims[member] = value;
    }
  }
  return claims;
}

type StandardClaim = (typeof CLAIMS_BY_SCOPE)[keyof typeof CLAIMS_BY_SCOPE][number];

function findClaim(
  name: StandardClaim,
  user: User,
  { issuer, dialect }: { readonly issuer: string; readonly dialect: ClaimDialect },
): unknown {
  switch (name) {
    case 'email':
      return user.email;
    case 'email_verified':
      return user.email === null ? null : user.emailVerified;
    case 'updated_at':
      // §5.1 "Its value is a JSON number"; Auth0's SDKs of other languages read a text, and fail at a number.
      return dialect === 'auth0' ? new Date(user.updatedAt).toISOString() : Math.floor(user.updatedAt / 1000);
    case 'preferred_username':
      return user.claims.preferred_username ?? user.username;
    case 'name':
      return buildName(user);
    case 'nickname':
      return buildNickname(user);
    case 'picture':
      return user.claims.picture ?? buildPicture(user, issuer);
    default:
      return user.claims[name];
  }
}

function buildPicture(user: User, issuer: string): string | null {
  const name = buildName(user);
  return name === null ? null : buildAvatarUrl(buildAvatar(name), issuer);
}
