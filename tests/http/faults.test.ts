import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { faultyStore } from '../rig/faulty-store.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem } from '../rig/relying-party.js';
import { askInFrame, codeFor, tokensFor } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const { fault, wrapStore } = faultyStore();
const everything = () => true;

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile(), wrapStore });
});
afterEach(() => {
  fault.fails = null;
});
afterAll(() => op.stop());

const status = async (path: string) => {
  const response = await fetch(`${op.issuer}${path}`);
  return { status: response.status, headers: response.headers, body: await response.text() };
};

describe('health', () => {
  test('both are 200 while the store answers, and are not cached', async () => {
    for (const path of ['healthz', 'readyz']) {
      const answer = await status(path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
  });

  test('the store gone: /readyz 503 with Retry-After while /healthz stays 200; back again: 200', async () => {
    fault.fails = everything;
    expect((await status('healthz')).status).toBe(200);
    const unready = await status('readyz');
    expect([unready.status, unready.headers.get('retry-after')]).toEqual([503, '2']);
    fault.fails = null;
    expect((await status('readyz')).status).toBe(200);
  });

  test('a store that reads and does not write is not ready', async () => {
    fault.fails = (method) => !method.startsWith('find');
    expect((await status('readyz')).status).toBe(503);
  });

  test('keys and metadata need no store', async () => {
    fault.fails = everything;
    for (const path of ['.well-known/openid-configuration', '.well-known/jwks.json'])
      expect((await status(path)).status).toBe(200);
  });
});

describe('the store does not answer', () => {
  test('design.md 6: prompt=none says temporarily_unavailable in every mode, never login_required', async () => {
    const browser = await browserWithSession(op);
    for (const fails of [everything, (method: string) => method === 'saveAuthorizationCode']) {
      fault.fails = fails;
      const { request, response } = await askInFrame(op, browser);
      expect(response).toMatchObject({
        error: 'temporarily_unavailable',
        sojourn_reason: 'store-unavailable',
        state: request.state,
        iss: op.issuer,
      });
      const query = authorizationRequest(op.issuer, { prompt: 'none' });
      expect(answerOf(await browser.visit(query.url)).get('error')).toBe('temporarily_unavailable');
    }
    fault.fails = null;
    expect((await askInFrame(op, browser)).response.code).toBeDefined();
  });

  test('a fault of another kind is server_error with prompt=none, never login_required', async () => {
    const browser = await browserWithSession(op);
    const { error } = fault;
    fault.error = () => new TypeError('a canary of a stack');
    fault.fails = everything;
    try {
      const { response } = await askInFrame(op, browser);
      expect(response.error).toBe('server_error');
      const page = await browser.visit(authorizationRequest(op.issuer).url);
      expect(page.status).toBe(500);
      expect(JSON.stringify(response) + page.html).not.toContain('canary');
      expect(JSON.stringify(op.logLines)).toContain('a canary of a stack');
    } finally {
      fault.error = error;
    }
  });

  test('pages are 503 with Retry-After, forget no cookie and sign nobody out', async () => {
    const browser = await browserWithSession(op);
    const login = await browser.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
    const before = browser.setCookies.length;
    fault.fails = everything;
    const pages = [
      await browser.visit(authorizationRequest(op.issuer).url),
      await browser.visit(login.url),
      await browser.submit(login, { username: 'mira', password: PASSWORD }),
      await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`, { referer: 'https://a.test/' }),
      await browser.visit(`${op.issuer}oidc/logout`),
    ];
    for (const page of pages) {
      expect([page.status, page.headers.get('retry-after')], page.url).toEqual([503, '2']);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.html).toContain('We cannot answer at this moment');
    }
    expect(browser.setCookies).toHaveLength(before);
    fault.fails = null;
    expect((await browser.visit(authorizationRequest(op.issuer).url)).url).toContain('code=');
  });

  test('a sign-out that could not be written is not told as done', async () => {
    const browser = await browserWithSession(op);
    const tokens = await tokensFor(op, browser);
    fault.fails = (method) => method === 'endSessionsOfBrowser';
    const page = await browser.visit(`${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}`);
    expect(page.status).toBe(503);
    expect(browser.cookies.has('__Host-sojourn.session')).toBe(true);
    fault.fails = null;
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('the token endpoint is 503 JSON with Retry-After, and the code is good afterwards', async () => {
    const browser = await browserWithSession(op);
    const { code, verifier } = await codeFor(op, browser);
    for (const fails of [everything, (method: string) => method === 'redeemAuthorizationCode']) {
      fault.fails = fails;
      const refused = await redeem(op.issuer, { code, code_verifier: verifier });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
      expect(((await refused.json()) as { error: string }).error).toBe('temporarily_unavailable');
    }
    fault.fails = null;
    expect((await redeem(op.issuer, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('the page that asked can read the 503: without CORS an SDK takes it for a network failure', async () => {
    const browser = await browserWithSession(op);
    const { code, verifier } = await codeFor(op, browser);
    fault.fails = everything;
    const refused = await redeem(op.issuer, { code, code_verifier: verifier });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://a.test');
  });

  test('userinfo is 503, never 401: SDKs end the session on that', async () => {
    const browser = await browserWithSession(op);
    const tokens = await tokensFor(op, browser);
    fault.fails = everything;
    const response = await fetch(`${op.issuer}userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  });

  test('a password that was verified when the session could not be written gives no cookie, and its place back', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    fault.fails = (method) => method === 'beginSession';
    for (let index = 0; index < 12; index += 1) {
      const page = await browser.submit(login, { username: 'mira', password: PASSWORD });
      expect(page.status).toBe(503);
    }
    expect([...browser.cookies.keys()]).toEqual(['__Host-sojourn.browser']);
    fault.fails = null;
    expect((await browser.submit(login, { username: 'mira', password: PASSWORD })).url).toContain('code=');
  });
});

describe('security.md 88: errors', () => {
  test('reflect nothing, tell no stack and no version, on any route', async () => {
    const canary = 'reflected-canary-<svg>';
    const browser = new HttpBrowser(op.issuer);
    for (const path of [
      `authorize?client_id=${canary}`,
      `authorize?client_id=spa-a&redirect_uri=https://a.test/${canary}`,
      `continue?state=${canary}`,
      `u/login?state=${canary}`,
      `v2/logout?client_id=${canary}`,
      `oidc/logout?post_logout_redirect_uri=${canary}&client_id=spa-a`,
      canary,
    ]) {
      const page = await browser.visit(`${op.issuer}${path}`);
      expect(page.status, path).toBeGreaterThanOrEqual(400);
      expect(page.html).not.toContain('reflected-canary');
      expect(page.html).not.toMatch(/\bat .*\.[jt]s:\d+/);
      for (const header of ['server', 'x-powered-by']) expect(page.headers.get(header)).toBeNull();
    }
  });
});
