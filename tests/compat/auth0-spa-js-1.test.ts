import type { Auth0Client } from 'auth0-spa-js-1';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BrowserApp, serveBrowserApp } from '../rig/browser-app.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { startWeb, type Web } from '../rig/web.js';

/**
 * The published auth0-spa-js 1.22.6, the last of its major, third-party cookies allowed. Numbers are those of
 * auth0-wire.md 17.
 */
interface SpaPage {
  readonly client: Auth0Client;
}

type App = BrowserApp<SpaPage>;

let chromium: Chromium;
beforeAll(async () => {
  chromium = await launchChromium('allowed');
});
afterAll(() => chromium.close());

describe.each(['https', 'http'] as const)('over %s', (scheme) => {
  const site = scheme === 'https' ? 'a.test' : 'a.localhost';
  let web: Web;

  beforeAll(async () => {
    web = await startWeb({
      scheme,
      hostname: scheme === 'https' ? 'op.test' : 'localhost',
      change: (file, sites) => {
        file.tenant.allowed_logout_urls = [`${sites.origin(site)}/all-out`];
      },
    });
    const options = {
      domain: web.server.issuer.replace(/\/$/, ''),
      client_id: 'spa-a',
      redirect_uri: `${web.sites.origin(site)}/cb`,
    };
    serveBrowserApp(
      web.sites,
      site,
      [['auth0-spa-js-1', 'dist/auth0-spa-js.production.js']],
      `window.client = new Auth0Client(${JSON.stringify(options)});`,
    );
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(() => web.stop());

  const open = (): Promise<App> =>
    BrowserApp.open(chromium, { origin: web.sites.origin(site), issuer: web.server.issuer });

  const finish = (app: App) => app.attempt(({ client }) => client.handleRedirectCallback());

  /** Through the login page, and on to a page that is no callback. */
  async function signedIn(): Promise<App> {
    const app = await open();
    await app.leave(({ client }) => client.loginWithRedirect());
    await app.signInAtPage();
    expect(await finish(app)).toHaveProperty('value');
    return app;
  }

  const renew = (app: App) =>
    app.attempt(({ client }) =>
      client.getTokenSilently({ ignoreCache: true }).then((token) => String(token)),
    );

  /** `logout`, up to the page it ends at, and then a fresh page. Gives the address that the SDK went to. */
  async function signOut(app: App, options: object, path = '/bye'): Promise<URL> {
    const asked = app.tab.waitForRequest((request) => request.url().includes('/v2/logout'));
    await app.leave(
      ({ client }, given) => client.logout(given),
      { returnTo: `${app.origin}${path}`, ...options },
      path,
    );
    const url = new URL((await asked).url());
    await app.visit();
    return url;
  }

  test('1, 2, 13: signs in, is signed in on a fresh page, and signs out', async () => {
    const app = await signedIn();
    await app.visit();
    await app.run(({ client }) => client.checkSession());
    expect(await app.run(({ client }) => client.getUser())).toMatchObject({ sub: 'auth0|mira' });
    await signOut(app, {});
    expect(await renew(app)).toMatchObject({ thrown: { error: 'login_required' } });
  });

  // Nothing below depends on the scheme.
  if (scheme === 'http') return;

  test('1: loginWithRedirect and handleRedirectCallback give the user, the flag cookie and the app’s own state', async () => {
    const app = await open();
    await app.leave(({ client }) => client.loginWithRedirect({ appState: { cart: 7 } }));
    expect(app.isAtLoginPage).toBe(true);
    await app.signInAtPage();
    expect(await finish(app)).toEqual({ value: { appState: { cart: 7 } } });
    expect(await app.run(({ client }) => client.getUser())).toMatchObject({
      sub: 'auth0|mira',
      email: 'mira@harbour.example',
      email_verified: true,
      name: 'Mira Lind',
    });
    expect(await app.run(({ client }) => client.isAuthenticated())).toBe(true);
    expect(await app.cookieNames()).toContain('auth0.spa-a.is.authenticated');
  });

  test('1: the token request is JSON, as this major sends it', async () => {
    const app = await signedIn();
    const sent = app.requests.find(({ url }) => url.pathname === '/oauth/token');
    expect(sent?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({
      grant_type: 'authorization_code',
      client_id: 'spa-a',
      code: expect.stringMatching(/./),
      code_verifier: expect.stringMatching(/./),
    });
  });

  test('1: a refusal at the callback is told in words, with spaces', async () => {
    const app = await open();
    await app.leave(({ client }) => client.loginWithRedirect({ prompt: 'none' }));
    expect(await finish(app)).toEqual({
      thrown: { error: 'login_required', message: expect.stringMatching(/^Login required\. [^+]* [^+]*$/) },
    });
  });

  test('2: checkSession on a fresh page with the flag cookie: one authorization, one token request, signed in', async () => {
    const app = await signedIn();
    await app.visit();
    await app.run(({ client }) => client.checkSession());
    expect(app.sent()).toEqual(['GET /authorize', 'POST /oauth/token']);
    expect(await app.run(({ client }) => client.isAuthenticated())).toBe(true);
  });

  test('2: checkSession without the flag cookie: no request', async () => {
    const app = await open();
    await app.run(({ client }) => client.checkSession());
    expect(app.sent()).toEqual([]);
    expect(await app.run(({ client }) => client.isAuthenticated())).toBe(false);
  });

  test('3: a session that ended on the server is login_required, and the SDK forgets its own', async () => {
    const app = await signedIn();
    const claims = await app.run(({ client }) => client.getIdTokenClaims());
    await web.server.store.endSession({
      sid: String(claims?.sid),
      reason: 'revoked',
      now: web.server.clock.now(),
      events: [],
    });
    expect(await renew(app)).toMatchObject({ thrown: { error: 'login_required' } });
    expect(await app.run(({ client }) => client.isAuthenticated())).toBe(false);
    expect(await app.cookieNames()).not.toContain('auth0.spa-a.is.authenticated');
  });

  test('9: loginWithPopup gets its code posted to the opener, and the popup closes', async () => {
    const app = await open();
    await app.signInByPopup(({ client }) => client.loginWithPopup());
    expect(await app.run(({ client }) => client.getUser())).toMatchObject({ sub: 'auth0|mira' });
    expect(await renew(app)).toHaveProperty('value');
  });

  test('13: logout with federated, a flag without a value, does the same', async () => {
    const app = await signedIn();
    expect((await signOut(app, { federated: true })).search).toMatch(/&federated(&|$)/);
    expect(await renew(app)).toMatchObject({ thrown: { error: 'login_required' } });
  });

  test('13: logout with client_id null is held against the tenant’s list', async () => {
    const app = await signedIn();
    const asked = await signOut(app, { client_id: null }, '/all-out');
    expect(asked.searchParams.has('client_id')).toBe(false);
    expect(await renew(app)).toMatchObject({ thrown: { error: 'login_required' } });
  });
});
