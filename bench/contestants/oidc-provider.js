import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { forEachIndex } from '../at-once.js';
import { API, CLIENT, endUser, endUserById, FAMILY_SCOPES } from '../workload.js';
import { openPostgresAdapter } from './oidc-provider-postgres.js';
import { openSqliteAdapter } from './oidc-provider-sqlite.js';

/** @import { AddressInfo } from 'node:net' */
/** @import { Alg, Assignment, Serving } from '../workload.js' */

const SQLITE = 'sqlite:';
/** Writes under way at once while seeding. */
const SEEDING_AT_ONCE = 64;
const SESSION_SECONDS = 86_400;

/**
 * node-oidc-provider, configured as its documentation says and, where there is a choice, as costs it least. Each
 * such choice is named where it is made and in bench/README.md.
 *
 * @param {Assignment} assignment
 * @returns {Promise<Serving>}
 */
export async function startOidcProvider({ database, alg, joins, sessions, peerCommit }) {
  const store = database.startsWith(SQLITE)
    ? openSqliteAdapter(database.slice(SQLITE.length), peerCommit)
    : await openPostgresAdapter(database, { creates: joins === null });
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {AddressInfo} */ (server.address());

  const issuer = joins ?? `http://localhost:${port}`;
  const provider = new Provider(issuer, configure(alg, store.adapter));
  server.on('request', provider.callback());
  const seeds = joins === null ? await seedSessions(provider, sessions) : [];

  return {
    entry: {
      port,
      issuer,
      authorizationPath: '/auth',
      tokenPath: '/token',
      apiParameter: 'resource',
      cookies: seeds.map(({ cookie }) => cookie),
      refreshTokens: seeds.map(({ refreshToken }) => refreshToken),
      clients: 1,
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await store.close();
    },
  };
}

/**
 * @param {Alg} alg
 * @param {(name: string) => object} adapter
 */
function configure(alg, adapter) {
  return {
    adapter,
    jwks: { keys: [newKey('ES256'), newKey('RS256')] },
    clients: [
      {
        client_id: CLIENT.clientId,
        token_endpoint_auth_method: 'none',
        redirect_uris: [CLIENT.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: alg,
      },
    ],
    claims: { profile: ['name', 'nickname'], email: ['email', 'email_verified'] },
    // The same claims that Sojourn reads from its users table; here they cost no query.
    findAccount: (/** @type {unknown} */ _ctx, /** @type {string} */ accountId) => ({
      accountId,
      claims: () => claimsOf(accountId),
    }),
    // Less work than the default: a code is not checked against its session when it is redeemed. Sojourn does check.
    expiresWithSession: () => false,
    // A pair leaves no refresh token on either side; those that are refreshed are seeded.
    issueRefreshToken: () => false,
    rotateRefreshToken: true,
    // The cookie is not signed (no `keys`), so there is one Set-Cookie per answer and no HMAC.
    cookies: {},
    ttl: {
      AccessToken: API.tokenLifetimeSeconds,
      AuthorizationCode: 60,
      Grant: SESSION_SECONDS,
      IdToken: 3600,
      RefreshToken: SESSION_SECONDS,
      Session: SESSION_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: API.scope,
          audience: API.identifier,
          accessTokenFormat: 'jwt',
          accessTokenTTL: API.tokenLifetimeSeconds,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

/** @param {Alg} alg */
function newKey(alg) {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

/** @param {string} accountId */
function claimsOf(accountId) {
  const { name, nickname, email } = endUserById(accountId);
  return { sub: accountId, name, nickname, email, email_verified: true };
}

/**
 * A session of each End-User, the grant of the client in it, and a refresh token under that grant: the rows that a
 * sign-in, a consent and an exchange leave.
 *
 * @param {Provider} provider
 * @param {number} count
 */
async function seedSessions(provider, count) {
  const client = await provider.Client.find(CLIENT.clientId);
  const authenticatedAt = Math.floor(Date.now() / 1000);
  return forEachIndex(count, SEEDING_AT_ONCE, async (index) => {
    const accountId = endUser(index).userId;
    const grant = new provider.Grant({ accountId, clientId: CLIENT.clientId });
    grant.addOIDCScope(FAMILY_SCOPES.api.replace(` ${API.scope}`, ''));
    grant.addResourceScope(API.identifier, API.scope);
    const grantId = await grant.save();

    const session = new provider.Session();
    session.loginAccount({ accountId, loginTs: authenticatedAt, amr: ['pwd'] });
    session.ensureClientContainer(CLIENT.clientId);
    session.grantIdFor(CLIENT.clientId, grantId);
    await session.save(SESSION_SECONDS);

    const refreshToken = new provider.RefreshToken({
      accountId,
      client,
      grantId,
      gty: 'authorization_code',
      scope: FAMILY_SCOPES.api,
      resource: API.identifier,
      authTime: authenticatedAt,
      amr: ['pwd'],
    });
    return { cookie: `_session=${session.id}`, refreshToken: await refreshToken.save() };
  });
}
