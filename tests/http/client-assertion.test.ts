import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { API, tenantFile } from '../rig/tenant.js';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const SECRET = 'a-secret-for-assertions-that-is-long-enough-for-hs256';

let op: Deployment;
let privateKey: CryptoKey;
let publicKey: CryptoKey;

beforeAll(async () => {
  ({ privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true }));
  const file = tenantFile();
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const machine = { app_type: 'non_interactive', grant_types: ['client_credentials'] };
  file.clients.push(
    {
      ...machine,
      client_id: 'by-key',
      name: 'By key',
      token_endpoint_auth_method: 'private_key_jwt',
      sojourn: { jwks: { keys: [jwk] } },
    },
    {
      ...machine,
      client_id: 'by-hmac',
      name: 'By HMAC',
      token_endpoint_auth_method: 'client_secret_jwt',
      client_secret: SECRET,
    },
  );
  for (const client_id of ['by-key', 'by-hmac']) {
    (file.clientGrants as unknown[]).push({ client_id, audience: API, scope: ['read:berths'] });
  }
  op = await startDeployment({ tenantFile: file });
});
afterAll(() => op.stop());

interface Claims {
  readonly aud?: string | string[];
  readonly iss?: string;
  readonly sub?: string;
  readonly jti?: string;
  readonly expiresInSeconds?: number | null;
  readonly notBeforeInSeconds?: number;
}

let made = 0;

function assertion(clientId: string, claims: Claims = {}): SignJWT {
  const now = Math.floor(op.clock.now() / 1000);
  made += 1;
  const jwt = new SignJWT()
    .setIssuer(claims.iss ?? clientId)
    .setSubject(claims.sub ?? clientId)
    .setAudience(claims.aud ?? op.issuer)
    .setJti(claims.jti ?? `jti-${made}`)
    .setIssuedAt(now);
  if (claims.notBeforeInSeconds !== undefined) jwt.setNotBefore(now + claims.notBeforeInSeconds);
  return claims.expiresInSeconds === null
    ? jwt
    : jwt.setExpirationTime(now + (claims.expiresInSeconds ?? 120));
}

const byKey = (claims?: Claims) =>
  assertion('by-key', claims).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);

async function ask(client_assertion: string, fields: Record<string, string> = {}): Promise<number> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    audience: API,
    client_assertion_type: TYPE,
    client_assertion,
    ...fields,
  });
  return (await fetch(`${op.issuer}oauth/token`, { method: 'POST', body })).status;
}

describe('security.md 21: a client assertion', () => {
  test('for the issuer, signed by the registered key, is taken, with or without client_id', async () => {
    expect(await ask(await byKey())).toBe(200);
    expect(await ask(await byKey(), { client_id: 'by-key' })).toBe(200);
    expect(await ask(await byKey({ aud: [op.issuer] }))).toBe(200);
  });

  test('is used once, by whichever of 20 comes first', async () => {
    const jwt = await byKey();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask(jwt)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(19);
  });

  test('another client’s jti of the same text is its own', async () => {
    const hmac = assertion('by-hmac', { jti: 'shared' }).setProtectedHeader({ alg: 'HS256' });
    expect(await ask(await byKey({ jti: 'shared' }))).toBe(200);
    expect(await ask(await hmac.sign(new TextEncoder().encode(SECRET)))).toBe(200);
  });

  test.each([
    ['addressed to the token endpoint', () => byKey({ aud: `${op.issuer}oauth/token` })],
    ['addressed to two servers', () => byKey({ aud: [op.issuer, 'https://other.test/'] })],
    ['without exp', () => byKey({ expiresInSeconds: null })],
    ['expired a minute ago', () => byKey({ expiresInSeconds: -60 })],
    ['that lives for an hour', () => byKey({ expiresInSeconds: 3600 })],
    ['from the future', () => byKey({ notBeforeInSeconds: 120 })],
    ['whose iss is another', () => byKey({ iss: 'by-hmac' })],
    ['whose sub is another', () => byKey({ sub: 'by-hmac' })],
    ['with a jti of a kilobyte', () => byKey({ jti: 'j'.repeat(1024) })],
  ])('%s is refused', async (_, make) => {
    expect(await ask(await make())).toBe(401);
  });

  test('security.md 84: the public key as an HMAC secret is refused', async () => {
    const jwk = JSON.stringify(await exportJWK(publicKey));
    const forged = assertion('by-key').setProtectedHeader({ alg: 'HS256', kid: 'k1' });
    expect(await ask(await forged.sign(new TextEncoder().encode(jwk)))).toBe(401);
  });

  test('of a stranger’s key under the registered kid is refused', async () => {
    const stranger = await generateKeyPair('ES256');
    const forged = assertion('by-key').setProtectedHeader({ alg: 'ES256', kid: 'k1' });
    expect(await ask(await forged.sign(stranger.privateKey))).toBe(401);
  });

  test('H01: alg none is refused, however it is spelled', async () => {
    const [, payload] = (await byKey()).split('.');
    for (const alg of ['none', 'None', 'NONE']) {
      const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      expect(await ask(`${header}.${payload}.`)).toBe(401);
    }
  });

  test('security.md 19: beside a secret it is refused as a second method', async () => {
    expect(await ask(await byKey(), { client_id: 'by-key', client_secret: 'also' })).toBe(400);
  });

  test('security.md 19: of a client registered for a secret is refused, and a secret of one registered for keys', async () => {
    const desk = assertion('conf-c').setProtectedHeader({ alg: 'HS256' });
    expect(
      await ask(await desk.sign(new TextEncoder().encode('a-secret-of-the-desk-that-is-long-enough'))),
    ).toBe(401);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'by-hmac',
      client_secret: SECRET,
    });
    expect((await fetch(`${op.issuer}oauth/token`, { method: 'POST', body })).status).toBe(401);
  });
});
