import type { Client, RefreshTokenPolicy } from '../client/client.js';
import type { ClientEntry } from './client-entry.js';
import { DEFAULTS } from './defaults.js';
import { SECRET_PURPOSES, type Unseal } from './sealed-secrets.js';

type AuthMethod = Client['tokenEndpointAuthMethod'];

/** How a client authenticates that does not say: one that runs at its users' cannot keep a secret. */
export function defaultAuthMethodOf(entry: Pick<ClientEntry, 'app_type'>): AuthMethod {
  return entry.app_type === 'spa' || entry.app_type === 'native' ? 'none' : 'client_secret_post';
}

/**
 * A client entry of the store as handlers see it, defaults applied.
 *
 * @param notBefore when everything it had been given was last ended.
 */
export function buildClient(clientId: string, entry: ClientEntry, notBefore: number, unseal: Unseal): Client {
  const { client } = DEFAULTS;
  const method = entry.token_endpoint_auth_method ?? defaultAuthMethodOf(entry);
  const profile = entry.sojourn?.profile ?? null;
  const isFapi = profile === 'fapi2';
  return {
    clientId,
    name: entry.name ?? clientId,
    appType: entry.app_type ?? client.appType,
    tokenEndpointAuthMethod: method,
    clientSecret:
      entry.client_secret === undefined ? null : unseal(SECRET_PURPOSES.clientSecret, entry.client_secret),
    grantTypes: entry.grant_types ?? client.grantTypes,
    notBefore,
    callbacks: entry.callbacks ?? [],
    allowedLogoutUrls: entry.allowed_logout_urls ?? [],
    webOrigins: entry.web_origins ?? [],
    allowedOrigins: entry.allowed_origins ?? [],
    initiateLoginUri: entry.initiate_login_uri ?? null,
    isFirstParty: entry.is_first_party ?? true,
    oidcConformant: entry.oidc_conformant ?? true,
    idTokenSigningAlg: entry.jwt_configuration?.alg ?? (isFapi ? 'ES256' : client.idTokenSigningAlg),
    idTokenLifetimeMs:
      (entry.jwt_configuration?.lifetime_in_seconds ?? client.idTokenLifetimeSeconds) * 1_000,
    // Whoever registers speaks OpenID Connect, whose claims of scopes are at userinfo (Core §5.4).
    idTokenClaims: entry.sojourn?.id_token_claims ?? (entry.sojourn?.registration ? 'requested' : 'scopes'),
    // FAPI 2.0 §5.3.2.1: "shall not use refresh token rotation except in extraordinary circumstances".
    refreshToken: buildRefreshTokenPolicy(
      isFapi ? { ...entry.refresh_token, rotation_type: 'non-rotating' } : (entry.refresh_token ?? {}),
      method,
    ),
    ...buildApps(entry.mobile ?? {}),
    logoUri: entry.logo_uri ?? null,
    policyUri: entry.sojourn?.policy_uri ?? null,
    tosUri: entry.sojourn?.tos_uri ?? null,
    responseTypes: isFapi ? ['code'] : (entry.sojourn?.response_types ?? client.responseTypes),
    profile,
    requiresPushedRequests: isFapi || (entry.require_pushed_authorization_requests ?? false),
    attach: entry.sojourn?.attach ?? false,
    jwks: entry.sojourn?.jwks ?? null,
    jwksUri: entry.sojourn?.jwks_uri ?? null,
    assertionSigningAlg: entry.sojourn?.token_endpoint_auth_signing_alg ?? null,
    assertionAudience: isFapi ? 'issuer' : (entry.sojourn?.assertion_audience ?? 'server'),
    requestUris: entry.sojourn?.request_uris ?? [],
    requestObjectSigningAlg: entry.sojourn?.request_object_signing_alg ?? null,
    userinfoSigningAlg: entry.sojourn?.userinfo_signed_response_alg ?? null,
    sector: buildSector(clientId, entry),
    defaultMaxAgeSeconds: entry.sojourn?.default_max_age ?? null,
    registrationTokenHash: entry.sojourn?.registration?.access_token_hash ?? null,
    resourceServer: entry.sojourn?.resource_server ?? null,
  };
}

/** Auth0's exports write halves of these; half an application opens nothing. */
function buildApps({
  android,
  ios,
}: NonNullable<ClientEntry['mobile']>): Pick<Client, 'androidApp' | 'iosApp'> {
  const { app_package_name: packageName, sha256_cert_fingerprints: fingerprints = [] } = android ?? {};
  const { team_id: teamId, app_bundle_identifier: bundleIdentifier } = ios ?? {};
  return {
    androidApp: packageName === undefined || fingerprints.length === 0 ? null : { packageName, fingerprints },
    iosApp: teamId === undefined || bundleIdentifier === undefined ? null : { teamId, bundleIdentifier },
  };
}

/** @see OIDC Core §8.1 "the host component of the registered redirect_uri" or of the sector_identifier_uri */
function buildSector(clientId: string, { callbacks = [], sojourn }: ClientEntry): string | null {
  if (sojourn?.subject_type !== 'pairwise') return null;
  const uri = sojourn.sector_identifier_uri ?? callbacks[0];
  // Without any address there is nobody to share subjects with.
  return uri === undefined ? `client ${clientId}` : new URL(uri).hostname;
}

function buildRefreshTokenPolicy(
  entry: NonNullable<ClientEntry['refresh_token']>,
  method: AuthMethod,
): RefreshTokenPolicy {
  const { refreshToken } = DEFAULTS;
  const isInfinite = entry.expiration_type === 'non-expiring';
  const lifetimeMs = (seconds: number, infinite: boolean | undefined) =>
    isInfinite || infinite === true ? null : seconds * 1_000;
  return {
    // RFC 9700 §2.2.2: "Refresh tokens for public clients MUST be sender-constrained or use refresh token rotation".
    rotationType: method === 'none' ? 'rotating' : (entry.rotation_type ?? 'rotating'),
    expirationType: entry.expiration_type ?? 'expiring',
    leewayMs: (entry.leeway ?? refreshToken.leewaySeconds) * 1_000,
    tokenLifetimeMs: lifetimeMs(
      entry.token_lifetime ?? refreshToken.tokenLifetimeSeconds,
      entry.infinite_token_lifetime,
    ),
    idleTokenLifetimeMs: lifetimeMs(
      entry.idle_token_lifetime ?? refreshToken.idleTokenLifetimeSeconds,
      entry.infinite_idle_token_lifetime,
    ),
    outlives: entry.sojourn?.outlives ?? 'expiry',
  };
}
