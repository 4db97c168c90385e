import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser, type Page } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { FRAME } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
const pages = new Map<string, Page>();

beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  const nobody = new HttpBrowser(op.issuer);
  const mira = await browserWithSession(op);
  const ask = (browser: HttpBrowser, overrides: Record<string, string>) =>
    browser.visit(authorizationRequest(op.issuer, overrides).url);
  pages.set('login', await ask(nobody, {}));
  pages.set('sign up', await ask(nobody, { screen_hint: 'signup' }));
  pages.set('consent', await ask(mira, { prompt: 'consent' }));
  pages.set('account choice', await ask(mira, { prompt: 'select_account' }));
  pages.set('sign-out', await mira.visit(`${op.issuer}v2/logout?client_id=spa-a`));
  pages.set('signed out', await nobody.visit(`${op.issuer}u/signed-out`));
  pages.set('error', await nobody.visit(`${op.issuer}authorize`));
  pages.set('form_post', await ask(mira, { response_mode: 'form_post' }));
});
afterAll(() => op.stop());

/** The policy as a list of sources per directive. */
function policyOf(page: Page): Map<string, string[]> {
  const header = page.headers.get('content-security-policy') ?? '';
  return new Map(
    header.split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
}

describe('security.md 46, 47, F15: every page', () => {
  test('was reached', () => {
    const titles = [...pages].map(([name, page]) => [name, /<title>([^<]*)/.exec(page.html)?.[1]]);
    expect(titles).toHaveLength(8);
    expect(new Set(titles.map(([, title]) => title)).size).toBe(8);
  });

  test('is no resource of another origin’s page', () => {
    for (const [name, page] of pages)
      if (name !== 'form_post')
        expect(page.headers.get('cross-origin-resource-policy'), name).toBe('same-origin');
  });

  test('cannot be framed by anybody', () => {
    for (const [name, page] of pages) {
      expect(policyOf(page).get('frame-ancestors'), name).toEqual(["'none'"]);
      if (name !== 'form_post') expect(page.headers.get('x-frame-options'), name).toBe('DENY');
    }
  });

  test('runs and loads nothing but what its policy names by hash', () => {
    for (const [name, page] of pages) {
      const policy = policyOf(page);
      expect(policy.get('default-src'), name).toEqual(["'none'"]);
      expect(policy.get('base-uri'), name).toEqual(["'none'"]);
      for (const source of [...(policy.get('script-src') ?? []), ...(policy.get('style-src') ?? [])])
        expect(source, name).toMatch(/^'sha256-[\w+/]{43}='$/);
      // What the redirects after a form lead to is the client's business: Chromium would stop them.
      expect(policy.has('form-action'), name).toBe(false);
      expect(page.html, name).not.toMatch(/\son\w+=|javascript:/i);
      expect(page.html, name).not.toMatch(/(src|href)="https?:\/\//);
    }
  });

  test('security.md 9: is not stored, not sniffed, and tells no other site its address', () => {
    for (const [name, page] of pages) {
      expect(page.headers.get('cache-control'), name).toBe('no-store');
      expect(page.headers.get('x-content-type-options'), name).toBe('nosniff');
      expect(page.headers.get('referrer-policy'), name).toMatch(/^(no-referrer|same-origin)$/);
      expect(page.headers.get('cross-origin-opener-policy'), name).toBeNull();
    }
  });

  test('F05: so is every redirect, JSON answer and refusal that a request shaped', async () => {
    const mira = await browserWithSession(op);
    const silent = authorizationRequest(op.issuer, { prompt: 'none', response_mode: 'web_message' });
    const answers = [
      await mira.send('GET', authorizationRequest(op.issuer).url, null, {}),
      await mira.send('GET', silent.url, null, FRAME),
      await mira.send('POST', `${op.issuer}oauth/token`, 'grant_type=x', {
        'content-type': 'application/x-www-form-urlencoded',
      }),
      await mira.send('GET', `${op.issuer}userinfo`, null, {}),
      await mira.send('GET', `${op.issuer}nothing`, null, {}),
      await mira.send('DELETE', `${op.issuer}authorize`, null, {}),
    ];
    for (const answer of answers)
      expect(answer.headers.get('cache-control'), `${answer.url} ${answer.status}`).toBe('no-store');
  });
});

describe('F14: addresses come from the configured issuer, never from the request', () => {
  const EVIL = {
    host: 'evil.test',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.test;proto=http',
  };
  test('metadata, redirects, pages and answers name no other host', async () => {
    const mira = await browserWithSession(op);
    const cookie = [...mira.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    for (const path of [
      '.well-known/openid-configuration',
      '.well-known/jwks.json',
      new URL(authorizationRequest(op.issuer).url).href.slice(op.issuer.length),
      new URL(authorizationRequest(op.issuer, { prompt: 'login' }).url).href.slice(op.issuer.length),
      'v2/logout?client_id=spa-a',
      'u/signed-out',
    ]) {
      const { text, headers, status } = await httpRequest('GET', `${op.issuer}${path}`, { ...EVIL, cookie });
      expect(status, path).toBeLessThan(400);
      expect(text + JSON.stringify([...headers]), path).not.toContain('evil.test');
    }
    const { text } = await httpRequest('GET', `${op.issuer}.well-known/openid-configuration`, EVIL);
    expect((JSON.parse(text) as { issuer: string }).issuer).toBe(op.issuer);
  });
});
