import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { type OtherServer, startOtherServer } from '../rig/other-server.js';
import { API, tenantFile } from '../rig/tenant.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

let op: Deployment;
let other: OtherServer;
beforeAll(async () => {
  other = await startOtherServer();
  const file = tenantFile();
  const machine = (client_id: string, path: string, more = {}) => ({
    client_id,
    name: client_id,
    app_type: 'non_interactive',
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    sojourn: { jwks_uri: `${other.origin}${path}`, ...more },
  });
  op = await startDeployment({
    tenantFile: {
      ...file,
      clients: [
        ...file.clients,
        machine('crane', '/crane'),
        machine('dredger', '/dredger'),
        machine('strict', '/crane', { token_endpoint_auth_signing_alg: 'PS256' }),
      ],
      clientGrants: ['crane', 'dredger', 'strict'].map((client_id) => ({
        client_id,
        audience: API,
        scope: ['read:berths'],
      })),
    },
    outbound: {
      allow: [{ purpose: 'jwks', host: 'localhost', port: other.port }],
      extraCa: other.certificate.cert,
      timeoutMs: 20_000,
    },
  });
});
afterAll(async () => {
  await op.stop();
  await other.stop();
});
beforeEach(() => {
  other.requests.length = 0;
  // Longer than a set is held: tests do not see each other's.
  op.clock.advance(601_000);
});

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

async function publish(path: string, keys: Readonly<Record<string, Pair>>): Promise<void> {
  const published = await Promise.all(
    Object.entries(keys).map(async ([kid, pair]) => ({ ...(await exportJWK(pair.publicKey)), kid })),
  );
  other.serve(path, { keys: published });
}

/** The status of a token request that an assertion stands for. */
async function authenticate(
  clientId: string,
  pair: Pair,
  kid: string | null,
  alg = 'ES256',
): Promise<number> {
  const now = Math.floor(op.clock.now() / 1000);
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, ...(kid !== null && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(op.issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(pair.privateKey);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    audience: API,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
  });
  return (await fetch(`${op.issuer}oauth/token`, { method: 'POST', body })).status;
}

describe('OIDC Core §10.1.1: keys at jwks_uri', () => {
  test('are fetched once and held, also for many at once', async () => {
    const pair = await generateKeyPair('ES256');
    await publish('/crane', { a: pair });
    const statuses = await Promise.all(Array.from({ length: 20 }, () => authenticate('crane', pair, 'a')));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await authenticate('crane', pair, null)).toBe(200);
    expect(other.requests).toEqual(['GET /crane']);
    op.clock.advance(600_000);
    expect(await authenticate('crane', pair, 'a')).toBe(200);
    expect(other.requests).toHaveLength(2);
  });

  test('refresh-token-rp-key-rotation: an unknown kid has them fetched again, and the former key no longer counts', async () => {
    const [former, next] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    await publish('/crane', { a: former });
    expect(await authenticate('crane', former, 'a')).toBe(200);
    await publish('/crane', { b: next });
    op.clock.advance(60_000);
    expect(await authenticate('crane', next, 'b')).toBe(200);
    expect(await authenticate('crane', former, 'a')).toBe(401);
    expect(other.requests).toHaveLength(2);
  });

  test('at most every ten seconds, whatever kids are made up', async () => {
    const pair = await generateKeyPair('ES256');
    await publish('/crane', { a: pair });
    for (let index = 0; index < 20; index += 1)
      expect(await authenticate('crane', pair, `made up ${index}`)).toBe(401);
    expect(other.requests).toHaveLength(1);
    op.clock.advance(10_000);
    expect(await authenticate('crane', pair, 'made up')).toBe(401);
    expect(other.requests).toHaveLength(2);
  });

  test('of one client do not count for another', async () => {
    const pair = await generateKeyPair('ES256');
    await publish('/crane', { a: pair });
    await publish('/dredger', { a: await generateKeyPair('ES256') });
    expect(await authenticate('dredger', pair, 'a')).toBe(401);
    expect(await authenticate('crane', pair, 'a')).toBe(200);
  });

  test('outlive an outage of where they are published, for ten minutes', async () => {
    const pair = await generateKeyPair('ES256');
    await publish('/crane', { a: pair });
    expect(await authenticate('crane', pair, 'a')).toBe(200);
    other.answer('/crane', (_request, response) => response.writeHead(500).end());
    op.clock.advance(300_000);
    expect(await authenticate('crane', pair, 'unknown')).toBe(401);
    expect(await authenticate('crane', pair, 'a')).toBe(200);
    op.clock.advance(300_001);
    expect(await authenticate('crane', pair, 'a')).toBe(401);
  });

  test('token_endpoint_auth_signing_alg goes before what the keys could do', async () => {
    const pair = await generateKeyPair('PS256');
    await publish('/crane', { a: pair });
    expect(await authenticate('strict', pair, 'a', 'PS256')).toBe(200);
    expect(await authenticate('crane', pair, 'a', 'PS256')).toBe(200);
    const ec = await generateKeyPair('ES256');
    await publish('/crane', { b: ec });
    op.clock.advance(60_000);
    expect(await authenticate('strict', ec, 'b')).toBe(401);
    expect(await authenticate('crane', ec, 'b')).toBe(200);
  });

  test('RFC 7517 §4.2: a key for encryption authenticates nobody, one for signatures beside it does', async () => {
    const [sealing, signing] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    const published = async (pair: Pair, kid: string, use: string) => ({
      ...(await exportJWK(pair.publicKey)),
      kid,
      use,
    });
    other.serve('/crane', {
      keys: [await published(sealing, 'a', 'enc'), await published(signing, 'b', 'sig')],
    });
    expect(await authenticate('crane', sealing, 'a')).toBe(401);
    expect(await authenticate('crane', sealing, null)).toBe(401);
    expect(await authenticate('crane', signing, 'b')).toBe(200);
  });

  test.each([
    ['no set', 'text'],
    ['no keys', { keys: [] }],
    ['keys that are none', { keys: [null, 1, 'x', {}, { kty: 'EC' }] }],
    ['a symmetric key', { keys: [{ kty: 'oct', kid: 'a', k: 'c2VjcmV0' }] }],
  ])('%s authenticates nobody', async (_name, published) => {
    other.serve('/crane', published);
    expect(await authenticate('crane', await generateKeyPair('ES256'), 'a')).toBe(401);
  });

  test('H07: an RSA key that is too short or too long is not used', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    const n = Buffer.alloc(2_048, 0xff).toString('base64url');
    other.serve('/crane', {
      keys: [
        { ...short, kid: 'a' },
        { kty: 'RSA', e: 'AQAB', n, kid: 'b' },
      ],
    });
    const pair = await generateKeyPair('RS256');
    for (const kid of ['a', 'b']) expect(await authenticate('crane', pair, kid, 'RS256')).toBe(401);
  });
});
