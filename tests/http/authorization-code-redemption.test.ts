import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem } from '../rig/relying-party.js';
import { codeFor, jsonOf, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const DESK = {
  client_id: 'conf-c',
  redirect_uri: 'https://c.test/cb',
  client_secret: 'a-secret-of-the-desk-that-is-long-enough',
};

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const redeemed = async (fields: Record<string, string>, headers?: Record<string, string>) =>
  jsonOf(await redeem(op.issuer, fields, headers));

const INVALID_GRANT = {
  status: 400,
  body: { error: 'invalid_grant', error_description: 'Invalid authorization code.' },
};

describe('security.md 12: a code is used once', () => {
  test('RFC 6749 §4.1.2: the second use is refused and the tokens of the first are dead (C01)', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const first = await redeemed({ code, code_verifier: verifier });
    const accessToken = first.body.access_token as string;
    expect(await isAlive(op, accessToken)).toBe(true);
    expect(await redeemed({ code, code_verifier: verifier })).toEqual(INVALID_GRANT);
    expect(await isAlive(op, accessToken)).toBe(false);
    const events = await op.store.findEvents({ after: 0, since: 0, atMost: 100 });
    expect(events.filter(({ name }) => name === 'code.replayed')).toMatchObject([
      { clientId: 'spa-a', userId: 'auth0|mira' },
    ]);
  });

  test('however late the second use comes', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const { body } = await redeemed({ code, code_verifier: verifier });
    op.clock.advance(10 * 60_000);
    expect(await redeemed({ code, code_verifier: verifier })).toEqual(INVALID_GRANT);
    expect(await isAlive(op, body.access_token as string)).toBe(false);
  });

  test('other tokens of the same session and client live on', async () => {
    const other = await tokensFor(op, browser);
    const { code, verifier } = await codeFor(op, browser);
    await redeemed({ code, code_verifier: verifier });
    await redeemed({ code, code_verifier: verifier });
    expect(await isAlive(op, other.access_token)).toBe(true);
  });

  test('C02: 50 uses at once, 50 rounds: one is answered at most, and then its tokens are dead', async () => {
    for (let round = 0; round < 50; round += 1) {
      const { code, verifier } = await codeFor(op, browser);
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => redeemed({ code, code_verifier: verifier })),
      );
      const won = answers.filter(({ status }) => status === 200);
      const lost = answers.filter(({ status }) => status !== 200);
      expect(won).toHaveLength(1);
      expect(new Set(lost.map(({ body }) => body.error))).toEqual(new Set(['invalid_grant']));
      expect(await isAlive(op, won[0]?.body.access_token as string)).toBe(false);
    }
  });
});

describe('security.md 13: a code lives 60 seconds (C06)', () => {
  test('at 59.999 s it is taken, at 60 s it is refused', async () => {
    const [young, old] = [await codeFor(op, browser), await codeFor(op, browser)];
    op.clock.advance(59_999);
    expect((await redeemed({ code: young.code, code_verifier: young.verifier })).status).toBe(200);
    op.clock.advance(1);
    expect(await redeemed({ code: old.code, code_verifier: old.verifier })).toEqual(INVALID_GRANT);
  });

  test('a tenant may not set more than ten minutes', async () => {
    const tenant = { sojourn: { authorization_code_lifetime_in_seconds: 601 } };
    await expect(op.load({ tenant })).rejects.toThrow('authorization_code_lifetime_in_seconds');
  });
});

describe('security.md 14: a code is bound to client, redirect_uri, challenge, nonce and session', () => {
  test('C03: of spa-a, redeemed by spa-b and by conf-c: the same words as for a code that never was', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const byB = { client_id: 'spa-b', code_verifier: verifier };
    const fromB = { origin: 'https://b.test' };
    expect(await redeemed({ ...byB, code }, fromB)).toEqual(INVALID_GRANT);
    expect(await redeemed({ ...byB, code: 'x'.repeat(43) }, fromB)).toEqual(INVALID_GRANT);
    expect(await redeemed({ ...DESK, code, code_verifier: verifier }, {})).toEqual(INVALID_GRANT);
    expect(await redeemed({ ...DESK, code: 'never', code_verifier: verifier }, {})).toEqual(INVALID_GRANT);
    // Whoever stole it could not spend it.
    expect((await redeemed({ code, code_verifier: verifier })).status).toBe(200);
  });

  test('docs/decisions/0021: the whole address that was answered at is the redirect_uri, as omniauth sends it', async () => {
    for (const redirect_uri of ['https://a.test/cb', 'https://a.test/cb?kept=1']) {
      const request = authorizationRequest(op.issuer, { redirect_uri });
      const { url } = await browser.visit(request.url);
      const code = new URL(url).searchParams.get('code') ?? '';
      const fields = { code, code_verifier: request.verifier };
      for (const wrong of [`${url}&more=1`, url.replace('/cb', '/other'), url.replace(code, 'other')])
        expect(await redeemed({ ...fields, redirect_uri: wrong })).toEqual(INVALID_GRANT);
      expect(await redeemed({ ...fields, redirect_uri: url })).toMatchObject({ status: 200 });
    }
  });

  test('C04: redirect_uri changed or missing at the token endpoint', async () => {
    const { code, verifier } = await codeFor(op, browser);
    for (const redirect_uri of [
      'https://a.test/cb?kept=1',
      'https://a.test/cb/',
      'https://evil.test/cb',
      '',
    ]) {
      const answer = await redeemed({ code, code_verifier: verifier, redirect_uri });
      expect(answer).toEqual(INVALID_GRANT);
    }
    expect((await redeemed({ code, code_verifier: verifier })).status).toBe(200);
  });

  test('security.md 17: the nonce comes back unchanged, and none where none was sent', async () => {
    const nonce = '"<é>\\u0000⛵️';
    expect(claimsOf((await tokensFor(op, browser, { nonce })).id_token).nonce).toBe(nonce);
    expect(claimsOf((await tokensFor(op, browser, { nonce: null })).id_token)).not.toHaveProperty('nonce');
  });

  test('altered by one character it is unknown', async () => {
    const { code, verifier } = await codeFor(op, browser);
    for (const other of [
      `${code}A`,
      code.slice(0, -1),
      code.toUpperCase(),
      ` ${code}`,
      `${code[0] === 'A' ? 'B' : 'A'}${code.slice(1)}`,
    ]) {
      expect(await redeemed({ code: other, code_verifier: verifier })).toEqual(INVALID_GRANT);
    }
  });
});

describe('C07: a code obtained, and then', () => {
  test.each([
    ['the session was signed out', 'sign-out'],
    ['the user was blocked', 'block'],
    ['the password was changed', 'password'],
  ])('%s: invalid_grant', async (_name, what) => {
    const mine = await browserWithSession(op, 'auth0|otto');
    const { code, verifier } = await codeFor(op, mine);
    const before = await tokensFor(op, mine);
    const change = { userId: 'auth0|otto', now: op.clock.now(), events: [] };
    if (what === 'sign-out') {
      await mine.visit(`${op.issuer}oidc/logout`, { 'sec-fetch-site': 'same-origin' });
    } else if (what === 'block') {
      await op.store.blockUser({ ...change, blocked: true });
    } else {
      const user = await op.store.findUser('auth0|otto');
      await op.store.changePassword({ ...change, passwordHash: user?.passwordHash ?? '' });
    }
    expect(await redeemed({ code, code_verifier: verifier })).toEqual(INVALID_GRANT);
    expect(await isAlive(op, before.access_token)).toBe(false);
    if (what === 'block') await op.store.blockUser({ ...change, blocked: false });
    expect(await redeemed({ code, code_verifier: verifier })).toEqual(INVALID_GRANT);
    expect(await isAlive(op, before.access_token)).toBe(false);
  });

  test('the client may not use the grant any more: refused before the code is looked at', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const [client] = tenantFile().clients as [Record<string, unknown>];
    await op.load({ clients: [{ ...client, grant_types: ['client_credentials'] }] });
    const { status, body } = await redeemed({ code, code_verifier: verifier });
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'unauthorized_client' });
    const page = await browser.visit(authorizationRequest(op.issuer).url);
    expect(answerOf(page).get('error')).toBe('unauthorized_client');
    await op.load({ clients: [client] });
    expect((await redeemed({ code, code_verifier: verifier })).status).toBe(200);
  });

  test('its callback was taken out of the registration: no code goes there, interactions included', async () => {
    const [client] = tenantFile().clients as [Record<string, unknown>];
    const fresh = new HttpBrowser(op.issuer);
    const login = await fresh.visit(authorizationRequest(op.issuer).url);
    await op.load({ clients: [{ ...client, callbacks: ['https://a.test/other'] }] });
    const page = await fresh.submit(login, {
      username: 'mira@harbour.example',
      password: 'harbour-lights-42',
    });
    expect(page.headers.get('location')).toBeNull();
    expect(page.status).toBe(400);
    await op.load({ clients: [client] });
  });
});

describe('RFC 6749 §5.1: the answer', () => {
  test('security.md 22: no-store, JSON, Bearer, and expires_in as a number', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const response = await redeem(op.issuer, { code, code_verifier: verifier });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('pragma')).toBe('no-cache');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toMatchObject({
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'openid profile email',
    });
  });

  test('security.md 23: scope is what was granted; without openid there is no ID token and no userinfo', async () => {
    const tokens = await tokensFor(op, browser, { scope: 'profile made:up offline_access' });
    expect(tokens.scope).toBe('profile');
    expect(tokens).not.toHaveProperty('id_token');
    expect(tokens).not.toHaveProperty('refresh_token');
    const response = await fetch(`${op.issuer}userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(response.status).toBe(403);
  });
});
