import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import {
  DEAD,
  eventsOf,
  familyOf,
  isActive,
  OFFLINE,
  PARTIES,
  type PartyName,
  post,
  refresh,
  refreshTenant,
  refreshTokensFor,
} from '../rig/refresh.js';
import { PAGE_OF_A } from '../rig/requests.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { API } from '../rig/tenant.js';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant() });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

async function revoke(token: string, fields: Record<string, string> = {}, clientId: PartyName = 'spa-a') {
  const { fields: own, headers } = PARTIES[clientId];
  const answer = await post(op, 'oauth/revoke', { ...own, token, ...fields }, headers);
  return [answer.status, answer.text];
}

/** Three generations of one family, and the access token of each. */
async function generations(clientId: PartyName = 'spa-a') {
  const scope = `${OFFLINE} read:berths`;
  const first = await refreshTokensFor(op, browser, clientId, { audience: API, scope });
  const second = (await refresh(op, first.refresh_token, {}, clientId)).body;
  const third = (await refresh(op, second.refresh_token, {}, clientId)).body;
  return [first, second, third] as const;
}

describe('RFC 7009 §2.1: a refresh token is revoked', () => {
  test.each([
    [0, 'the first'],
    [1, 'its predecessor'],
    [2, 'the current one'],
  ] as const)(
    'by any token of its family, with all its access tokens, at once: %i, %s',
    async (index, _name) => {
      const given = await generations();
      expect(await revoke(given[index].refresh_token)).toEqual([200, '']);
      for (const { refresh_token, access_token } of given) {
        expect(await refresh(op, refresh_token)).toMatchObject(DEAD);
        expect(await isAlive(op, access_token)).toBe(false);
        expect(await isActive(op, access_token)).toBe(false);
      }
    },
  );

  test('again, with any hint, or made up: 200 with an empty body, and one event', async () => {
    const [first, , third] = await generations();
    const { sid } = claimsOf(first.access_token);
    const count = async () =>
      (await eventsOf(op, String(sid))).filter((name) => name === 'family.revoked').length;
    const before = await count();
    for (const hint of ['refresh_token', 'access_token', 'whatever'])
      expect(await revoke(third.refresh_token, { token_type_hint: hint })).toEqual([200, '']);
    expect(await revoke(first.refresh_token)).toEqual([200, '']);
    expect(await revoke('v1.made.up.1.token')).toEqual([200, '']);
    expect(await count()).toBe(before + 1);
  });

  test('auth0-wire.md 6: as JSON, and the page that asked can read the answer', async () => {
    const [, , { refresh_token: token }] = await generations();
    const response = await fetch(`${op.issuer}oauth/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...PAGE_OF_A },
      body: JSON.stringify({ client_id: 'spa-a', token_type_hint: 'refresh_token', token }),
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://a.test');
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  test('a confidential client proves who it is first', async () => {
    const [, , { refresh_token: token }] = await generations('conf-c');
    const [status] = await revoke(token, { client_secret: 'wrong' }, 'conf-c');
    expect(status).toBe(401);
    const held = (await refresh(op, token, {}, 'conf-c')).body.refresh_token;
    expect(await revoke(held, {}, 'conf-c')).toEqual([200, '']);
    expect(await refresh(op, held, {}, 'conf-c')).toMatchObject(DEAD);
  });

  test('security.md 33: another client’s stays alive, and the caller is told nothing of it', async () => {
    const [, , own] = await generations();
    expect(await revoke(own.refresh_token, {}, 'conf-c')).toEqual([200, '']);
    expect(await revoke(own.refresh_token, {}, 'spa-b')).toEqual([200, '']);
    expect(await isAlive(op, own.access_token)).toBe(true);
    expect((await refresh(op, own.refresh_token)).status).toBe(200);
  });

  test('D14 one family of one client: others of the client, of the session and of the End-User live', async () => {
    const doomed = await generations();
    const sameClient = await refreshTokensFor(op, browser);
    const otherClient = await refreshTokensFor(op, browser, 'conf-c');
    const otherSession = await refreshTokensFor(op, await browserWithSession(op));
    await revoke(doomed[2].refresh_token);
    expect(await refresh(op, doomed[2].refresh_token)).toMatchObject(DEAD);
    expect((await refresh(op, sameClient.refresh_token)).status).toBe(200);
    expect((await refresh(op, otherClient.refresh_token, {}, 'conf-c')).status).toBe(200);
    expect((await refresh(op, otherSession.refresh_token)).status).toBe(200);
    for (const { access_token } of [sameClient, otherClient, otherSession])
      expect(await isAlive(op, access_token)).toBe(true);
    // The browser is as signed in as before.
    expect(await refreshTokensFor(op, browser)).toHaveProperty('refresh_token');
  });
});

describe('RFC 7009 §2.1: an access token is revoked', () => {
  test('with the family that gave it', async () => {
    const [first, second, third] = await generations();
    expect(await revoke(second.access_token)).toEqual([200, '']);
    for (const { access_token } of [first, second, third])
      expect(await isAlive(op, access_token)).toBe(false);
    expect(await refresh(op, third.refresh_token)).toMatchObject(DEAD);
    const { family } = await familyOf(op, first.access_token);
    expect(family.revokeReason).toBe('client-request');
  });

  test('of another client it is not', async () => {
    const [, , own] = await generations();
    expect(await revoke(own.access_token, {}, 'conf-c')).toEqual([200, '']);
    expect(await isAlive(op, own.access_token)).toBe(true);
    expect((await refresh(op, own.refresh_token)).status).toBe(200);
  });
});

describe('D16 a refresh token is nothing else, and nothing else is one', () => {
  test('a refresh token is no access token, code, cookie or ID token', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    const userinfo = await fetch(`${op.issuer}userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(userinfo.status).toBe(401);
    const { fields, headers, redirectUri } = PARTIES['spa-a'];
    const code = { ...fields, grant_type: 'authorization_code', code: token, redirect_uri: redirectUri };
    const exchanged = await post(op, 'oauth/token', { ...code, code_verifier: 'a'.repeat(43) }, headers);
    expect([exchanged.status, JSON.parse(exchanged.text).error]).toEqual([400, 'invalid_grant']);
    expect(await isActive(op, token)).toBe(false);
    const stranger = await browser.send('GET', `${op.issuer}authorize?prompt=none`, null, {
      cookie: `__Host-sojourn.session=${token}; __Host-sojourn.silent=${token}`,
    });
    expect(stranger.html).not.toContain('code=');
    const hinted = await browser.send('GET', `${op.issuer}oidc/logout?id_token_hint=${token}`, null, {});
    expect(hinted.headers.get('location') ?? '').not.toContain('a.test');
    expect((await refresh(op, token)).status).toBe(200);
  });

  test.each(['access_token', 'id_token'] as const)('an %s refreshes nothing', async (kind) => {
    const tokens = await refreshTokensFor(op, browser);
    expect(await refresh(op, tokens[kind])).toMatchObject(DEAD);
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('neither does any cookie, nor a code', async () => {
    await refreshTokensFor(op, browser);
    for (const value of browser.cookies.values()) expect(await refresh(op, value)).toMatchObject(DEAD);
    expect(await refresh(op, 'a'.repeat(40))).toMatchObject(DEAD);
    expect(await refresh(op, 'x'.repeat(20_000))).toMatchObject(DEAD);
  });
});
