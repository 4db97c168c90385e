import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { addFrame, isRefused, receivedBy, visit } from '../rig/frames.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { fillLoginPage } from '../rig/shop.js';
import { PASSWORD } from '../rig/tenant.js';
import { startWeb, type Web } from '../rig/web.js';

/** The pages in a browser, with keys, without script, and in somebody's frame. */
let web: Web;
let chromium: Chromium;
const at = (name: string) => web.sites.origin(name);

beforeAll(async () => {
  web = await startWeb();
  chromium = await launchChromium('blocked');
});

afterEach(() => chromium.forgetEverything());

afterAll(async () => {
  await chromium.close();
  await web.stop();
});

const request = (overrides: Record<string, string> = {}) =>
  authorizationRequest(web.server.issuer, { redirect_uri: `${at('a.test')}/cb`, ...overrides });

async function newTabWithoutScript() {
  const tab = await chromium.newTab();
  const cdp = await chromium.context.newCDPSession(tab);
  await cdp.send('Emulation.setScriptExecutionDisabled', { value: true });
  return tab;
}

const isAtCallback = (url: URL) => url.href.startsWith(`${at('a.test')}/cb?`);

test('signs in by keyboard alone', async () => {
  const tab = await visit(chromium, request().url);
  // The first field gets the focus, after the page has loaded.
  await tab.waitForSelector('#username:focus');
  await tab.keyboard.type('mira');
  await tab.keyboard.press('Tab');
  await tab.keyboard.type(PASSWORD);
  await tab.keyboard.press('Enter');
  await tab.waitForURL(isAtCallback);
  expect(new URL(tab.url()).searchParams.get('code')).not.toBeNull();
});

test('agrees, and then signs out, by keyboard alone', async () => {
  const asks = request({ audience: 'https://asks.a.test/', scope: 'openid read:ledger' });
  const tab = await visit(chromium, asks.url);
  await fillLoginPage(tab);
  await tab.waitForSelector('#allow');
  await pressTabUntil('allow');
  await tab.keyboard.press('Enter');
  await tab.waitForURL(isAtCallback);
  expect(new URL(tab.url()).searchParams.get('code')).not.toBeNull();

  await tab.goto(`${web.server.issuer}v2/logout?client_id=spa-a`);
  await pressTabUntil('sign-out');
  await tab.keyboard.press('Enter');
  await tab.waitForSelector('form', { state: 'detached' });
  await tab.goto(request({ prompt: 'none' }).url);
  expect(new URL(tab.url()).searchParams.get('error')).toBe('login_required');

  async function pressTabUntil(id: string): Promise<void> {
    const focused = () => tab.evaluate(() => document.activeElement?.id);
    for (let presses = 0; presses < 10 && (await focused()) !== id; presses += 1)
      await tab.keyboard.press('Tab');
    expect(await focused()).toBe(id);
  }
});

describe('without JavaScript', () => {
  test('the login page works, and says what is wrong', async () => {
    const tab = await newTabWithoutScript();
    await tab.goto(request().url);
    await fillLoginPage(tab, 'mira@harbour.example', 'not-the-password');
    await tab.waitForSelector('[aria-invalid="true"]');
    await fillLoginPage(tab);
    await tab.waitForURL(isAtCallback);
    expect(new URL(tab.url()).searchParams.get('code')).not.toBeNull();
  });

  test('an answer by form_post has a button that carries it to the application', async () => {
    const tab = await newTabWithoutScript();
    const asked = request({ response_mode: 'form_post' });
    await tab.goto(asked.url);
    await fillLoginPage(tab);
    const before = web.sites.posts.length;
    await tab.click(`form[action="${at('a.test')}/cb"] button`);
    await tab.waitForURL(`${at('a.test')}/cb`);
    const { fields } = web.sites.posts[before] ?? {};
    expect(fields?.get('code')).not.toBeNull();
    expect(fields?.get('state')).toBe(asked.state);
  });
});

test('an answer by form_post posts itself where script runs', async () => {
  const asked = request({ response_mode: 'form_post' });
  const tab = await visit(chromium, asked.url);
  const before = web.sites.posts.length;
  await fillLoginPage(tab);
  await tab.waitForURL(`${at('a.test')}/cb`);
  expect(web.sites.posts[before]?.fields.get('state')).toBe(asked.state);
});

describe('no page can be framed, not even by the application itself:', () => {
  test.each([
    ['login', () => request().url],
    ['consent', () => request({ audience: 'https://asks.a.test/', scope: 'openid read:ledger' }).url],
    ['account choice', () => request({ prompt: 'select_account' }).url],
    ['error', () => request({ redirect_uri: 'https://evil.test/cb' }).url],
    ['sign-out', () => `${web.server.issuer}v2/logout?client_id=spa-a`],
    ['signed out', () => `${web.server.issuer}u/signed-out`],
  ])('%s', async (page, url) => {
    // Third-party cookies are blocked here; the headers are what is looked at, with a session in the browser.
    if (page !== 'login') {
      const tab = await visit(chromium, request().url);
      await fillLoginPage(tab, 'otto@harbour.example');
      await tab.waitForURL(isAtCallback);
    }
    const topLevel = await chromium.newTab();
    const shown = await topLevel.goto(url());
    expect(shown?.headers()['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(shown?.headers()['x-frame-options']).toBe('DENY');
    for (const name of ['a.test', 'evil.test']) {
      const site = await visit(chromium, `${at(name)}/`);
      const frame = await addFrame(site, url());
      expect(isRefused(frame) || (await frame.$('form, h1')) === null).toBe(true);
      expect(await receivedBy(site)).toEqual([]);
    }
  });
});
