import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { jsonOf } from '../rig/requests.js';
import { isAlive } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const SECRET = 'a-secret-of-the-nightly-job-long-enough';

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile(), startAt: Date.now() });
});
afterAll(() => op.stop());

async function ask(fields: Record<string, string | null> = {}) {
  const all = {
    grant_type: 'client_credentials',
    client_id: 'machine-m',
    client_secret: SECRET,
    audience: API,
    ...fields,
  };
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== null) body.set(name, value);
  return jsonOf(await fetch(`${op.issuer}oauth/token`, { method: 'POST', body }));
}

describe('RFC 6749 §4.4: client credentials', () => {
  test('what the client grant gives, for that API and nobody else', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'read:berths' });
    const keys = createRemoteJWKSet(new URL(`${op.issuer}.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(body.access_token as string, keys, {
      issuer: op.issuer,
      audience: API,
      typ: 'JWT',
      algorithms: ['ES256'],
      currentDate: new Date(op.clock.now()),
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      sub: 'machine-m@clients',
      azp: 'machine-m',
      client_id: 'machine-m',
      gty: 'client-credentials',
    });
    expect(payload).not.toHaveProperty('sid');
    expect(payload.aud).toBe(API);
  });

  test('it reaches no End-User’s claims', async () => {
    const { body } = await ask();
    expect(await isAlive(op, body.access_token as string)).toBe(false);
  });

  test('RFC 6749 §4.4.3: no refresh token, no ID token, also where they are asked for', async () => {
    const { status, body } = await ask({ scope: 'openid offline_access' });
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_scope' });
  });

  test.each([
    ['a wider scope than the grant', { scope: 'read:berths write:berths' }, 'invalid_scope'],
    ['an API that is not there', { audience: 'https://nowhere.test/' }, 'invalid_target'],
    ['no API', { audience: null }, 'invalid_target'],
    ['an API without a grant', { audience: 'https://asks.a.test/' }, 'access_denied'],
    ['an API named like a member of Object', { audience: '__proto__' }, 'invalid_target'],
  ])('security.md 23: %s is refused', async (_name, fields: Record<string, string | null>, error) => {
    const { status, body } = await ask(fields);
    expect({ status, error: body.error }).toEqual({ status: 400, error });
  });

  test('without an audience it is told that it sent none, and with a wrong one that nobody has it', async () => {
    const descriptionOf = async (audience: string | null) => (await ask({ audience })).body.error_description;
    expect(await descriptionOf(null)).toContain(
      'audience is missing, and the tenant has no default_audience',
    );
    expect(await descriptionOf('https://nowhere.test/')).toContain('audience names no API');
  });

  test('a narrower scope is given; resource stands for audience', async () => {
    expect((await ask({ scope: 'read:berths' })).body.scope).toBe('read:berths');
    expect((await ask({ audience: null, resource: API })).status).toBe(200);
  });

  test.each([
    ['a public client', { client_id: 'spa-a', client_secret: null }],
    [
      'a client that is not registered for it',
      { client_id: 'conf-c', client_secret: 'a-secret-of-the-desk-that-is-long-enough' },
    ],
  ])(
    'RFC 6749 §4.4: "MUST only be used by confidential clients": %s',
    async (_name, fields: Record<string, string | null>) => {
      const { status, body } = await ask(fields);
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'unauthorized_client' });
    },
  );

  test.each([
    ['a wrong secret', 'wrong'],
    ['none', null],
    ['one that begins the same', `${SECRET}x`],
  ])('security.md 20: %s is invalid_client', async (_name, client_secret) => {
    const { status, body } = await ask({ client_secret });
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' });
  });

  test('J02: 50 000 scope values are refused at once', async () => {
    const scope = Array.from({ length: 12_000 }, (_, index) => `s${index}`)
      .join(' ')
      .slice(0, 60_000);
    const { status, body } = await ask({ scope });
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_scope' });
  });
});
