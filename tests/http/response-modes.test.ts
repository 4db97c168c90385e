import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { authorizationRequest, messageOf, signIn } from '../rig/relying-party.js';
import { askInFrame, expectRefusedPage, FRAME, type Overrides } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const MODES = ['query', 'fragment', 'form_post', 'web_message'] as const;
type Mode = (typeof MODES)[number];

/** The answer's parameters as the relying party reads them, whatever carried them. */
function read(mode: Mode, page: Page): Record<string, string> {
  const location = page.headers.get('location') ?? '';
  switch (mode) {
    case 'query':
      expect(page.status).toBe(303);
      expect(location).toMatch(/^https:\/\/a\.test\/cb\?[^#]*$/);
      return Object.fromEntries(new URL(location).searchParams);
    case 'fragment':
      expect(page.status).toBe(303);
      expect(location).toMatch(/^https:\/\/a\.test\/cb#[^?]*$/);
      return Object.fromEntries(new URLSearchParams(new URL(location).hash.slice(1)));
    case 'form_post': {
      expect(page.status).toBe(200);
      const { action, fields } = formOf(page);
      expect(action).toBe('https://a.test/cb');
      return fields;
    }
    case 'web_message':
      expect(page.status).toBe(200);
      return messageOf(page).response;
  }
}

const ask = async (mode: Mode, overrides: Overrides = {}, by: HttpBrowser = browser) => {
  const request = authorizationRequest(op.issuer, { response_mode: mode, prompt: 'none', ...overrides });
  const page = await by.send('GET', request.url, null, {});
  return { request, page, answer: read(mode, page) };
};

describe.each(MODES)('%s', (mode) => {
  test('security.md 4: iss stands in the successful answer and equals the metadata issuer (A04)', async () => {
    const { request, answer } = await ask(mode);
    expect(answer).toEqual({ code: expect.any(String), state: request.state, iss: op.issuer });
  });

  test('security.md 4: iss stands in the error answer as well (A04)', async () => {
    const { request, answer } = await ask(mode, {}, new HttpBrowser(op.issuer));
    expect(answer).toMatchObject({ error: 'login_required', state: request.state, iss: op.issuer });
    expect(answer.error_description).toMatch(/^Login required/);
    expect(answer).not.toHaveProperty('code');
  });

  test('security.md 9: no-store, no referrer, no third party’s resource', async () => {
    const { page } = await ask(mode);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.html).not.toMatch(/\b(?:src|href)=|url\(|@import/i);
  });

  test('security.md 6: state comes back byte for byte; without state there is none (A07)', async () => {
    const states = [
      '"><script>alert(1)</script>',
      'a b+c=d&e#f%20?',
      'line\r\nSet-Cookie: evil=1\r\n\r\n<h1>',
      '⛵️ \u2028\u2029 <!-- ]]> \\ \u202e',
      'https://evil.test/',
      '\'"`'.repeat(680),
    ];
    for (const state of states) {
      const { page, answer } = await ask(mode, { state });
      expect(answer.state).toBe(state);
      expect(page.headers.getSetCookie()).toEqual([]);
      expect(page.html).not.toContain('<h1>');
    }
    const { answer } = await ask(mode, { state: null });
    expect(Object.keys(answer).sort()).toEqual(['code', 'iss']);
  });

  test('security.md 6: a state with NUL or over the limit is refused and not repeated', async () => {
    const { url } = authorizationRequest(op.issuer, { response_mode: mode, state: 'a\0b' });
    expectRefusedPage(await browser.send('GET', url, null, {}));
    const long = await ask(mode, { state: 's'.repeat(4_097) });
    expect(long.answer).toMatchObject({ error: 'invalid_request' });
    expect(long.answer).not.toHaveProperty('state');
  });
});

test('a callback with a query of its own keeps it', async () => {
  const { url } = authorizationRequest(op.issuer, { redirect_uri: 'https://a.test/cb?kept=1' });
  const page = await browser.send('GET', url, null, {});
  expect(page.headers.get('location')).toMatch(/^https:\/\/a\.test\/cb\?kept=1&code=/);
});

describe('security.md 8', () => {
  test.each(['jwt', 'query.jwt', 'okta_post_message', 'QUERY', '__proto__'])(
    'unknown mode %s is refused',
    async (response_mode) => {
      const { url } = authorizationRequest(op.issuer, { response_mode });
      const { headers } = await browser.send('GET', url, null, {});
      const answer = new URL(headers.get('location') as string).searchParams;
      expect(answer.get('error')).toBe('invalid_request');
      expect(answer.get('code')).toBeNull();
    },
  );

  test.each(['token', 'id_token', 'code id_token', 'code token', 'id_token token', 'code id_token token'])(
    'response_type %s: never a token or code in the query, and not for a client whose registration lacks it (A09)',
    async (response_type) => {
      for (const response_mode of ['query', null]) {
        const { url } = authorizationRequest(op.issuer, { response_type, response_mode });
        const location = (await browser.send('GET', url, null, {})).headers.get('location') as string;
        expect(location).toMatch(/^https:\/\/a\.test\/cb[?#]error=(unauthorized_client|invalid_request)&/);
        expect(location).not.toMatch(/(?:code|token|id_token)=/);
      }
    },
  );

  test.each(['none', 'password', 'code code', ''])('response_type "%s" is refused', async (response_type) => {
    const { url } = authorizationRequest(op.issuer, { response_type });
    const location = (await browser.send('GET', url, null, {})).headers.get('location') as string;
    expect(location).toMatch(/[?#]error=(unsupported_response_type|invalid_request)&/);
  });
});

describe('security.md 5: never 307 or 308 after credentials were posted (A05)', () => {
  test('each hop after the password is a 303, and the last is a GET without body', async () => {
    const fresh = new HttpBrowser(op.issuer);
    const statuses: number[] = [];
    const send = fresh.send.bind(fresh);
    fresh.send = async (...call) => {
      const page = await send(...call);
      statuses.push(page.status);
      return page;
    };
    const callback = await signIn(fresh, authorizationRequest(op.issuer));
    expect(callback.url).toMatch(/^https:\/\/a\.test\/cb\?code=/);
    expect(callback.url).not.toContain('harbour-lights');
    expect(statuses).toEqual([303, 200, 303, 303]);
  });
});

describe('form_post', () => {
  test('A12: one form to the registered address, a policy that runs only its own script, a button without script', async () => {
    const { page } = await ask('form_post', { state: '"><form action="https://evil.test/">' });
    expect(page.html.match(/<form/g)).toHaveLength(1);
    const script = /<script>(.*?)<\/script>/s.exec(page.html)?.[1] as string;
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${hash('sha256', script, 'base64')}'`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(page.html).toMatch(/<noscript><button type="submit">/);
    expect(page.html.match(/<script/g)).toHaveLength(1);
  });
});

describe('web_message', () => {
  test('security.md 58: only the configured origin may frame the page, and it is the literal target (B04)', async () => {
    const { page, origin } = await askInFrame(op, browser);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toContain('frame-ancestors https://a.test');
    expect(page.headers.get('x-frame-options')).toBeNull();
    expect(origin).toBe('https://a.test');
  });

  test.each([
    ['no word of where it comes from', {}],
    ['the Referer of the application', { ...FRAME, referer: 'https://a.test/' }],
    ['an Origin', { ...FRAME, origin: 'https://evil.test' }],
    ['a Host of its own', { ...FRAME, 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test' }],
    ['a top-level visit', { 'sec-fetch-dest': 'document', referer: 'https://evil.test/' }],
    ['a parameter', { ...FRAME }],
  ])(
    'B06: with %s the target is the configured literal, never * and never a value of the request',
    async (_name, headers: Record<string, string>) => {
      const { url } = authorizationRequest(op.issuer, { prompt: 'none', response_mode: 'web_message' });
      const more = '&web_message_uri=https://evil.test/&web_message_target=evil&origin=https://evil.test';
      const page = await browser.send('GET', url + more, null, headers);
      expect(messageOf(page).origin).toBe('https://a.test');
      expect(page.html).not.toMatch(/'\*'|"\*"|evil/);
    },
  );

  test.each(['</script><script>alert(1)</script>', '<!--', '<!--<script>', '\u2028\u2029', ']]>', '"});//'])(
    'B08: state %s leaves one script and one message',
    async (state) => {
      const { response, page } = await askInFrame(op, browser, { state });
      expect(response.state).toBe(state);
      expect(page.html.match(/<script/gi)).toHaveLength(1);
      expect(page.html.match(/<\/script/gi)).toHaveLength(1);
      expect(page.html).not.toContain('<!--');
      const script = /<script>(.*)<\/script>/s.exec(page.html)?.[1] as string;
      expect(page.headers.get('content-security-policy')).toContain(hash('sha256', script, 'base64'));
    },
  );
});

describe('A08: markup in every parameter makes no element and no attribute on any page', () => {
  const MARKUP = '"><svg onload=1>';
  const PARAMETERS = ['login_hint', 'ui_locales', 'state', 'nonce', 'acr_values', 'display', 'screen_hint'];

  test.each([...PARAMETERS, 'error', 'error_description', 'claims', 'client_id', 'redirect_uri', 'scope'])(
    '%s',
    async (name) => {
      const fresh = new HttpBrowser(op.issuer);
      const { url } = authorizationRequest(op.issuer);
      const target = new URL(url);
      target.searchParams.set(name, MARKUP);
      const page = await fresh.visit(target.href);
      // A value that is refused goes back to the application, escaped as its address demands.
      expect(`${page.url}${page.html}`).toMatch(/^https:\/\/a\.test\/cb\?error=|<\/html>/);
      expect(page.url).not.toContain('<svg');
      expect(page.html).not.toMatch(/<svg onload/i);
    },
  );

  test.each(['u/login', 'u/signup', 'u/consent', 'u/select-account', 'continue', 'v2/logout', 'oidc/logout'])(
    '%s',
    async (path) => {
      const names = ['state', 'returnTo', 'client_id', 'continue', 'error', 'post_logout_redirect_uri'];
      const query = new URLSearchParams(names.map((name) => [name, MARKUP])).toString();
      const page = await browser.send('GET', `${op.issuer}${path}?${query}`, null, {});
      expect(page.html).toContain('</html>');
      expect(page.html).not.toMatch(/<svg onload/i);
    },
  );
});
