import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { faultyStore } from '../rig/faulty-store.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { type TokenResponse, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let op: Deployment;
let browser: HttpBrowser;
let tokens: TokenResponse;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
  tokens = await tokensFor(op, browser);
});
afterAll(() => op.stop());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ask = async (
  method: string,
  headers: Record<string, string>,
  body: string | null = null,
  query = '',
) => {
  const answer = await httpRequest(method, `${op.issuer}userinfo${query}`, headers, body);
  return { ...answer, json: JSON.parse(answer.text) as Record<string, unknown> };
};

describe('OIDC Core §5.3: userinfo', () => {
  test('RFC 6750 §2.1, §2.2: the token by header with GET and POST, or in the body of a POST', async () => {
    const { access_token } = tokens;
    const answers = [
      await ask('GET', bearer(access_token)),
      await ask('GET', { authorization: `bearer ${access_token}` }),
      await ask('POST', bearer(access_token)),
      await ask('POST', FORM, `access_token=${access_token}`),
    ];
    for (const { status, json, headers } of answers) {
      expect(status).toBe(200);
      expect(json).toMatchObject({ sub: 'auth0|mira', name: 'Mira Lind', email_verified: true });
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('§5.4: claims are those of the scopes that were granted', async () => {
    const { access_token } = await tokensFor(op, browser, { scope: 'openid email' });
    const { json } = await ask('GET', bearer(access_token));
    expect(json).toEqual({ sub: 'auth0|mira', email: 'mira@harbour.example', email_verified: true });
    const bare = await tokensFor(op, browser, { scope: 'openid' });
    expect((await ask('GET', bearer(bare.access_token))).json).toEqual({ sub: 'auth0|mira' });
  });

  test('RFC 6750 §2.3: in the query, for clients that send it no other way: nothing may keep the answer', async () => {
    const { status, json, headers } = await ask('GET', {}, null, `?access_token=${tokens.access_token}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ sub: 'auth0|mira', name: 'Mira Lind' });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect((await ask('GET', {}, null, '?access_token=nonsense')).status).toBe(401);
  });

  test('security.md 96: a token in the query stands in no log line, also where the store fails', async () => {
    const { fault, wrapStore } = faultyStore();
    const failing = await startDeployment({ tenantFile: tenantFile(), wrapStore });
    const { access_token } = await tokensFor(failing, await browserWithSession(failing));
    fault.fails = (method) => method === 'findGrant';
    const url = `${failing.issuer}userinfo?access_token=${access_token}`;
    expect((await httpRequest('GET', url)).status).toBe(503);
    expect(failing.logLines).toHaveLength(1);
    expect(JSON.stringify(failing.logLines)).not.toContain(access_token.slice(-40));
    await failing.stop();
  });

  test('RFC 6750 §2: "MUST NOT use more than one method": both, or twice', async () => {
    const body = `access_token=${tokens.access_token}`;
    expect((await ask('POST', { ...FORM, ...bearer(tokens.access_token) }, body)).status).toBe(400);
    expect((await ask('POST', FORM, `${body}&${body}`)).status).toBe(400);
    expect((await ask('POST', FORM, body, `?${body}`)).status).toBe(400);
    expect((await ask('GET', bearer(tokens.access_token), null, `?${body}`)).status).toBe(400);
    expect((await ask('GET', {}, null, `?${body}&${body}`)).status).toBe(400);
  });

  test('RFC 6750 §3.1: no token: a challenge without error; a bad one: invalid_token', async () => {
    const none = await ask('GET', {});
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="sojourn"');
    const bad = await ask('GET', bearer('nonsense'));
    expect(bad.status).toBe(401);
    expect(bad.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
  });
});

describe('security.md 23: an access token for an API alone does not reach userinfo', () => {
  test('with openid it has both audiences, without it only the API’s', async () => {
    const both = await tokensFor(op, browser, { audience: API, scope: 'openid read:berths' });
    expect(await isAlive(op, both.access_token)).toBe(true);
    const one = await tokensFor(op, browser, { audience: API, scope: 'read:berths' });
    expect(claimsOf(one.access_token).aud).toBe(API);
    expect((await ask('GET', bearer(one.access_token))).status).toBe(401);
  });
});

describe('security.md 81: exp and iat are enforced, tolerance at most 60 s', () => {
  test('a day after issue it is dead, to the second', async () => {
    const { access_token } = await tokensFor(op, browser);
    op.clock.advance(86_399_000);
    expect(await isAlive(op, access_token)).toBe(true);
    op.clock.advance(1_000);
    expect(await isAlive(op, access_token)).toBe(false);
  });

  test('issued by a clock that runs a minute ahead, it is not yet good', async () => {
    const live = await browserWithSession(op);
    op.clock.advance(61_000);
    const { access_token } = await tokensFor(op, live);
    op.clock.advance(-61_000);
    expect(await isAlive(op, access_token)).toBe(false);
    op.clock.advance(60_000);
    expect(await isAlive(op, access_token)).toBe(true);
  });
});

describe('security.md 72: an access token of a session that has ended is dead at once', () => {
  test('sign-out', async () => {
    const mine = await browserWithSession(op);
    const { access_token } = await tokensFor(op, mine);
    await mine.visit(`${op.issuer}oidc/logout`, { 'sec-fetch-site': 'same-origin' });
    expect(await isAlive(op, access_token)).toBe(false);
  });

  test('design.md 3: an expired session is not an ended one: its tokens live out their time', async () => {
    const mine = await browserWithSession(op);
    op.clock.advance(71.5 * 3_600_000);
    const { access_token } = await tokensFor(op, mine, { prompt: 'none', sojourn_active: '0' });
    op.clock.advance(3_600_000);
    expect(await isAlive(op, access_token)).toBe(true);
  });
});
