import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { PAGE_OF_A, tokensFor } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const DESK = { client_id: 'conf-c', client_secret: 'a-secret-of-the-desk-that-is-long-enough' };
const GUARD = { client_id: 'api-guard', client_secret: 'a-secret-of-the-guard-of-the-api-enough' };

let op: Deployment;
let browser: HttpBrowser;

beforeAll(async () => {
  const file = tenantFile();
  file.clients.push({
    ...GUARD,
    name: 'API guard',
    app_type: 'non_interactive',
    grant_types: [],
    sojourn: { resource_server: API },
  });
  op = await startDeployment({ tenantFile: file });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${op.issuer}${path}`, { method: 'POST', body: new URLSearchParams(fields), headers });

const introspect = async (fields: Record<string, string>) => {
  const response = await post('oauth/introspect', fields);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('RFC 7009: revocation', () => {
  test('§2.1: the client ends its own access token at once; again, or made up, is 200 with an empty body', async () => {
    const { access_token: token } = await tokensFor(op, browser);
    expect(await isAlive(op, token)).toBe(true);
    for (const value of [token, token, 'made-up']) {
      const response = await post('oauth/revoke', { client_id: 'spa-a', token: value }, PAGE_OF_A);
      expect([response.status, await response.text()]).toEqual([200, '']);
      // simple-oauth2 refuses an answer without a type, oidc-client-ts one of any other.
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(response.headers.get('access-control-allow-origin')).toBe('https://a.test');
    }
    expect(await isAlive(op, token)).toBe(false);
  });

  test('security.md 33: another client’s token stays alive, and the caller is told nothing of it', async () => {
    const { access_token: token } = await tokensFor(op, browser);
    expect((await post('oauth/revoke', { ...DESK, token })).status).toBe(200);
    expect(await isAlive(op, token)).toBe(true);
  });

  test('security.md 33: without client authentication it is refused', async () => {
    const { access_token: token } = await tokensFor(op, browser);
    expect((await post('oauth/revoke', { client_id: 'conf-c', client_secret: 'wrong', token })).status).toBe(
      401,
    );
    expect((await post('oauth/revoke', { token })).status).toBe(401);
    expect(await isAlive(op, token)).toBe(true);
  });

  test('JSON is taken, as node-auth0 sends it', async () => {
    const { access_token: token } = await tokensFor(op, browser);
    const response = await fetch(`${op.issuer}oauth/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'spa-a', token }),
    });
    expect(response.status).toBe(200);
    expect(await isAlive(op, token)).toBe(false);
  });
});

describe('RFC 7662: introspection', () => {
  test('tells the client that stands for the API about a token for it', async () => {
    const { access_token: token } = await tokensFor(op, browser, {
      audience: API,
      scope: 'openid read:berths',
    });
    const { body } = await introspect({ ...GUARD, token });
    expect(body).toMatchObject({
      active: true,
      client_id: 'spa-a',
      sub: 'auth0|mira',
      scope: 'openid read:berths',
    });
  });

  test('design.md 13: any other client hears what it would hear of a made-up token', async () => {
    const { access_token: forUserinfo } = await tokensFor(op, browser);
    for (const credentials of [DESK, GUARD]) {
      expect((await introspect({ ...credentials, token: forUserinfo })).body).toEqual({ active: false });
      expect((await introspect({ ...credentials, token: 'made-up' })).body).toEqual({ active: false });
    }
  });

  test('H06: without authentication 401, and a public client is told nothing', async () => {
    const { access_token: token } = await tokensFor(op, browser);
    expect((await introspect({ token })).status).toBe(401);
    expect((await introspect({ client_id: 'spa-a', token })).status).toBe(401);
    expect((await introspect({ ...GUARD, client_secret: 'wrong', token })).status).toBe(401);
  });

  test('security.md 72: a token of a session that ended is inactive at once', async () => {
    const own = await browserWithSession(op, 'auth0|otto');
    const { access_token: token } = await tokensFor(op, own, { audience: API, scope: 'openid read:berths' });
    expect((await introspect({ ...GUARD, token })).body.active).toBe(true);
    const { sid } = (await introspect({ ...GUARD, token })).body;
    await op.store.endSession({ sid: String(sid), reason: 'revoked', now: op.clock.now(), events: [] });
    expect((await introspect({ ...GUARD, token })).body).toEqual({ active: false });
  });

  test('an expired token is inactive', async () => {
    const { access_token: token } = await tokensFor(op, browser, {
      audience: API,
      scope: 'openid read:berths',
    });
    op.clock.advance(601_000);
    expect((await introspect({ ...GUARD, token })).body).toEqual({ active: false });
  });
});

describe('security.md 52: guessing at a client secret', () => {
  test('C10: is stopped with 429 and Retry-After; the right secret from another address still works', async () => {
    const limited = await startDeployment({ tenantFile: tenantFile(), trustedProxies: ['127.0.0.1'] });
    const from = (address: string, client_secret: string) =>
      fetch(`${limited.issuer}oauth/token`, {
        method: 'POST',
        headers: { 'x-forwarded-for': address },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'machine-m',
          client_secret,
          audience: API,
        }),
      });
    const right = 'a-secret-of-the-nightly-job-long-enough';
    try {
      for (let attempt = 0; attempt <= 20; attempt += 1)
        expect((await from('198.51.100.7', 'wrong')).status).toBe(401);
      const refused = await from('198.51.100.7', right);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await from('198.51.100.8', right)).status).toBe(200);
      limited.clock.advance(15 * 60_000 + 1_000);
      expect((await from('198.51.100.7', right)).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});
