import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import {
  familyOf,
  OFFLINE,
  ONLINE_API,
  PARTIES,
  post,
  refresh,
  refreshTenant,
  refreshTokensFor,
} from '../rig/refresh.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { API } from '../rig/tenant.js';

const GRANTED = `${OFFLINE} read:berths`;

let op: Deployment;
let browser: HttpBrowser;
let userinfo: string;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant() });
  browser = await browserWithSession(op);
  userinfo = `${op.issuer}userinfo`;
});
afterAll(() => op.stop());

const start = () => refreshTokensFor(op, browser, 'spa-a', { audience: API, scope: GRANTED });

describe('D12, RFC 6749 §6: "MUST NOT include any scope not originally granted"', () => {
  test.each([
    ['a scope of the API that was not asked for', { scope: 'openid write:berths' }, 'invalid_scope'],
    ['a scope of OIDC that was not asked for', { scope: 'openid phone' }, 'invalid_scope'],
    ['more beside all that was granted', { scope: `${GRANTED} address` }, 'invalid_scope'],
    ['nothing that anybody defines', { scope: 'made:up read:Berths' }, 'invalid_scope'],
    ['another API', { audience: ONLINE_API }, 'invalid_target'],
    ['an API that is not there', { audience: 'https://nowhere.test/' }, 'invalid_target'],
    ['the API by another spelling', { audience: API.slice(0, -1) }, 'invalid_target'],
    ['another API as resource', { resource: ONLINE_API }, 'invalid_target'],
    ['the API and another', { audience: API, resource: ONLINE_API }, 'invalid_target'],
  ])('%s is refused and leaves no trace', async (_name, fields: Record<string, string>, error) => {
    const first = await start();
    const { body } = await refresh(op, first.refresh_token);
    const { family } = await familyOf(op, first.access_token);
    op.clock.advance(60_000);
    for (const token of [body.refresh_token, first.refresh_token]) {
      const refused = await refresh(op, token, fields);
      expect([refused.status, refused.body.error]).toEqual([400, error]);
      expect(refused.body).not.toHaveProperty('access_token');
    }
    expect((await familyOf(op, first.access_token)).family).toEqual(family);
    expect((await refresh(op, body.refresh_token)).body.scope).toBe(GRANTED);
  });

  test.each([
    ['openid', 'openid'],
    ['read:berths openid', 'openid read:berths'],
    ['  openid   email ', 'openid email'],
    ['openid made:up', 'openid'],
    [GRANTED, GRANTED],
    ['', GRANTED],
  ])('"%s" is narrower or the same, is given, and does not shrink the grant', async (scope, given) => {
    const { body } = await refresh(op, (await start()).refresh_token, { scope });
    expect([body.scope, claimsOf(body.access_token).scope]).toEqual([given, given]);
    expect(body).toHaveProperty('refresh_token');
    const again = await refresh(op, body.refresh_token);
    expect(again.body.scope).toBe(GRANTED);
  });

  test('claims follow the narrower scope', async () => {
    const { body } = await refresh(op, (await start()).refresh_token, { scope: 'openid profile' });
    const claims = claimsOf(body.id_token);
    expect(claims).toHaveProperty('name', 'Mira Lind');
    expect(claims).not.toHaveProperty('email');
    const answer = await fetch(userinfo, { headers: { authorization: `Bearer ${body.access_token}` } });
    expect(await answer.json()).not.toHaveProperty('email');
  });

  test('without openid there is no ID token, and userinfo is closed to the access token', async () => {
    const { body } = await refresh(op, (await start()).refresh_token, { scope: 'read:berths' });
    expect(body).not.toHaveProperty('id_token');
    expect(claimsOf(body.access_token).aud).toBe(API);
    const answer = await fetch(userinfo, { headers: { authorization: `Bearer ${body.access_token}` } });
    expect(answer.status).not.toBe(200);
    const again = await refresh(op, body.refresh_token);
    expect(await isAlive(op, again.body.access_token)).toBe(true);
  });
});

describe('RFC 8707 §2.2: for which audience', () => {
  test.each([
    ['audience', 'audience'],
    ['resource', 'resource'],
  ])('the API itself, as %s', async (_name, parameter) => {
    const { body } = await refresh(op, (await start()).refresh_token, { [parameter]: API });
    expect(claimsOf(body.access_token).aud).toEqual([API, userinfo]);
  });

  test('userinfo alone: a token that the API does not take', async () => {
    const first = await start();
    const { body } = await refresh(op, first.refresh_token, { audience: userinfo });
    expect(claimsOf(body.access_token).aud).toBe(userinfo);
    expect(await isAlive(op, body.access_token)).toBe(true);
    const again = await refresh(op, body.refresh_token);
    expect(claimsOf(again.body.access_token).aud).toEqual([API, userinfo]);
  });

  test('a family without an API stays without one', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    const refused = await refresh(op, token, { audience: API });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target']);
    const scoped = await refresh(op, token, { scope: 'openid read:berths' });
    expect([scoped.status, scoped.body.scope]).toEqual([200, 'openid']);
    expect(claimsOf(scoped.body.access_token).aud).toBe(userinfo);
  });
});

test.each(['refresh_token', 'scope', 'audience', 'client_id', 'grant_type'])(
  'security.md 7: %s twice is refused and costs nothing',
  async (name) => {
    const { refresh_token } = await start();
    const fields = {
      ...{ client_id: 'spa-a', grant_type: 'refresh_token', refresh_token },
      ...{ scope: 'openid', audience: API },
    };
    const twice = new URLSearchParams(fields);
    twice.append(name, fields[name as keyof typeof fields]);
    const { headers } = PARTIES['spa-a'];
    const response = await fetch(`${op.issuer}oauth/token`, { method: 'POST', body: twice, headers });
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
    expect((await post(op, 'oauth/token', fields, headers)).status).toBe(200);
  },
);
