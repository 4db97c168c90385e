import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchangeInPage } from '../rig/attachments.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { codeFor, expectRefusedPage, FRAME, PAGE_OF_A } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const FORM_POST = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-user': '?1',
};
const NO_CORS = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'cross-site' };

/** Origins that are not the client’s. */
const STRANGERS = [
  'https://evil.test',
  'null',
  'https://a.test.evil.test',
  'http://a.test',
  'https://a.test:8443',
  'https://a.test/',
  'https://A.test',
  'https://sub.a.test',
  'https://b.test',
  '*',
];

/** How a browser may be made to send a token request that the application did not. */
const PLANTINGS: [string, Record<string, string>][] = [
  ...STRANGERS.map(
    (origin) => [`fetch from ${origin}`, { ...PAGE_OF_A, origin }] as [string, Record<string, string>],
  ),
  ['a top-level form of evil.test', { ...FORM_POST, origin: 'https://evil.test' }],
  ['a top-level form of a page without origin', { ...FORM_POST, origin: 'null' }],
  ['a top-level form of a.test itself', { ...FORM_POST, origin: 'https://a.test' }],
  [
    'a no-cors fetch of a sibling',
    { ...NO_CORS, 'sec-fetch-site': 'same-site', origin: 'https://evil.a.test' },
  ],
  ['a no-cors fetch of a.test itself', { ...NO_CORS, origin: 'https://a.test' }],
  ['a form in a frame', { ...FORM_POST, 'sec-fetch-dest': 'iframe', origin: 'https://evil.test' }],
  ['a same-origin request', { ...PAGE_OF_A, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }],
  ['a browser that hides its origin', { 'sec-fetch-site': 'cross-site' }],
  ['a browser that says only what for', { 'sec-fetch-dest': 'empty' }],
  ['an old browser’s form', { origin: 'https://evil.test' }],
];

describe('design.md 4: planting is refused, before code, token or secret is looked at', () => {
  test.each(PLANTINGS)('%s: 403, no cookie, the code not spent', async (_name, headers) => {
    const { code, verifier } = await codeFor(op, browser);
    const victim = new HttpBrowser(op.issuer);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'spa-a',
      redirect_uri: 'https://a.test/cb',
      code,
      code_verifier: verifier,
    });
    for (const type of ['application/x-www-form-urlencoded', 'text/plain;charset=UTF-8']) {
      const answer = await victim.send('POST', `${op.issuer}oauth/token`, `${body}`, {
        ...headers,
        'content-type': type,
      });
      expect(answer.status).toBe(403);
      expect(answer.headers.getSetCookie()).toEqual([]);
      // A page that another client lists may read why it was refused; no other may.
      const mayRead = headers.origin === 'https://a.test' || headers.origin === 'https://b.test';
      expect(answer.headers.get('access-control-allow-origin')).toBe(mayRead ? headers.origin : null);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(JSON.parse(answer.html)).toHaveProperty('error', 'access_denied');
    }
    const honest = await exchangeInPage(victim, op, { code, verifier });
    expect(honest.status).toBe(200);
    expect(honest.headers.getSetCookie()).toHaveLength(1);
  });

  test('the same answer for good and bad codes and secrets: nothing of them is looked at', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const texts = new Set<string>();
    for (const fields of [
      { client_id: 'spa-a', code, code_verifier: verifier },
      { client_id: 'spa-a', code: 'never' },
      { client_id: 'nobody' },
      { client_id: 'conf-c', client_secret: 'a-secret-of-the-desk-that-is-long-enough', code: 'never' },
      { client_id: 'conf-c', client_secret: 'wrong' },
    ]) {
      const body = new URLSearchParams({ grant_type: 'authorization_code', ...fields }).toString();
      const headers = {
        ...NO_CORS,
        origin: 'https://evil.test',
        'content-type': 'application/x-www-form-urlencoded',
      };
      const { status, text } = await httpRequest('POST', `${op.issuer}oauth/token`, headers, body);
      texts.add(`${status} ${text}`);
    }
    expect(texts.size).toBe(1);
  });

  test('a page of a.test may not speak for spa-b', async () => {
    const b = { client_id: 'spa-b', redirect_uri: 'https://b.test/cb' };
    const request = await codeFor(op, browser, b);
    const victim = new HttpBrowser(op.issuer);
    expect((await exchangeInPage(victim, op, request, b)).status).toBe(403);
    expect((await exchangeInPage(victim, op, request, b, { origin: 'https://b.test' })).status).toBe(200);
  });

  test('cookies are not read: with or without them the answer is the same', async () => {
    for (const cookie of [
      '',
      '__Host-sojourn.session=v1.x.y.0.z',
      [...browser.cookies].map((pair) => pair.join('=')).join('; '),
    ]) {
      const { code, verifier } = await codeFor(op, browser);
      const answer = await exchangeInPage(new HttpBrowser(op.issuer), op, { code, verifier }, {}, { cookie });
      expect(answer.status).toBe(200);
    }
  });

  test('Node’s fetch says "sec-fetch-mode: cors" and no Origin: it is no browser, and no cookie comes back', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'spa-a',
      redirect_uri: 'https://a.test/cb',
      code,
      code_verifier: verifier,
    }).toString();
    const headers = { 'sec-fetch-mode': 'cors', 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await httpRequest('POST', `${op.issuer}oauth/token`, headers, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('security.md 24: CORS only for registered web origins, null never (B16)', () => {
  const preflight = (path: string, origin: string) =>
    httpRequest('OPTIONS', op.issuer + path, {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,auth0-client',
    });

  test.each(STRANGERS.filter((origin) => origin !== 'https://b.test'))(
    '%s is told nothing, at preflight, token and userinfo',
    async (origin) => {
      for (const path of ['oauth/token', 'userinfo']) {
        const asked = await preflight(path, origin);
        const posted = await httpRequest(
          'POST',
          op.issuer + path,
          {
            origin,
            'content-type': 'application/x-www-form-urlencoded',
          },
          'client_id=spa-a',
        );
        for (const { headers } of [asked, posted]) {
          expect(headers.get('access-control-allow-origin')).toBeNull();
          expect(headers.get('access-control-allow-credentials')).toBeNull();
        }
      }
    },
  );

  test('a registered origin: credentials at the token endpoint only', async () => {
    const token = await preflight('oauth/token', 'https://a.test');
    expect(token.status).toBe(204);
    expect(token.headers.get('access-control-allow-origin')).toBe('https://a.test');
    expect(token.headers.get('access-control-allow-credentials')).toBe('true');
    expect(token.headers.get('access-control-allow-methods')).toContain('POST');
    expect(token.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('auth0-client');
    expect(token.headers.get('vary')).toBe('Origin');
    const userinfo = await preflight('userinfo', 'https://a.test');
    expect(userinfo.headers.get('access-control-allow-origin')).toBe('https://a.test');
    expect(userinfo.headers.get('access-control-allow-credentials')).toBeNull();
    expect(userinfo.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
  });

  test('a refused preflight stands in the record with its origin, and with no more origins than a few', async () => {
    const asking = Array.from({ length: 30 }, (_, index) => `https://stranger-${index}.test`);
    for (const origin of asking) await preflight('userinfo', origin);
    await expect
      .poll(async () => {
        const events = await op.store.findEvents({ after: 0, since: 0, atMost: 1_000 });
        return events.filter(({ name }) => name === 'origin.refused').map(({ reason }) => reason);
      })
      .toContain('preflight');
    const events = await op.store.findEvents({ after: 0, since: 0, atMost: 1_000 });
    const named = new Set(
      events.map(({ reason }) => reason).filter((reason) => reason?.includes('stranger')),
    );
    expect(named.size).toBeLessThanOrEqual(5);
  });

  test('errors can be read by the application’s page as well', async () => {
    const answer = await exchangeInPage(new HttpBrowser(op.issuer), op, { code: 'never', verifier: 'x' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.test');
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
  });

  test('the answer itself only for that client’s origins (design.md 13): userinfo', async () => {
    const { code, verifier } = await codeFor(op, browser);
    const answer = await exchangeInPage(new HttpBrowser(op.issuer), op, { code, verifier });
    const { access_token } = JSON.parse(answer.html) as { access_token: string };
    const read = async (origin: string) => {
      const headers = { ...PAGE_OF_A, origin, authorization: `Bearer ${access_token}` };
      return (await httpRequest('GET', `${op.issuer}userinfo`, headers)).headers;
    };
    expect((await read('https://a.test')).get('access-control-allow-origin')).toBe('https://a.test');
    expect((await read('https://b.test')).get('access-control-allow-origin')).toBeNull();
  });

  test.each(['authorize', 'continue', 'u/login', 'v2/logout', 'oidc/logout', 'readyz'])(
    '%s answers no other origin',
    async (path) => {
      const headers = { ...PAGE_OF_A, cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; ') };
      const answer = await httpRequest('GET', op.issuer + path, headers);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect((await preflight(path, 'https://a.test')).headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});

describe('docs/decisions/0021: an SPA that registered callbacks alone', () => {
  const page = { ...PAGE_OF_A, origin: 'http://localhost:5601' };
  const spa = {
    client_id: 'bare-spa',
    name: 'Bare',
    app_type: 'spa',
    callbacks: ['http://localhost:5601/'],
    sojourn: { attach: true },
  };
  const fields = { client_id: 'bare-spa', redirect_uri: 'http://localhost:5601/' };

  test('its page exchanges its code, reads userinfo and revokes: without credentials and without an attachment', async () => {
    await op.load({ clients: [spa] });
    for (const path of ['oauth/token', 'oauth/revoke', 'userinfo']) {
      const asked = await httpRequest('OPTIONS', op.issuer + path, {
        origin: page.origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'auth0-client',
      });
      expect(asked.headers.get('access-control-allow-origin')).toBe(page.origin);
      expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    }
    const { code, verifier } = await codeFor(op, browser, fields);
    const victim = new HttpBrowser(op.issuer);
    const answer = await exchangeInPage(victim, op, { code, verifier }, fields, page);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(page.origin);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.getSetCookie()).toEqual([]);
    const { access_token } = JSON.parse(answer.html) as { access_token: string };
    const bearer = { ...page, authorization: `Bearer ${access_token}` };
    const read = await httpRequest('GET', `${op.issuer}userinfo`, bearer);
    expect([read.status, read.headers.get('access-control-allow-origin')]).toEqual([200, page.origin]);
  });

  test('it gets no message: for that it must register the origin', async () => {
    const { url } = authorizationRequest(op.issuer, {
      ...fields,
      prompt: 'none',
      response_mode: 'web_message',
    });
    expectRefusedPage(await browser.send('GET', url, null, FRAME));
  });

  test('a form that another page makes the browser send there is refused as before', async () => {
    const { code, verifier } = await codeFor(op, browser, fields);
    const planted = await exchangeInPage(new HttpBrowser(op.issuer), op, { code, verifier }, fields, {
      ...FORM_POST,
      origin: page.origin,
    });
    expect([planted.status, planted.headers.getSetCookie()]).toEqual([403, []]);
  });
});
