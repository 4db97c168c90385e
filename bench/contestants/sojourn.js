import { randomBytes } from 'node:crypto';
import {
  buildSessionCookies,
  createAuthorizationServer,
  hashFamilyHandle,
  mintRefreshToken,
  openStore,
  parseSecrets,
  randomHandle,
  startHttpListener,
  timeOrderedId,
} from '@sojourn/server';
import { forEachIndex } from '../at-once.js';
import { API, CLIENT, endUser, FAMILY_SCOPE, POOL_MAX } from '../workload.js';
import { openNullStore } from './null-store.js';

/** @import { Secrets, Store } from '@sojourn/server' */
/** @import { Alg, Assignment, Serving } from '../workload.js' */

const DAY_MS = 86_400_000;
/** Writes under way at once while seeding: enough to share commits, few enough for a pool on a busy machine. */
const SEEDING_AT_ONCE = 32;

/**
 * Sojourn as it runs: its store, event rows on, every check and limit in force.
 *
 * @param {Assignment} assignment
 * @returns {Promise<Serving>}
 */
export async function startSojourn({ database, alg, secret, joins, sessions, overlapSeconds }) {
  const store = await open(database);
  const secrets = parseSecrets(secret);
  if (joins === null) await seedConfiguration(store, alg, overlapSeconds);
  const seeds = joins === null ? await seedSessions(store, secrets, sessions) : [];

  const listener = await startHttpListener({ host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] });
  const issuer = joins ?? `http://localhost:${listener.port}/`;
  const server = await createAuthorizationServer({ issuer, store, secrets });
  listener.answerWith(server.handle);

  return {
    entry: {
      port: listener.port,
      issuer,
      authorizationPath: '/authorize',
      tokenPath: '/oauth/token',
      apiParameter: 'audience',
      cookies: seeds.map(({ cookie }) => cookie),
      refreshTokens: seeds.map(({ refreshToken }) => refreshToken),
    },
    async stop() {
      await listener.close(1000);
      await server.close();
      await store.close();
    },
  };
}

/** @param {string} database */
function open(database) {
  if (database === 'null:') return openNullStore();
  return openStore(database.startsWith('postgres:') ? `${database}?pool_max=${POOL_MAX}` : database);
}

/**
 * @param {Store} store
 * @param {Alg} alg
 * @param {number} overlapSeconds
 */
async function seedConfiguration(store, alg, overlapSeconds) {
  const client = {
    name: 'Benchmark shop',
    client_id: CLIENT.clientId,
    app_type: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    callbacks: [CLIENT.redirectUri],
    web_origins: [CLIENT.origin],
    is_first_party: true,
    jwt_configuration: { alg },
    refresh_token: { rotation_type: 'rotating', leeway: overlapSeconds },
    // oidc-provider has nothing like it, so neither side does its work.
    sojourn: { attach: false },
  };
  const api = {
    identifier: API.identifier,
    scopes: [{ value: API.scope }],
    signing_alg: 'ES256',
    token_lifetime: API.tokenLifetimeSeconds,
    token_lifetime_for_web: API.tokenLifetimeSeconds,
    allow_offline_access: true,
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
function seedSessions(store, secrets, count) {
  const now = Date.now();
  return forEachIndex(count, SEEDING_AT_ONCE, async (index) => {
    const { sid, cookies } = await seedSession(store, secrets, index, now);
    const { refreshToken } = await seedFamily(store, secrets, { sid, userId: endUser(index).userId, now });
    // The one that may answer `prompt=none` and no more, as the `Cookie` header of a hidden frame.
    const [, silent = ''] = cookies;
    return { cookie: silent.slice(0, silent.indexOf(';')), refreshToken };
  });
}

/**
 * A user and a session of it, as a sign-in leaves them.
 *
 * @param {Store} store
 * @param {Secrets} secrets
 * @param {number} index
 * @param {number} now
 * @returns {Promise<{ sid: string, cookies: string[] }>}
 */
export async function seedSession(store, secrets, index, now) {
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
  const { cookies, ...hashes } = buildSessionCookies(secrets.current, randomHandle(), true);
  const sid = timeOrderedId(now);
  const session = {
    sid,
    userId,
    authenticatedAt: now,
    amr: ['pwd'],
    acr: null,
    lastActiveAt: now,
    limitsStartedAt: now,
    idleLimitMs: DAY_MS,
    absoluteLimitMs: DAY_MS,
    persistent: true,
    device: { userAgent: 'benchmark', address: '127.0.0.1' },
    ...hashes,
    handleSeed: null,
    browserHash: null,
    browserGeneration: 0,
  };
  await store.createUser({ user, identifierKeys: [email] }, []);
  const begin = { session, cookieSid: null, generation: 0, nextGeneration: 1, clientId: null, now };
  await store.beginSession({ ...begin, proof: 'login.succeeded' });
  return { sid, cookies };
}

/**
 * A refresh token family of a session, as the exchange of a code leaves it.
 *
 * @param {Store} store
 * @param {Secrets} secrets
 * @param {{ sid: string, userId: string, now: number }} begin
 * @returns {Promise<{ handleHash: string, refreshToken: string }>} its place beside the sid, and its first token.
 */
export async function seedFamily(store, secrets, { sid, userId, now }) {
  const handle = randomHandle();
  const handleHash = hashFamilyHandle(handle);
  const { kid } = secrets.current;
  const code = {
    codeHash: randomBytes(32).toString('base64url'),
    grantId: handleHash,
    clientId: CLIENT.clientId,
    userId,
    sid,
    scope: FAMILY_SCOPE.split(' '),
    audience: API.identifier,
    authenticatedAt: now,
    amr: ['pwd'],
    acr: null,
    claims: null,
    redirectUri: CLIENT.redirectUri,
    codeChallenge: null,
    nonce: null,
    issuedAt: now,
    expiresAt: now + 60_000,
    redeemedAt: null,
    silent: false,
    active: true,
    attachment: null,
    sealedFamilyHandle: null,
    dpopJkt: null,
  };
  const family = {
    handleHash,
    kid,
    expiresAt: now + 30 * DAY_MS,
    idleLimitMs: 15 * DAY_MS,
    outlives: /** @type {const} */ ('expiry'),
    jkt: null,
    rotatedBy: 1,
    atMost: 200,
  };
  await store.saveAuthorizationCode({ code, finishes: null, touch: false });
  const { outcome } = await store.redeemAuthorizationCode({
    code,
    now,
    accessTokenExpiresAt: now + API.tokenLifetimeSeconds * 1000,
    touch: false,
    attach: null,
    family,
    replayEvents: [],
  });
  if (outcome !== 'redeemed') throw new Error(`seeding a family: ${outcome}`);
  const refreshToken = mintRefreshToken(secrets.current, { sid, handle, generation: 1 }, CLIENT.clientId);
  return { handleHash, refreshToken };
}
