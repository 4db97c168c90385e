import { expect, test } from 'vitest';
import { buildConfiguration } from './build-configuration.js';
import type { ConfigurationDocument } from './configuration.js';

const unseal = (purpose: string, sealed: string) => `${purpose}/${sealed}`;
const client = (document: Record<string, unknown>): ConfigurationDocument => ({
  kind: 'client',
  id: 'c',
  document,
});

function clientOf(document: Record<string, unknown>) {
  const built = buildConfiguration([client(document)], unseal).clients.get('c');
  if (built === undefined) throw new Error('no client');
  return built;
}

test('with no documents there is a tenant that works', () => {
  const configuration = buildConfiguration([], unseal);
  const day = 86_400_000;
  expect(configuration.tenant).toEqual({
    friendlyName: 'Sojourn',
    pictureUrl: null,
    defaultAudience: null,
    enabledLocales: ['en', 'de', 'es', 'fr', 'ja'],
    allowedLogoutUrls: [],
    sessionLifetimeMs: 30 * day,
    idleSessionLifetimeMs: 3 * day,
    authorizationCodeLifetimeMs: 60_000,
    pushedRequestLifetimeMs: 60_000,
    transactionLifetimeMs: 1_800_000,
    logRetentionMs: 30 * day,
    silentCountsAsActivity: true,
    overlapElsewhereIsReplay: false,
    refreshTokenReplayEndsSession: false,
    clientRegistration: {
      mode: 'off',
      initialAccessTokenHashes: [],
      mostClients: 1_000,
      unusedLifetimeMs: 7 * day,
    },
  });
  expect(configuration.branding).toEqual({ logoUrl: null, primaryColor: null });
  expect(configuration.databases).toEqual([
    { name: 'Username-Password-Authentication', disableSignup: false },
  ]);
  expect(configuration.clients.size).toBe(0);
});

test('a client that says nothing is what Auth0 makes of it, with an overlap and without an attachment', () => {
  expect(clientOf({ client_id: 'c', name: 'Shop', client_secret: 'sealed' })).toEqual({
    clientId: 'c',
    name: 'Shop',
    appType: 'regular_web',
    tokenEndpointAuthMethod: 'client_secret_post',
    clientSecret: 'client secret/sealed',
    grantTypes: ['authorization_code', 'refresh_token'],
    notBefore: 0,
    callbacks: [],
    allowedLogoutUrls: [],
    webOrigins: [],
    allowedOrigins: [],
    initiateLoginUri: null,
    isFirstParty: true,
    oidcConformant: true,
    idTokenSigningAlg: 'RS256',
    idTokenLifetimeMs: 36_000_000,
    refreshToken: {
      rotationType: 'rotating',
      expirationType: 'expiring',
      leewayMs: 30_000,
      tokenLifetimeMs: 2_592_000_000,
      idleTokenLifetimeMs: 1_296_000_000,
      outlives: 'expiry',
    },
    androidApp: null,
    iosApp: null,
    logoUri: null,
    responseTypes: ['code'],
    attach: false,
    policyUri: null,
    tosUri: null,
    jwks: null,
    jwksUri: null,
    assertionSigningAlg: null,
    profile: null,
    requiresPushedRequests: false,
    assertionAudience: 'server',
    idTokenClaims: 'scopes',
    requestUris: [],
    requestObjectSigningAlg: null,
    userinfoSigningAlg: null,
    sector: null,
    defaultMaxAgeSeconds: null,
    registrationTokenHash: null,
    resourceServer: null,
  });
});

test('spa and native clients are public', () => {
  expect(clientOf({ app_type: 'spa' }).tokenEndpointAuthMethod).toBe('none');
  expect(clientOf({ app_type: 'native' }).tokenEndpointAuthMethod).toBe('none');
  expect(clientOf({ app_type: 'non_interactive' }).tokenEndpointAuthMethod).toBe('client_secret_post');
});

test("RFC 9700 §2.2.2: a public client's refresh tokens rotate, whatever was loaded", () => {
  const refresh_token = { rotation_type: 'non-rotating', expiration_type: 'non-expiring', leeway: 0 };
  expect(clientOf({ app_type: 'spa', refresh_token }).refreshToken).toMatchObject({
    rotationType: 'rotating',
    tokenLifetimeMs: null,
    idleTokenLifetimeMs: null,
    leewayMs: 0,
  });
  expect(clientOf({ refresh_token }).refreshToken.rotationType).toBe('non-rotating');
});

test('response types are kept with their words in order', () => {
  expect(clientOf({ sojourn: { response_types: ['token id_token'] } }).responseTypes).toEqual([
    'id_token token',
  ]);
});

test('seconds go before hours, and fractions of hours are taken', () => {
  const tenantOf = (document: Record<string, unknown>) =>
    buildConfiguration([{ kind: 'tenant', id: 'default', document }], unseal).tenant;
  const hours = { session_lifetime: 2, idle_session_lifetime: 0.5 };
  expect(tenantOf(hours)).toMatchObject({ sessionLifetimeMs: 7_200_000, idleSessionLifetimeMs: 1_800_000 });
  expect(tenantOf({ ...hours, sojourn: { idle_session_lifetime_in_seconds: 1 } })).toMatchObject({
    sessionLifetimeMs: 7_200_000,
    idleSessionLifetimeMs: 1_000,
  });
});

test('an API that says nothing signs RS256 for a day, and for two hours straight from authorization', () => {
  const apiOf = (document: Record<string, unknown>) =>
    buildConfiguration(
      [{ kind: 'resource-server', id: 'api', document: { identifier: 'api', ...document } }],
      unseal,
    ).resourceServers.get('api');
  expect(apiOf({})).toEqual({
    identifier: 'api',
    name: 'api',
    scopes: [],
    signingAlg: 'RS256',
    signingSecret: null,
    tokenDialect: 'access_token',
    tokenLifetimeMs: 86_400_000,
    tokenLifetimeForWebMs: 7_200_000,
    allowOfflineAccess: false,
    skipConsentForVerifiableFirstPartyClients: true,
  });
  expect(apiOf({ token_lifetime: 90 })?.tokenLifetimeForWebMs).toBe(90_000);
  for (const token_dialect of ['rfc9068_profile', 'rfc9068_profile_authz'])
    expect(apiOf({ token_dialect })?.tokenDialect).toBe('rfc9068_profile');
  for (const token_dialect of ['access_token', 'access_token_authz'])
    expect(apiOf({ token_dialect })?.tokenDialect).toBe('access_token');
});
