import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem, signIn } from '../rig/relying-party.js';
import { askInFrame, tokensFor } from '../rig/requests.js';
import { isAlive } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const SESSION = '__Host-sojourn.session';
const SILENT = '__Host-sojourn.silent';
const BROWSER = '__Host-sojourn.browser';
const INTENDED: Record<string, string> = { [SESSION]: 'Lax', [SILENT]: 'None', [BROWSER]: 'Lax' };
const A_YEAR_AND_A_BIT = 400 * 24 * 60 * 60;

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

async function signedIn(): Promise<HttpBrowser> {
  const browser = new HttpBrowser(op.issuer);
  await signIn(browser, authorizationRequest(op.issuer));
  return browser;
}

describe('security.md 36, F04: every Set-Cookie of every route', () => {
  test('is __Host-, Secure, HttpOnly, Path=/, without Domain, of the intended SameSite, and small', async () => {
    const browser = new HttpBrowser(op.issuer);
    await signIn(browser, authorizationRequest(op.issuer));
    const request = authorizationRequest(op.issuer);
    const code = answerOf(await browser.visit(request.url)).get('code') ?? '';
    const exchanged = await redeem(op.issuer, { code, code_verifier: request.verifier });
    await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`);
    await browser.visit(`${op.issuer}oidc/logout`, { referer: 'https://a.test/' });
    const lines = [...browser.setCookies, ...exchanged.headers.getSetCookie()];
    const seen = new Set<string>();
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split('; ');
      const name = pair.slice(0, pair.indexOf('='));
      const isAttachment = name.startsWith('__Host-sojourn.attached.');
      seen.add(isAttachment ? 'attached' : name);
      expect(name).toMatch(/^__Host-sojourn\./);
      expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'Secure', 'HttpOnly']));
      expect(attributes).toContain(`SameSite=${isAttachment ? 'None' : INTENDED[name]}`);
      expect(attributes.includes('Partitioned')).toBe(isAttachment);
      expect(attributes.some((attribute) => /^domain/i.test(attribute))).toBe(false);
      expect(line.length).toBeLessThan(500);
    }
    expect([...seen].sort()).toEqual([BROWSER, SESSION, SILENT, 'attached'].sort());
  });

  test('is on no page of keys, metadata, health or userinfo, whoever asks', async () => {
    const browser = await signedIn();
    const before = browser.setCookies.length;
    for (const path of [
      '.well-known/openid-configuration',
      '.well-known/oauth-authorization-server',
      '.well-known/jwks.json',
      'healthz',
      'readyz',
      'userinfo',
      'u/signed-out',
      'nothing-here',
    ])
      await browser.visit(`${op.issuer}${path}`);
    expect(browser.setCookies).toHaveLength(before);
  });

  test('F05: comes with no-store', async () => {
    const browser = new HttpBrowser(op.issuer);
    const request = authorizationRequest(op.issuer);
    const answers = [await browser.send('GET', request.url, null, {})];
    const login = await browser.visit(new URL(answers[0]?.headers.get('location') ?? '', op.issuer).href);
    answers.push(login, await browser.submit(login, { username: 'mira', password: PASSWORD }));
    for (const answer of answers) expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('the session cookie', () => {
  test('outlives expiry: 400 days, and is given again at interactive use, not at a silent answer', async () => {
    const browser = await signedIn();
    const value = browser.cookies.get(SESSION);
    expect(browser.setCookies.filter((line) => line.startsWith(SESSION)).at(-1)).toContain(
      `Max-Age=${A_YEAR_AND_A_BIT}`,
    );
    const before = browser.setCookies.length;
    await askInFrame(op, browser);
    expect(browser.setCookies).toHaveLength(before);
    await browser.visit(authorizationRequest(op.issuer).url);
    const renewed = browser.setCookies.slice(before);
    expect(renewed.map((line) => line.slice(0, line.indexOf('=')))).toEqual([
      SESSION,
      SILENT,
      '__Host-sojourn.browser',
    ]);
    for (const line of renewed) expect(line).toContain(`Max-Age=${A_YEAR_AND_A_BIT}`);
    expect(browser.cookies.get(SESSION)).toBe(value);
  });

  test('that appears twice counts as absent: one of the two was planted', async () => {
    const browser = await signedIn();
    const twice = `${SESSION}=${browser.cookies.get(SESSION)}; ${SESSION}=planted`;
    const page = await browser.visit(authorizationRequest(op.issuer).url, { cookie: twice });
    expect(new URL(page.url).pathname).toBe('/u/login');
  });

  test('altered in any character is anonymous', async () => {
    const browser = await signedIn();
    const value = browser.cookies.get(SESSION) ?? '';
    const request = authorizationRequest(op.issuer, { prompt: 'none' }).url;
    for (let index = 0; index < value.length; index += 1) {
      const altered = `${value.slice(0, index)}${value[index] === 'A' ? 'B' : 'A'}${value.slice(index + 1)}`;
      const answer = await browser.send('GET', request, null, { cookie: `${SESSION}=${altered}` });
      expect(answer.headers.get('location'), altered).toContain('error=login_required');
    }
    const whole = await browser.send('GET', request, null, { cookie: `${SESSION}=${value}` });
    expect(whole.headers.get('location')).toContain('code=');
  });
});

describe('security.md 37: the silent cookie alone', () => {
  async function onlySilent(): Promise<{ browser: HttpBrowser; whole: HttpBrowser }> {
    const whole = await signedIn();
    const browser = new HttpBrowser(op.issuer);
    browser.cookies.set(SILENT, whole.cookies.get(SILENT) ?? '');
    return { browser, whole };
  }

  test('answers prompt=none', async () => {
    const { browser } = await onlySilent();
    expect((await askInFrame(op, browser)).response.code).toBeDefined();
  });

  test('cannot log in: an interactive request shows the login page and names nobody', async () => {
    const { browser } = await onlySilent();
    const page = await browser.visit(authorizationRequest(op.issuer).url);
    expect(new URL(page.url).pathname).toBe('/u/login');
    expect(page.html).not.toContain('mira@harbour.example');
  });

  test('cannot consent or choose an account', async () => {
    const { browser } = await onlySilent();
    for (const prompt of ['consent', 'select_account']) {
      const page = await browser.visit(authorizationRequest(op.issuer, { prompt }).url);
      expect(new URL(page.url).pathname).toBe('/u/login');
    }
  });

  test('cannot log out', async () => {
    const { browser, whole } = await onlySilent();
    const tokens = await tokensFor(op, whole);
    for (const url of [
      `${op.issuer}v2/logout?client_id=spa-a`,
      `${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}`,
    ])
      await browser.visit(url, { referer: 'https://a.test/' });
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    expect((await askInFrame(op, whole)).response.code).toBeDefined();
  });

  test('under the name of the session cookie is worth nothing, and the other way round', async () => {
    const { whole } = await onlySilent();
    const swapped = new HttpBrowser(op.issuer);
    swapped.cookies.set(SESSION, whole.cookies.get(SILENT) ?? '');
    swapped.cookies.set(SILENT, whole.cookies.get(SESSION) ?? '');
    expect((await askInFrame(op, swapped)).response.sojourn_reason).toBe('no-session');
  });
});
