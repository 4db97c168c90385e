import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { expectRefusedPage } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const MUTANTS = [
  ['host in capitals', 'https://A.test/cb'],
  ['scheme in capitals', 'HTTPS://a.test/cb'],
  ['default port', 'https://a.test:443/cb'],
  ['trailing slash', 'https://a.test/cb/'],
  ['extra path', 'https://a.test/cb/evil'],
  ['dot segments', 'https://a.test/x/../cb'],
  ['encoded dot segments', 'https://a.test/x/%2e%2e/cb'],
  ['added query', 'https://a.test/cb?evil=1'],
  ['fragment', 'https://a.test/cb#evil'],
  ['userinfo', 'https://a.test@evil.test/cb'],
  ['longer host', 'https://a.test.evil.test/cb'],
  ['encoded dot in the host', 'https://a%2etest/cb'],
  ['backslash', 'https://a.test\\cb'],
  ['tab', 'https://a.test/\tcb'],
  ['newline', 'https://a.test/cb\n'],
  ['NUL', 'https://a.test/cb\0'],
  ['spaces around', ' https://a.test/cb '],
  ['encoded twice', 'https%3A%2F%2Fa.test%2Fcb'],
  ['homograph', 'https://а.test/cb'],
  ['http', 'http://a.test/cb'],
  ['no scheme', '//a.test/cb'],
  ['javascript:', 'javascript:alert(1)//https://a.test/cb'],
  ['data:', 'data:text/html,https://a.test/cb'],
  ['wildcard', 'https://a.test/*'],
  ['empty', ''],
] as const;

describe('security.md 1: redirect_uri is compared as an exact string (A01)', () => {
  test.each(['query', 'fragment', 'form_post', 'web_message'])(
    '%s: the registered one is answered',
    async (mode) => {
      const request = authorizationRequest(op.issuer, { prompt: 'none', response_mode: mode });
      const page = await browser.visit(request.url);
      expect(`${page.url} ${page.html}`).toContain(encodeURIComponent(request.state).slice(0, 8));
      expect(page.status).toBeLessThan(400);
    },
  );

  test.each(MUTANTS)('%s: a page, no Location, no message, in every mode', async (_name, redirectUri) => {
    for (const mode of [null, 'fragment', 'form_post', 'web_message']) {
      const { url } = authorizationRequest(op.issuer, {
        redirect_uri: redirectUri,
        response_mode: mode,
        prompt: 'none',
      });
      const page = await browser.send('GET', url, null, {});
      expectRefusedPage(page);
      expect(page.html).not.toContain('evil');
      expect(page.html).not.toContain('<form');
    }
  });
});

describe('security.md 2: missing or bad client_id or redirect_uri: error page, no Location, no message', () => {
  test.each([
    ['no client_id', { client_id: null }],
    ['unknown client_id', { client_id: 'nobody' }],
    ['a client_id of another shape', { client_id: '__proto__' }],
    ['no redirect_uri', { redirect_uri: null }],
    ['the redirect_uri of another client', { redirect_uri: 'https://b.test/cb' }],
    [
      'unknown client_id with web_message',
      { client_id: 'nobody', response_mode: 'web_message', prompt: 'none' },
    ],
  ])('%s', async (_name, overrides: Record<string, string | null>) => {
    expectRefusedPage(await browser.send('GET', authorizationRequest(op.issuer, overrides).url, null, {}));
  });

  test('A06: unknown clients of any name get the same page', async () => {
    const bodies = await Promise.all(
      ['nobody', 'nobody-else', 'constructor'].map(async (client_id) => {
        const page = await browser.send('GET', authorizationRequest(op.issuer, { client_id }).url, null, {});
        expect(page.status).toBe(400);
        return page.html.replaceAll(/[2-9A-Z]{4}-[2-9A-Z]{2}/g, 'REFERENCE');
      }),
    );
    expect(new Set(bodies).size).toBe(1);
  });
});

describe('security.md 7: repeated parameters are refused (A02)', () => {
  const EVIL: Record<string, string> = {
    client_id: 'spa-b',
    redirect_uri: 'https://evil.test/cb',
    response_type: 'token',
    scope: 'openid evil',
    state: 'evil',
    nonce: 'evil',
    code_challenge: 'A'.repeat(43),
  };
  const cases = Object.keys(EVIL).flatMap((name) => [
    [name, 'good first'] as const,
    [name, 'evil first'] as const,
  ]);

  test.each(cases)('%s, %s', async (name, order) => {
    const good = new URL(authorizationRequest(op.issuer).url);
    const evil = `${name}=${encodeURIComponent(EVIL[name] as string)}`;
    const query = good.search.slice(1);
    const url = `${op.issuer}authorize?${order === 'good first' ? `${query}&${evil}` : `${evil}&${query}`}`;
    const page = await browser.send('GET', url, null, {});
    const location = page.headers.get('location');
    if (name === 'client_id' || name === 'redirect_uri') {
      expectRefusedPage(page);
    } else {
      expect(location).toMatch(/^https:\/\/a\.test\/cb[?#]error=invalid_request&/);
    }
    expect(location ?? '').not.toContain('evil');
  });

  test.each(Object.keys(EVIL))('%s in the query of a POST as well as in its body', async (name) => {
    const body = new URL(authorizationRequest(op.issuer).url).searchParams;
    const page = await browser.send(
      'POST',
      `${op.issuer}authorize?${name}=${encodeURIComponent(EVIL[name] as string)}`,
      body,
      { origin: 'https://a.test', 'sec-fetch-site': 'cross-site' },
    );
    expectRefusedPage(page);
  });

  test('resource alone may be repeated', async () => {
    const { url } = authorizationRequest(op.issuer);
    const resource = encodeURIComponent('https://api.a.test/');
    const page = await browser.visit(`${url}&resource=${resource}&resource=${resource}`);
    expect(answerOf(page).get('code')).toBeTruthy();
  });
});

describe('RFC 8252 §7.3: only the port of a registered loopback address may differ (A03)', () => {
  const ask = (redirect_uri: string, client_id = 'native-n') =>
    browser.send('GET', authorizationRequest(op.issuer, { client_id, redirect_uri }).url, null, {});

  test.each(['http://127.0.0.1/cb', 'http://127.0.0.1:49152/cb', 'http://127.0.0.1:1/cb'])(
    '%s',
    async (redirectUri) => {
      const page = await ask(redirectUri);
      expect(page.headers.get('location')).toMatch(/^\/u\/consent\?/);
    },
  );

  test.each([
    'http://localhost:49152/cb',
    'http://127.0.0.2:49152/cb',
    'http://127.0.0.1.evil.test/cb',
    'http://127.0.0.1:49152@evil.test/cb',
    'http://127.0.0.1:49152/other',
    'http://127.0.0.1:49152/cb/',
    'http://127.0.0.1:49152/cb?x=1',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1:65536/cb',
    'https://127.0.0.1:49152/cb',
    'http://[::1]:49152/cb',
    'http://0177.0.0.1:49152/cb',
    'test.harbour.handheld://cb/other',
  ])('%s is refused', async (redirectUri) => expectRefusedPage(await ask(redirectUri)));
});

describe('security.md 3: no endpoint redirects to a URL that is not registered for the named client', () => {
  test.each([
    'u/login?state=https://evil.test/',
    'u/login?returnTo=https://evil.test/',
    'continue?state=https://evil.test/',
    'continue?state=//evil.test&redirect_uri=https://evil.test/',
    'u/consent?state=x&redirect=https://evil.test/',
    'authorize?sojourn_posted=https://evil.test/',
    'u/signed-out?returnTo=https://evil.test/',
  ])('%s', async (path) => {
    const page = await browser.send('GET', `${op.issuer}${path}`, null, {});
    expect(page.headers.get('location')).toBeNull();
    expect(page.html).not.toContain('evil.test');
  });
});

describe('security.md 10: a scheme that runs what follows is refused at use, whatever is registered', () => {
  test.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'blob:https://a.test/1', 'file:///x'])(
    '%s',
    async (callback) => {
      const file = tenantFile();
      const clients = [{ ...file.clients[0], callbacks: [callback] }];
      await expect(op.load({ clients })).rejects.toThrow();
      const { url } = authorizationRequest(op.issuer, { redirect_uri: callback });
      expectRefusedPage(await browser.send('GET', url, null, {}));
    },
  );
});

describe('J06: malformed URLs and percent sequences in every parameter are answered at once', () => {
  const NAMES = [...new URL(authorizationRequest('https://x/').url).searchParams.keys(), 'id_token_hint'];
  const MALFORMED = ['%', '%zz', '%ff', '%c0%ae', '%00', '%ed%a0%80', 'http://[', 'https://a.test:99999/'];

  test.each(NAMES)('%s', async (name) => {
    for (const value of MALFORMED) {
      const url = new URL(authorizationRequest(op.issuer).url);
      url.searchParams.delete(name);
      const { status, headers } = await httpRequest('GET', `${url.href}&${name}=${value}`);
      expect([303, 400]).toContain(status);
      expect(headers.get('location') ?? 'https://a.test/').toMatch(/^(https:\/\/a\.test\/|\/u\/login)/);
    }
  });

  test.each(['/%', '/%zz', '/authorize%', '/%c0%ae%c0%ae/', '//evil.test/..'])('path %s', async (path) => {
    const { status, headers, text } = await httpRequest('GET', `${op.issuer.slice(0, -1)}${path}`);
    expect([400, 404]).toContain(status);
    expect(headers.get('location')).toBeNull();
    // security.md 88: no reflection.
    expect(text).toMatch(/^\{"error":"(invalid_request|not_found)"\}$/);
  });
});
