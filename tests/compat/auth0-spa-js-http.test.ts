import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { fillLoginPage, Shop } from '../rig/shop.js';
import { startWeb, type Web } from '../rig/web.js';

/** The demo's shape: plain http on `localhost`, applications on `*.localhost`, which browsers take for strangers. */
describe.each(['allowed', 'blocked'] as const)(
  'over plain http, third-party cookies %s',
  (thirdPartyCookies) => {
    let web: Web;
    let chromium: Chromium;

    beforeAll(async () => {
      web = await startWeb({
        scheme: 'http',
        hostname: 'localhost',
      });
      chromium = await launchChromium(thirdPartyCookies);
    });

    afterEach(() => chromium.forgetEverything());

    afterAll(async () => {
      await chromium.close();
      await web.stop();
    });

    const open = (name: 'a' | 'b') =>
      Shop.open(chromium, {
        origin: web.sites.origin(`${name}.localhost`),
        issuer: web.server.issuer,
        clientId: `spa-${name}`,
      });

    test('auth0-spa-js signs in, renews after a reload, is signed in next door, and signs out', async () => {
      const shop = await open('a');
      await shop.redirect();
      expect(shop.tab.url()).toContain(`${web.server.issuer}u/login`);
      await fillLoginPage(shop.tab);
      await shop.finish();
      expect(await shop.user()).toMatchObject({ sub: 'auth0|mira' });
      await shop.reload();
      expect(await shop.renew()).toHaveProperty('token');

      const docs = await open('b');
      await docs.redirect();
      await docs.finish();
      expect(await docs.user()).toMatchObject({ sub: 'auth0|mira' });
      expect(await docs.renew()).toHaveProperty('token');

      await docs.signOut();
      expect(await shop.renew()).toMatchObject({ error: 'login_required', reason: 'session-ended' });
    });
  },
);
