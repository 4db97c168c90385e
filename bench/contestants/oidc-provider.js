import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';
import { API, CLIENT, endUser, SCOPE } from '../workload.js';
import { takePart } from './contestant.js';
import { openAdapterStore } from './oidc-provider-adapter.js';

/** @import { AddressInfo } from 'node:net' */
/** @import { Alg, Assignment, Entry } from '../workload.js' */

const SESSION_SECONDS = 86_400;

/**
 * node-oidc-provider, configured as its documentation says and, where there is a choice, as costs it least. Each
 * such choice is named where it is made and in bench/README.md.
 *
 * @param {Assignment} assignment
 * @returns {Promise<{ entry: Entry, stop: () => Promise<void> }>}
 */
async function start({ folder, alg, sessions, peerCommit }) {
  const store = openAdapterStore(join(folder, 'oidc-provider.db'), peerCommit);
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {AddressInfo} */ (server.address());

  const provider = new Provider(`http://localhost:${port}`, configure(alg, store.adapter));
  server.on('request', provider.callback());

  return {
    entry: {
      port,
      authorizationPath: '/auth',
      tokenPath: '/token',
      apiParameter: 'resource',
      cookies: await seedSessions(provider, sessions),
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      store.close();
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
        grant_types: ['authorization_code'],
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
    issueRefreshToken: () => false,
    // The cookie is not signed (no `keys`), so there is one Set-Cookie per answer and no HMAC.
    cookies: {},
    ttl: {
      AccessToken: API.tokenLifetimeSeconds,
      AuthorizationCode: 60,
      Grant: SESSION_SECONDS,
      IdToken: 3600,
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
  const { name, nickname, email } = endUser(Number(accountId.slice(accountId.lastIndexOf('-') + 1)));
  return { sub: accountId, name, nickname, email, email_verified: true };
}

/**
 * @param {Provider} provider
 * @param {number} count
 */
async function seedSessions(provider, count) {
  const oidcScope = SCOPE.replace(` ${API.scope}`, '');
  const authenticatedAt = Math.floor(Date.now() / 1000);
  const cookies = [];
  for (let index = 0; index < count; index++) {
    const accountId = endUser(index).userId;
    const grant = new provider.Grant({ accountId, clientId: CLIENT.clientId });
    grant.addOIDCScope(oidcScope);
    grant.addResourceScope(API.identifier, API.scope);

    const session = new provider.Session();
    session.loginAccount({ accountId, loginTs: authenticatedAt, amr: ['pwd'] });
    session.ensureClientContainer(CLIENT.clientId);
    session.grantIdFor(CLIENT.clientId, await grant.save());
    await session.save(SESSION_SECONDS);
    cookies.push(`_session=${session.id}`);
  }
  return cookies;
}

await takePart(start);
