/** What tokens may be signed with: by keys of ours, or HS256 by a secret that both sides have. @see RFC 7518 §3.1 */
export type SigningAlg = 'ES256' | 'RS256' | 'HS256';

/** How a client proves itself at the token endpoint. @see OIDC Core §9 */
export type ClientAuthenticationMethod =
  | 'none'
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt';

/** A registered client. Names follow RFC 7591 §2 and Auth0's management API; lifetimes are milliseconds. */
export interface Client {
  readonly clientId: string;
  readonly name: string;
  readonly appType: 'spa' | 'native' | 'regular_web' | 'non_interactive';
  readonly tokenEndpointAuthMethod: ClientAuthenticationMethod;
  /** In clear in memory only; sealed in the store. */
  readonly clientSecret: string | null;
  readonly grantTypes: readonly string[];
  /** Whatever the client was given before this moment is dead. */
  readonly notBefore: number;
  /** Registered redirect URIs, compared as exact strings. */
  readonly callbacks: readonly string[];
  readonly allowedLogoutUrls: readonly string[];
  /** Origins that may receive a `web_message`, and send token requests with cookies of their own. */
  readonly webOrigins: readonly string[];
  /** Origins that may send token requests from a browser, without cookies. */
  readonly allowedOrigins: readonly string[];
  readonly initiateLoginUri: string | null;
  readonly isFirstParty: boolean;
  readonly oidcConformant: boolean;
  readonly idTokenSigningAlg: SigningAlg;
  readonly idTokenLifetimeMs: number;
  /** Which claims its ID tokens hold: those of the scopes, or only those that the request asked for one by one. */
  readonly idTokenClaims: 'scopes' | 'requested';
  readonly refreshToken: RefreshTokenPolicy;
  /** Its applications on devices, which may open links to this server; `null` where it has none. */
  readonly androidApp: { readonly packageName: string; readonly fingerprints: readonly string[] } | null;
  readonly iosApp: { readonly teamId: string; readonly bundleIdentifier: string } | null;
  readonly logoUri: string | null;
  /** Shown as links on the pages that ask people for something. */
  readonly policyUri: string | null;
  readonly tosUri: string | null;
  readonly responseTypes: readonly string[];
  /** What the client is held to beyond OAuth and OpenID Connect. `fapi2`: FAPI 2.0 Security Profile, with DPoP. */
  readonly profile: 'fapi2' | null;
  /** Whether its authorization requests must be pushed. @see RFC 9126 §6 */
  readonly requiresPushedRequests: boolean;
  /** Whether a code exchange made by a browser leaves an attachment cookie behind (design.md 4). */
  readonly attach: boolean;
  /** Public keys for `private_key_jwt` and for request objects. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | null;
  /** Where it publishes them instead. */
  readonly jwksUri: string | null;
  /** The only algorithm its assertions may be signed with; `null`: any that fits its keys. */
  readonly assertionSigningAlg: string | null;
  /** Whom its assertions name: any name of this server, or the issuer alone as one text (FAPI 2.0 §5.3.2.1). */
  readonly assertionAudience: 'server' | 'issuer';
  /** Where its request objects are; a request names one of them by `request_uri`. */
  readonly requestUris: readonly string[];
  /** The only algorithm its request objects may be signed with, `none` included; `null`: any. */
  readonly requestObjectSigningAlg: string | null;
  /** How userinfo answers it as a JWT; `null`: as plain JSON. */
  readonly userinfoSigningAlg: 'ES256' | 'RS256' | null;
  /** Who a pairwise subject is the same for; `null` where subjects are public. @see OIDC Core §8.1 */
  readonly sector: string | null;
  /** `max_age` of requests that have none. */
  readonly defaultMaxAgeSeconds: number | null;
  /** SHA-256 of what lets a client that registered itself read and change its registration. */
  readonly registrationTokenHash: string | null;
  /** The API identifier this client may introspect tokens for. */
  readonly resourceServer: string | null;
}

/** Auth0's `refresh_token` block; lifetimes in milliseconds, `null` where infinite. */
export interface RefreshTokenPolicy {
  readonly rotationType: 'rotating' | 'non-rotating';
  readonly expirationType: 'expiring' | 'non-expiring';
  readonly leewayMs: number;
  readonly tokenLifetimeMs: number | null;
  readonly idleTokenLifetimeMs: number | null;
  readonly outlives: 'expiry' | 'end' | 'nothing';
}

/** An API that access tokens are for: Auth0's resource server. */
export interface ResourceServer {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly { readonly value: string; readonly description: string }[];
  readonly signingAlg: SigningAlg;
  /** For HS256 only. */
  readonly signingSecret: string | null;
  /** What its access tokens call themselves: `JWT` as Auth0's do, or `at+jwt`. @see RFC 9068 §2.1 */
  readonly tokenDialect: 'access_token' | 'rfc9068_profile';
  readonly tokenLifetimeMs: number;
  /** For tokens straight from the authorization endpoint. */
  readonly tokenLifetimeForWebMs: number;
  readonly allowOfflineAccess: boolean;
  readonly skipConsentForVerifiableFirstPartyClients: boolean;
}

/** What a client may ask of an API by `client_credentials`. */
export interface ClientGrant {
  readonly clientId: string;
  readonly audience: string;
  readonly scope: readonly string[];
}

/** A public client cannot keep a secret. @see RFC 6749 §2.1 */
export function isPublic(client: Client): boolean {
  return client.tokenEndpointAuthMethod === 'none';
}

/**
 * Whether nobody of the tenant entered it. Being registered gives such a client no right: anybody may be it.
 *
 * @see RFC 7591 §5 · docs/decisions/0014-a-stranger-counts-as-nobody.md
 */
export function hasRegisteredItself(client: Client): boolean {
  return client.registrationTokenHash !== null;
}

/** Whether what it signs with its own secret may speak for the tenant: a third party, however it came, speaks for itself. */
export function isTenantsOwn(client: Client): boolean {
  return client.isFirstParty && !hasRegisteredItself(client);
}

/** Whether a client's ID tokens are signed with its own secret. One that has none gets the server's keys. */
export function hasSecretSignedIdTokens(client: Client): client is Client & { clientSecret: string } {
  return client.idTokenSigningAlg === 'HS256' && client.clientSecret !== null;
}

/** Whether an API's access tokens are signed with its own secret. */
export function hasSecretSignedTokens(
  api: ResourceServer,
): api is ResourceServer & { signingSecret: string } {
  return api.signingAlg === 'HS256' && api.signingSecret !== null;
}

/** The algorithm of the server's key where no secret signs. */
export function keyAlgOf(alg: SigningAlg): 'ES256' | 'RS256' {
  return alg === 'ES256' ? 'ES256' : 'RS256';
}
