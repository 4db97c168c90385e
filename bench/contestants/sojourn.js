import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  buildSessionCookies,
  createAuthorizationServer,
  newSecret,
  openStore,
  parseSecrets,
  startHttpListener,
} from '@sojourn/server';
import { API, CLIENT, endUser } from '../workload.js';
import { takePart } from './contestant.js';

/** @import { Secrets, Store } from '@sojourn/server' */
/** @import { Alg, Assignment, Entry } from '../workload.js' */

const SESSION_MS = 86_400_000;

/**
 * Sojourn as it runs: the embedded store, event rows on, every check and limit in force.
 *
 * @param {Assignment} assignment
 * @returns {Promise<{ entry: Entry, stop: () => Promise<void> }>}
 */
async function start({ folder, alg, sessions }) {
  const store = await openStore(`sqlite:${join(folder, 'sojourn.db')}`);
  const secrets = parseSecrets(newSecret());
  await seedConfiguration(store, alg);
  const cookies = await seedSessions(store, secrets, sessions);

  const listener = await startHttpListener({ host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] });
  const server = await createAuthorizationServer({
    issuer: `http://localhost:${listener.port}/`,
    store,
    secrets,
  });
  listener.answerWith(server.handle);

  return {
    entry: {
      port: listener.port,
      authorizationPath: '/authorize',
      tokenPath: '/oauth/token',
      apiParameter: 'audience',
      cookies,
    },
    async stop() {
      await listener.close(1000);
      await server.close();
      await store.close();
    },
  };
}

/**
 * @param {Store} store
 * @param {Alg} alg
 */
async function seedConfiguration(store, alg) {
  const client = {
    name: 'Benchmark shop',
    client_id: CLIENT.clientId,
    app_type: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    callbacks: [CLIENT.redirectUri],
    web_origins: [CLIENT.origin],
    is_first_party: true,
    jwt_configuration: { alg },
    // oidc-provider has nothing like it, so neither side does its work.
    sojourn: { attach: false },
  };
  const api = {
    identifier: API.identifier,
    scopes: [{ value: API.scope }],
    signing_alg: 'ES256',
    token_lifetime: API.tokenLifetimeSeconds,
    token_lifetime_for_web: API.tokenLifetimeSeconds,
  };
  await store.saveConfiguration(
    [
      { kind: 'client', id: CLIENT.clientId, document: client },
      { kind: 'resource-server', id: API.identifier, document: api },
    ],
    [],
  );
}

/**
 * @param {Store} store
 * @param {Secrets} secrets
 * @param {number} count
 */
async function seedSessions(store, secrets, count) {
  return Promise.all(
    Array.from({ length: count }, (_, index) => seedSession(store, secrets, index, Date.now())),
  );
}

/**
 * A user and a session of it, as a sign-in leaves them.
 *
 * @param {Store} store
 * @param {Secrets} secrets
 * @param {number} index
 * @param {number} now
 * @returns {Promise<string>} the `Cookie` header of a hidden frame: the cookie that may answer `prompt=none` and no more.
 */
async function seedSession(store, secrets, index, now) {
  const { userId, name, nickname, email } = endUser(index);
  const user = {
    userId,
    connection: 'Username-Password-Authentication',
    email,
    emailVerified: true,
    username: null,
    passwordHash: null,
    claims: { name, nickname },
    userMetadata: {},
    appMetadata: {},
    blocked: false,
    notBefore: 0,
    createdAt: now,
    updatedAt: now,
  };
  const { cookies, ...hashes } = buildSessionCookies(
    secrets.current,
    randomBytes(16).toString('base64url'),
    true,
  );
  const session = {
    sid: randomBytes(16).toString('base64url'),
    userId,
    authenticatedAt: now,
    amr: ['pwd'],
    acr: null,
    lastActiveAt: now,
    limitsStartedAt: now,
    idleLimitMs: SESSION_MS,
    absoluteLimitMs: SESSION_MS,
    persistent: true,
    device: { userAgent: 'benchmark', address: '127.0.0.1' },
    ...hashes,
  };
  await store.createUser({ user, identifierKeys: [email] }, []);
  await store.startSession({ session, replaces: null, events: [] });
  const [, silent = ''] = cookies;
  return silent.slice(0, silent.indexOf(';'));
}

await takePart(start);
