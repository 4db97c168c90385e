import { randomBytes } from 'node:crypto';
import {
  buildSessionCookies,
  hashFamilyHandle,
  mintRefreshToken,
  randomHandle,
  timeOrderedId,
} from '@sojourn/server';
import { forEachIndex } from '../at-once.js';
import { API, CLIENT, clientIdOf, endUser, FAMILY_SCOPES } from '../workload.js';

/** @import { Secrets, Store } from '@sojourn/server' */
/** @import { Alg, Assignment, Audience } from '../workload.js' */

const DAY_MS = 86_400_000;
/** Writes under way at once while seeding: enough to share commits, few enough for a pool on a busy machine. */
const SEEDING_AT_ONCE = 32;
/** Entries of the configuration that are saved in one step. */
const CLIENTS_A_STEP = 1000;

/**
 * The API, and as many clients as the assignment says.
 *
 * @param {Store} store
 * @param {Pick<Assignment, 'alg' | 'clients' | 'overlapSeconds'>} assignment
 */
export async function seedConfiguration(store, { alg, clients, overlapSeconds }) {
  const api = {
    identifier: API.identifier,
    scopes: [{ value: API.scope }],
    signing_alg: 'ES256',
    token_lifetime: API.tokenLifetimeSeconds,
    token_lifetime_for_web: API.tokenLifetimeSeconds,
    allow_offline_access: true,
  };
  await store.saveConfiguration([{ kind: 'resource-server', id: API.identifier, document: api }], []);
  for (let first = 0; first < clients; first += CLIENTS_A_STEP) {
    const documents = Array.from({ length: Math.min(CLIENTS_A_STEP, clients - first) }, (_, offset) =>
      clientDocument(first + offset, alg, overlapSeconds),
    );
    await store.saveConfiguration(documents, []);
  }
}

/**
 * @param {number} index
 * @param {Alg} alg
 * @param {number} overlapSeconds
 */
function clientDocument(index, alg, overlapSeconds) {
  const clientId = clientIdOf(index);
  const document = {
    name: 'Benchmark shop',
    client_id: clientId,
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
  return { kind: /** @type {const} */ ('client'), id: clientId, document };
}

/**
 * Sessions of one user each, with a refresh token family each.
 *
 * @param {Store} store
 * @param {Secrets} secrets
 * @param {Pick<Assignment, 'sessions' | 'clients' | 'audience'>} assignment
 */
export function seedSessions(store, secrets, { sessions, clients, audience }) {
  const lastAt = Date.now();
  return forEachIndex(sessions, SEEDING_AT_ONCE, async (index) => {
    // Begun over half an hour, so that their ids lie among others' as they would.
    const now = lastAt - Math.floor(((sessions - index) * 1_800_000) / sessions);
    const { sid, cookies } = await seedSession(store, secrets, index, now);
    const { refreshToken } = await seedFamily(store, secrets, {
      sid,
      userId: endUser(index).userId,
      clientId: clientIdOf(index % clients),
      audience,
      now,
    });
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
 * @param {{ sid: string, userId: string, clientId?: string, audience?: Audience, now: number }} begin
 * @returns {Promise<{ handleHash: string, refreshToken: string }>} its place beside the sid, and its first token.
 */
export async function seedFamily(store, secrets, begin) {
  const { sid, userId, clientId = CLIENT.clientId, audience = 'api', now } = begin;
  const handle = randomHandle();
  const handleHash = hashFamilyHandle(handle);
  const { kid } = secrets.current;
  const code = {
    codeHash: randomBytes(32).toString('base64url'),
    grantId: handleHash,
    clientId,
    userId,
    sid,
    scope: FAMILY_SCOPES[audience].split(' '),
    audience: audience === 'api' ? API.identifier : '',
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
  const refreshToken = mintRefreshToken(secrets.current, { sid, handle, generation: 1 }, clientId);
  return { handleHash, refreshToken };
}
