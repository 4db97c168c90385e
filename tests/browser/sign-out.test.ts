import type { Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { addFrame, isRefused, visit } from '../rig/frames.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { fillLoginPage } from '../rig/shop.js';
import { startWeb, type Web } from '../rig/web.js';

/** security.md E09: another site cannot sign anybody out; the most it can do is bring up the question. */
describe.each(['allowed', 'blocked'] as const)('E09, third-party cookies %s', (thirdPartyCookies) => {
  let web: Web;
  let chromium: Chromium;
  let evil: Tab;
  const at = (name: string) => web.sites.origin(name);

  beforeAll(async () => {
    web = await startWeb();
    chromium = await launchChromium(thirdPartyCookies);
  });

  /** Where the test before has signed nobody out, its session serves again. */
  beforeEach(async () => {
    const tab = await visit(chromium, requestOf('spa-a').url);
    if (new URL(tab.url()).pathname === '/u/login') await fillLoginPage(tab);
    await tab.waitForURL((url) => url.pathname === '/cb');
    evil = await visit(chromium, `${at('evil.test')}/`);
  });

  afterEach(() => chromium.closeTabs());

  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  const requestOf = (clientId: string, overrides: Record<string, string> = {}) =>
    authorizationRequest(web.server.issuer, {
      client_id: clientId,
      redirect_uri: `${at('a.test')}/cb`,
      ...overrides,
    });

  /** A good address, of the kind that the shop itself would send somebody to. */
  const addresses = () => {
    const { issuer } = web.server;
    const there = encodeURIComponent(`${at('a.test')}/bye`);
    return {
      '/v2/logout': `${issuer}v2/logout?client_id=spa-a&returnTo=${there}`,
      '/oidc/logout': `${issuer}oidc/logout?client_id=spa-a&post_logout_redirect_uri=${there}`,
    };
  };

  async function expectStillSignedIn(): Promise<void> {
    const tab = await visit(chromium, requestOf('spa-a', { prompt: 'none' }).url);
    expect(new URL(tab.url()).searchParams.get('error')).toBeNull();
    expect(new URL(tab.url()).searchParams.get('code')).not.toBeNull();
  }

  describe.each(['/v2/logout', '/oidc/logout'] as const)('%s', (path) => {
    test('as an image changes nothing', async () => {
      await evil.evaluate(
        (src) =>
          new Promise<void>((resolve) => {
            const image = new Image();
            image.onerror = image.onload = () => resolve();
            image.src = src;
          }),
        addresses()[path],
      );
      await expectStillSignedIn();
    });

    test('in a frame, of evil.test or of the shop itself, changes nothing', async () => {
      await addFrame(evil, addresses()[path]);
      const shop = await visit(chromium, `${at('a.test')}/`);
      await addFrame(shop, addresses()[path]);
      await expectStillSignedIn();
    });

    test('fetched, with and without cors, changes nothing', async () => {
      await evil.evaluate(async (url) => {
        await fetch(url, { mode: 'no-cors', credentials: 'include' }).catch(() => {});
        await fetch(url, { credentials: 'include' }).catch(() => {});
      }, addresses()[path]);
      await expectStillSignedIn();
    });

    test('prefetched changes nothing', async () => {
      const asked = evil.waitForRequest(addresses()[path]);
      await evil.evaluate(
        (href) =>
          new Promise<void>((resolve) => {
            const link = document.createElement('link');
            link.onerror = link.onload = () => resolve();
            link.rel = 'prefetch';
            link.href = href;
            document.head.append(link);
          }),
        addresses()[path],
      );
      await asked;
      await expectStillSignedIn();
    });

    test('as a link that is followed asks first, and without an answer changes nothing', async () => {
      await evil.evaluate((url) => window.location.assign(url), addresses()[path]);
      await evil.waitForSelector('form[action="/u/logout"]');
      await expectStillSignedIn();
      await evil.click('#sign-out');
      await evil.waitForURL(`${at('a.test')}/bye`);
      const tab = await visit(chromium, requestOf('spa-a', { prompt: 'none' }).url);
      expect(new URL(tab.url()).searchParams.get('error')).toBe('login_required');
    });

    test('the question cannot be framed, so nobody answers it unknowing', async () => {
      const frame = await addFrame(evil, addresses()[path]);
      expect(isRefused(frame) || (await frame.$('form')) === null).toBe(true);
    });
  });

  test('a form of evil.test that answers the question itself is refused', async () => {
    const answered = evil.waitForResponse((response) => response.url().endsWith('/u/logout'));
    await evil.evaluate((action) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = action;
      form.innerHTML = '<input name="decision" value="sign-out"><input name="client_id" value="spa-a">';
      document.body.append(form);
      form.submit();
    }, `${web.server.issuer}u/logout`);
    expect((await answered).status()).toBe(403);
    await expectStillSignedIn();
  });

  test('a cross-site form POST to /oidc/logout asks first', async () => {
    await evil.evaluate((action) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = action;
      form.innerHTML = '<input name="client_id" value="spa-a">';
      document.body.append(form);
      form.submit();
    }, `${web.server.issuer}oidc/logout`);
    await evil.waitForSelector('form[action="/u/logout"]');
    await expectStillSignedIn();
  });
});
