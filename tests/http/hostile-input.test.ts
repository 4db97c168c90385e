import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareCost, TIMES_AT_MOST } from '../rig/cost.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

describe('J01: heads that are too large', () => {
  test('64 KB in one header, 500 headers, a 64 KB cookie or URL: 4xx, and the server goes on', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`x-h-${index}`, 'v'.repeat(64)]),
    );
    for (const [name, url, headers] of [
      ['header', op.issuer, { 'x-large': 'a'.repeat(65_536) }],
      ['headers', op.issuer, many],
      ['cookie', op.issuer, { cookie: `a=${'b'.repeat(65_536)}` }],
      ['URL', `${op.issuer}authorize?state=${'a'.repeat(65_536)}`, {}],
    ] as const) {
      const { status } = await httpRequest('GET', url, headers);
      expect(status, name).toBeGreaterThanOrEqual(400);
      expect(status, name).toBeLessThan(500);
    }
    expect((await httpRequest('GET', `${op.issuer}healthz`)).status).toBe(200);
  });

  test('1,000 cookies of others do not keep anybody from signing in', async () => {
    const browser = new HttpBrowser(op.issuer);
    for (let index = 0; index < 1_000; index += 1) browser.cookies.set(`c${index}`, 'x');
    const callback = await signIn(browser, authorizationRequest(op.issuer));
    expect(answerOf(callback).has('code')).toBe(true);
  });
});

describe('J02: parameters that are too large are refused before any work', () => {
  const cases = {
    'scope of 50,000 values': { scope: 'openid '.repeat(50_000) },
    'claims with 10,000 members': {
      claims: JSON.stringify({
        id_token: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [i, null])),
      }),
    },
    'acr_values of 30 KB': { acr_values: 'a '.repeat(15_000), scope: 'openid '.repeat(2_000) },
  };
  for (const [name, overrides] of Object.entries(cases))
    test(name, async () => {
      const body = new URL(authorizationRequest(op.issuer, overrides).url).searchParams.toString();
      const answer = await httpRequest('POST', `${op.issuer}authorize`, FORM, body);
      const honest = new URL(authorizationRequest(op.issuer).url).searchParams.toString();
      const times = await compareCost(
        () => httpRequest('POST', `${op.issuer}authorize`, FORM, body),
        () => httpRequest('POST', `${op.issuer}authorize`, FORM, honest),
      );
      expect(times).toBeLessThanOrEqual(TIMES_AT_MOST);
      expect([303, 400, 413]).toContain(answer.status);
      if (answer.status === 303) {
        const next = await httpRequest('GET', new URL(answer.headers.get('location') ?? '', op.issuer).href);
        expect(next.headers.get('location')).toContain('error=invalid_request');
      }
    });

  test('a body over 64 KB: 413, whatever it holds', async () => {
    for (const path of ['oauth/token', 'u/login', 'oidc/logout', 'authorize'])
      expect((await httpRequest('POST', `${op.issuer}${path}`, FORM, 'a'.repeat(70_000))).status).toBe(413);
  });

  test('over 100 parameters: 400', async () => {
    const body = Array.from({ length: 101 }, (_, index) => `p${index}=x`).join('&');
    expect((await httpRequest('POST', `${op.issuer}oauth/token`, FORM, body)).status).toBe(400);
    expect((await httpRequest('GET', `${op.issuer}authorize?${body}`)).status).toBe(400);
  });
});

describe('J03, J05, J06: odd bytes', () => {
  test('invalid UTF-8, overlong forms, NUL and broken percent sequences are refused on every route', async () => {
    for (const bytes of ['%ff', '%c0%ae', '%00', '%', '%zz', '%ed%a0%80'])
      for (const path of [
        `authorize?client_id=spa-a&state=${bytes}`,
        `continue?state=${bytes}`,
        `u/login?state=${bytes}`,
        `v2/logout?returnTo=${bytes}`,
        `oidc/logout?state=${bytes}`,
      ]) {
        const answer = await httpRequest('GET', `${op.issuer}${path}`);
        expect([answer.status, answer.headers.get('location')], path).toEqual([400, null]);
      }
  });

  test('__proto__, constructor and prototype as names or values change nothing', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      for (const path of [`authorize?${name}=x&client_id=${name}`, `v2/logout?client_id=${name}`])
        expect((await httpRequest('GET', `${op.issuer}${path}`)).status, path).toBe(400);
      const json = await httpRequest(
        'POST',
        `${op.issuer}oauth/token`,
        { 'content-type': 'application/json' },
        `{"${name}":{"polluted":"yes"},"grant_type":"${name}","client_id":"${name}"}`,
      );
      expect([400, 401]).toContain(json.status);
    }
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    const callback = await signIn(new HttpBrowser(op.issuer), authorizationRequest(op.issuer));
    expect(answerOf(callback).has('code')).toBe(true);
  });

  test('J04: 60 KB made to hurt an expression, in identifier, language and redirect: answered at once', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    const { fields } = formOf(login);
    for (const username of ['a@'.repeat(25_000), `${'a.'.repeat(25_000)}@b`, '\u0300'.repeat(9_000)]) {
      const attempt = (name: string) => {
        const body = new URLSearchParams({ ...fields, username: name, password: PASSWORD });
        return browser.send('POST', `${op.issuer}u/login`, body, {});
      };
      expect([400, 413]).toContain((await attempt(username)).status);
      // Either costs the hash of one password.
      const times = await compareCost(
        () => attempt(username),
        () => attempt('nobody@harbour.example'),
      );
      expect(times).toBeLessThanOrEqual(TIMES_AT_MOST);
    }
    const ask = (languages: string) =>
      httpRequest('GET', `${op.issuer}authorize`, { 'accept-language': languages });
    const times = await compareCost(
      () => ask('a-'.repeat(6_000)),
      () => ask('de'),
    );
    expect(times).toBeLessThanOrEqual(TIMES_AT_MOST);
  });
});
