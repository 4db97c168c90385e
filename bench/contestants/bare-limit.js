import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import { startHttpListener } from '@sojourn/server';
import { API, CLIENT, endUser, FAMILY_SCOPES } from '../workload.js';

/** @import { KeyObject } from 'node:crypto' */
/** @import { Alg, Assignment, Serving } from '../workload.js' */

/** As long as a refresh token of Sojourn. */
const REFRESH_TOKEN = `v1.k0000000.${'0'.repeat(30)}.${'r'.repeat(22)}.1.${'t'.repeat(43)}`;

/**
 * What any server on this machine has to spend on a refresh: the same HTTP, two signatures over as many bytes, and one
 * row written in a commit that all share who came together. It reads nothing, judges nothing and keeps no record.
 *
 * @param {Assignment} assignment
 * @returns {Promise<Serving>}
 */
export async function startBareLimit({ database, alg, audience, sessions }) {
  const rows = openRows(database.slice('sqlite:'.length), sessions);
  const signIdToken = signerOf(alg);
  // A token for userinfo is signed as ID tokens are (design.md 13); the API's in ES256.
  const signAccessToken = audience === 'userinfo' ? signIdToken : signerOf('ES256');
  let next = 0;

  const listener = await startHttpListener({ host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] });
  const issuer = `http://localhost:${listener.port}/`;
  listener.answerWith(async () => {
    const claims = claimsOf(issuer, audience, Math.floor(Date.now() / 1000));
    await rows.write(next++ % sessions);
    const [accessToken, idToken] = await Promise.all([
      signAccessToken(claims.accessToken),
      signIdToken(claims.idToken),
    ]);
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      body: JSON.stringify({
        refresh_token: REFRESH_TOKEN,
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: API.tokenLifetimeSeconds,
        scope: FAMILY_SCOPES[audience],
        id_token: idToken,
      }),
    };
  });

  return {
    entry: {
      port: listener.port,
      issuer,
      authorizationPath: '/authorize',
      tokenPath: '/oauth/token',
      apiParameter: 'audience',
      cookies: [],
      refreshTokens: Array.from({ length: sessions }, () => REFRESH_TOKEN),
      clients: 1,
    },
    async stop() {
      await listener.close(1000);
      rows.close();
    },
  };
}

/**
 * As many bytes as Sojourn signs.
 *
 * @param {string} issuer
 * @param {Assignment['audience']} audience
 * @param {number} now seconds.
 */
function claimsOf(issuer, audience, now) {
  const { userId, name, nickname, email } = endUser(0);
  const sid = 'u'.repeat(30);
  const times = { iat: now, exp: now + API.tokenLifetimeSeconds };
  const shared = { iss: issuer, sub: userId, sid };
  return {
    idToken: {
      ...shared,
      aud: CLIENT.clientId,
      ...times,
      auth_time: now,
      amr: ['pwd'],
      name,
      nickname,
      email,
      email_verified: true,
      updated_at: now,
    },
    accessToken: {
      ...shared,
      aud: audience === 'api' ? [API.identifier, `${issuer}userinfo`] : `${issuer}userinfo`,
      ...times,
      jti: 'j'.repeat(22),
      client_id: CLIENT.clientId,
      azp: CLIENT.clientId,
      scope: FAMILY_SCOPES[audience],
      grant_id: 'g'.repeat(43),
    },
  };
}

/**
 * @param {Alg} alg ES256 in line, RS256 in the thread pool, as Sojourn does.
 * @returns {(claims: object) => string | Promise<string>}
 */
function signerOf(alg) {
  const kid = randomBytes(8).toString('base64url');
  const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid })).toString('base64url');
  const inputOf = (/** @type {object} */ claims) =>
    `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  if (alg === 'ES256') {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    return (claims) => {
      const input = inputOf(claims);
      const signature = sign('sha256', Buffer.from(input, 'latin1'), { key, dsaEncoding: 'ieee-p1363' });
      return `${input}.${signature.toString('base64url')}`;
    };
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return (claims) => signInThreadPool(inputOf(claims), privateKey);
}

/**
 * @param {string} input
 * @param {KeyObject} privateKey
 * @returns {Promise<string>}
 */
function signInThreadPool(input, privateKey) {
  return new Promise((resolve, reject) => {
    sign('sha256', Buffer.from(input, 'latin1'), privateKey, (error, signature) =>
      error === null ? resolve(`${input}.${signature.toString('base64url')}`) : reject(error),
    );
  });
}

/**
 * A row for each family. Writes of one turn of the event loop share a durable commit.
 *
 * @param {string} file
 * @param {number} count
 */
function openRows(file, count) {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA wal_autocheckpoint = 4000');
  db.exec('CREATE TABLE families (id INTEGER PRIMARY KEY, generation BIGINT NOT NULL)');
  const insert = db.prepare('INSERT INTO families (id, generation) VALUES (?, 1)');
  db.exec('BEGIN');
  for (let id = 0; id < count; id++) insert.run(id);
  db.exec('COMMIT');

  const rotate = db.prepare('UPDATE families SET generation = generation + 1 WHERE id = ?');
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  /** @type {{ id: number, resolve: () => void }[]} */
  let waiting = [];
  const settle = () => {
    const batch = waiting;
    waiting = [];
    begin.run();
    for (const { id } of batch) rotate.run(id);
    commit.run();
    for (const { resolve } of batch) resolve();
  };
  return {
    /**
     * @param {number} id
     * @returns {Promise<void>} after its commit.
     */
    write: (id) =>
      new Promise((resolve) => {
        if (waiting.length === 0) setImmediate(settle);
        waiting.push({ id, resolve });
      }),
    close: () => db.close(),
  };
}
