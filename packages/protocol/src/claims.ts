/** The scopes that OIDC itself defines; everything else belongs to an API. @see OIDC Core §5.4 · §11 */
export const OIDC_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const;

/** A scope that has a meaning of its own. @see OIDC Core §5.4, §11 */
export type OidcScope = (typeof OIDC_SCOPES)[number];

/** Which claims a scope asks for. @see OIDC Core §5.4 */
export const CLAIMS_BY_SCOPE = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
} as const;

/** Whether the scope is one of OpenID Connect's own, and not an API's. */
export function isOidcScope(value: string): value is OidcScope {
  return (OIDC_SCOPES as readonly string[]).includes(value);
}
