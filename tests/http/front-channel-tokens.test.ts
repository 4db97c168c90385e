import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser, Page } from '../rig/http-browser.js';
import { authorizationRequest, redeem } from '../rig/relying-party.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const TYPES = ['id_token', 'token', 'id_token token', 'code id_token', 'code token', 'code id_token token'];
const LEGACY = { client_id: 'legacy-l', redirect_uri: 'https://l.test/cb', scope: 'openid profile' };

let op: Deployment;
let browser: HttpBrowser;

beforeAll(async () => {
  const file = tenantFile();
  file.clients.push({
    client_id: 'legacy-l',
    name: 'Legacy',
    app_type: 'spa',
    callbacks: ['https://l.test/cb'],
    web_origins: ['https://l.test'],
    grant_types: ['authorization_code', 'implicit'],
  });
  (file.resourceServers[0] as Record<string, unknown>).token_lifetime_for_web = 90;
  op = await startDeployment({ tenantFile: file });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const leftHalf = (text: string) =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

const fragmentOf = (page: Page) => new URLSearchParams(new URL(page.url).hash.slice(1));

describe('OIDC Core §3.2, §3.3: tokens from the authorization endpoint', () => {
  test.each(TYPES)('%s: exactly what was asked for, by fragment, bound together', async (response_type) => {
    const request = authorizationRequest(op.issuer, { ...LEGACY, response_type });
    const page = await browser.visit(request.url);
    const answer = fragmentOf(page);
    expect(new URL(page.url).search).toBe('');
    const asked = response_type.split(' ');
    expect(answer.has('code')).toBe(asked.includes('code'));
    expect(answer.has('access_token')).toBe(asked.includes('token'));
    expect(answer.has('id_token')).toBe(asked.includes('id_token'));
    expect([answer.get('state'), answer.get('iss')]).toEqual([request.state, op.issuer]);
    if (!asked.includes('id_token')) return;

    const keys = createRemoteJWKSet(new URL(`${op.issuer}.well-known/jwks.json`));
    const { payload } = await jwtVerify(answer.get('id_token') ?? '', keys, {
      issuer: op.issuer,
      audience: 'legacy-l',
      currentDate: new Date(op.clock.now()),
    });
    expect(payload.nonce).toBe(request.nonce);
    const accessToken = answer.get('access_token');
    const code = answer.get('code');
    expect(payload.at_hash).toBe(accessToken === null ? undefined : leftHalf(accessToken));
    expect(payload.c_hash).toBe(code === null ? undefined : leftHalf(code));
  });

  test('security.md 17: without nonce an ID token is refused, an access token alone is not', async () => {
    const without = (response_type: string) =>
      browser.visit(authorizationRequest(op.issuer, { ...LEGACY, response_type, nonce: null }).url);
    expect(fragmentOf(await without('id_token token')).get('error')).toBe('invalid_request');
    expect(fragmentOf(await without('code id_token')).get('error')).toBe('invalid_request');
    expect(fragmentOf(await without('token')).has('access_token')).toBe(true);
  });

  test('security.md 8, A09: response_mode=query is refused for all of them, and no token stands in a URL’s query', async () => {
    for (const response_type of TYPES) {
      const request = authorizationRequest(op.issuer, { ...LEGACY, response_type, response_mode: 'query' });
      const page = await browser.visit(request.url);
      expect(fragmentOf(page).get('error')).toBe('invalid_request');
      expect(new URL(page.url).search).toBe('');
    }
  });

  test('security.md 18: a client that is not registered for it is refused', async () => {
    for (const response_type of TYPES) {
      const page = await browser.visit(authorizationRequest(op.issuer, { response_type }).url);
      expect(fragmentOf(page).get('error')).toBe('unauthorized_client');
    }
  });

  test('the access token lives as long as the API says for tokens from here, and reaches userinfo', async () => {
    const request = authorizationRequest(op.issuer, {
      ...LEGACY,
      response_type: 'token',
      audience: API,
      scope: 'openid read:berths',
    });
    const answer = fragmentOf(await browser.visit(request.url));
    const token = answer.get('access_token') ?? '';
    expect(answer.get('expires_in')).toBe('90');
    const { iat, exp } = claimsOf(token) as { iat: number; exp: number };
    expect(exp - iat).toBe(90);
    expect(await isAlive(op, token)).toBe(true);
  });

  test('security.md 73: it dies with the session', async () => {
    const own = await browserWithSession(op);
    const request = authorizationRequest(op.issuer, { ...LEGACY, response_type: 'token' });
    const token = fragmentOf(await own.visit(request.url)).get('access_token') ?? '';
    const sid = String(claimsOf(token).sid);
    await op.store.endSession({ sid, reason: 'revoked', now: op.clock.now(), events: [] });
    expect(await isAlive(op, token)).toBe(false);
  });

  test('security.md 71: the client has joined the session, so it will be told of its end', async () => {
    const own = await browserWithSession(op);
    const request = authorizationRequest(op.issuer, { ...LEGACY, response_type: 'id_token' });
    const { sid } = claimsOf(fragmentOf(await own.visit(request.url)).get('id_token') ?? '');
    expect(await op.store.findParticipants(String(sid))).toEqual(['legacy-l']);
  });

  test('a hybrid code is redeemed as any other, and used twice it ends what the exchange gave', async () => {
    const request = authorizationRequest(op.issuer, { ...LEGACY, response_type: 'code token' });
    const code = fragmentOf(await browser.visit(request.url)).get('code') ?? '';
    const fields = {
      client_id: 'legacy-l',
      redirect_uri: 'https://l.test/cb',
      code,
      code_verifier: request.verifier,
    };
    const headers = { origin: 'https://l.test', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'cross-site' };
    const first = (await (await redeem(op.issuer, fields, headers)).json()) as { access_token: string };
    expect(await isAlive(op, first.access_token)).toBe(true);
    expect((await redeem(op.issuer, fields, headers)).status).toBe(400);
    expect(await isAlive(op, first.access_token)).toBe(false);
  });
});
