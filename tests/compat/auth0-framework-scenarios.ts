import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BrowserApp, type PublishedFile, serveBrowserApp } from '../rig/browser-app.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { claimsOf } from '../rig/session.js';
import { API } from '../rig/tenant.js';
import { startWeb, type Web } from '../rig/web.js';

const ASKS = 'https://asks.a.test/';

/** What an application's script must do in its page, whatever the framework. */
export interface FrameworkPage {
  /** What `useAuth0()` gives, as the framework's component last saw it. */
  readonly auth: {
    loginWithRedirect(options?: object): Promise<void>;
    getAccessTokenSilently(options?: object): Promise<string>;
    logout(options?: object): Promise<void>;
  };
}

/** An application of a framework's SDK: `#state` in its page says where it stands. */
export interface FrameworkApp {
  readonly files: readonly PublishedFile[];
  /** A script that starts the application with these options; on `/protected` it asks for a sign-in by the SDK's own guard. */
  readonly script: (options: string) => string;
}

type App = BrowserApp<FrameworkPage>;

/**
 * auth0-wire.md 17 for auth0-react and auth0-vue: the published files and one small component, third-party cookies
 * allowed.
 */
export function testFramework({ files, script }: FrameworkApp): void {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await launchChromium('allowed');
  });
  afterAll(() => chromium.close());

  describe.each(['https', 'http'] as const)('over %s', (scheme) => {
    const domain = scheme === 'https' ? 'test' : 'localhost';
    const site = `a.${domain}`;
    /** Whose application has refresh tokens, in localStorage. */
    const offline = `offline.${domain}`;
    let web: Web;

    beforeAll(async () => {
      web = await startWeb({
        scheme,
        hostname: scheme === 'https' ? 'op.test' : 'localhost',
        change: (file, sites) => {
          const origin = sites.origin(offline);
          file.clients.push({
            client_id: 'spa-offline',
            name: 'Harbour Shop with refresh tokens',
            app_type: 'spa',
            callbacks: [`${origin}/cb`],
            web_origins: [origin],
          });
        },
      });
      serve(site, { clientId: 'spa-a' });
      serve(offline, { clientId: 'spa-offline', useRefreshTokens: true, cacheLocation: 'localstorage' });
    });

    function serve(name: string, more: object): void {
      const options = {
        domain: web.server.issuer.replace(/\/$/, ''),
        authorizationParams: { redirect_uri: `${web.sites.origin(name)}/cb` },
        ...more,
      };
      serveBrowserApp(web.sites, name, files, script(JSON.stringify(options)));
    }

    afterEach(() => chromium.forgetEverything());

    afterAll(() => web.stop());

    const open = (name = site): Promise<App> =>
      BrowserApp.open(chromium, { origin: web.sites.origin(name), issuer: web.server.issuer });

    /** What the page shows once the SDK knows. */
    async function stateOf(app: App): Promise<string | null> {
      const state = app.tab.locator('#state', { hasNotText: 'loading' });
      await state.waitFor();
      return state.textContent();
    }

    async function signedIn(name = site): Promise<App> {
      const app = await open(name);
      await stateOf(app);
      await app.leave(({ auth }) =>
        auth.loginWithRedirect({ appState: { target: '/cart', returnTo: '/cart' } }),
      );
      expect(app.isAtLoginPage).toBe(true);
      await app.signInAtPage('/cart');
      return app;
    }

    const signOut = (app: App) =>
      app.leave(
        ({ auth }, returnTo) => auth.logout({ logoutParams: { returnTo } }),
        `${app.origin}/bye`,
        '/bye',
      );

    /** Ends the session from a page of the server: one of this site would ask for itself, and drop the flag cookie. */
    async function endSession(): Promise<void> {
      const origin = web.sites.origin('b.test');
      const nextDoor = await BrowserApp.open(chromium, { origin, issuer: web.server.issuer });
      const url = new URL('v2/logout', web.server.issuer);
      url.search = new URLSearchParams({ client_id: 'spa-b', returnTo: `${origin}/bye` }).toString();
      await nextDoor.tab.goto(new URL('u/signed-out', web.server.issuer).href);
      await nextDoor.leave((_, href) => location.assign(href), url.href, '/bye');
    }

    const ask = (app: App, options: object) =>
      app.attempt(({ auth }, given) => auth.getAccessTokenSilently(given), options);

    test('login redirect round trip: the user appears, and the app is where it was', async () => {
      const app = await signedIn();
      expect(await stateOf(app)).toBe('Mira Lind is signed in');
      expect(app.tab.url()).toBe(`${app.origin}/cart`);
    });

    test('load with flag cookie: the user appears, by one authorization in a hidden frame', async () => {
      const app = await signedIn();
      await app.visit();
      expect(await stateOf(app)).toBe('Mira Lind is signed in');
      expect(app.sent()).toEqual(['GET /authorize', 'POST /oauth/token']);
    });

    test('logout: comes back, signed out here and on the server', async () => {
      const app = await signedIn();
      await signOut(app);
      expect(await stateOf(app)).toBe('signed out');
      expect(await app.cookieNames()).not.toContain('auth0.spa-a.is.authenticated');
      await app.leave(({ auth }) => auth.loginWithRedirect());
      expect(app.isAtLoginPage).toBe(true);
    });

    // Nothing below depends on the scheme.
    if (scheme === 'http') return;

    test('load with no session: signed out, and nobody is asked', async () => {
      const app = await open();
      expect(await stateOf(app)).toBe('signed out');
      expect(app.sent()).toEqual([]);
    });

    test('load with flag cookie, after the session ended elsewhere: signed out, without an error', async () => {
      const app = await signedIn();
      await endSession();
      await app.visit();
      expect(await stateOf(app)).toBe('signed out');
      expect(app.sent()).toEqual(['GET /authorize']);
    });

    test('error callback: a refusal by the End-User is shown, with its code and readable words', async () => {
      const app = await signedIn();
      await app.leave(({ auth }, authorizationParams) => auth.loginWithRedirect({ authorizationParams }), {
        audience: ASKS,
        scope: 'openid read:ledger',
      });
      expect(new URL(app.tab.url()).pathname).toBe('/u/consent');
      const answered = app.tab.waitForRequest((request) => request.url().startsWith(`${app.origin}/cb?`));
      await app.tab.click('#deny');
      expect(new URL((await answered).url()).searchParams.get('state')).toMatch(/./);
      expect(await stateOf(app)).toMatch(/^error access_denied: Access denied\. [^+]+$/);
    });

    test('error callback: login_required of a silent redirect is shown', async () => {
      const app = await open();
      await stateOf(app);
      const authorizationParams = { prompt: 'none' };
      // Where this ends is the framework's affair: what the page shows is not.
      await app.leave(({ auth }, given) => auth.loginWithRedirect(given), { authorizationParams }, '/');
      const state = app.tab.locator('#state', { hasText: 'error' });
      await state.waitFor();
      expect(await state.textContent()).toMatch(/^error login_required: Login required\. [^+]+$/);
    });

    test('protected route: leads through the login page and back to where it was', async () => {
      const app = await open();
      await app.tab.goto(`${app.origin}/protected`);
      await app.tab.waitForURL((url) => url.pathname === '/u/login');
      await app.signInAtPage('/protected');
      expect(await stateOf(app)).toBe('Mira Lind is signed in');
    });

    test('getAccessTokenSilently: from the cache, anew by hidden frame, and one for each audience', async () => {
      const app = await signedIn();
      await stateOf(app);
      app.requests.length = 0;
      const cached = await ask(app, {});
      expect(app.sent()).toEqual([]);
      const renewed = await ask(app, { cacheMode: 'off' });
      expect(app.sent()).toEqual(['GET /authorize', 'POST /oauth/token']);
      expect(renewed.value).not.toBe(cached.value);
      const ofApi = await ask(app, { authorizationParams: { audience: API, scope: 'openid read:berths' } });
      expect(claimsOf(ofApi.value ?? '')).toMatchObject({
        sub: 'auth0|mira',
        aud: [API, `${web.server.issuer}userinfo`],
      });
    });

    test('getAccessTokenSilently: without a session is login_required, and the page is signed out', async () => {
      const app = await signedIn();
      await stateOf(app);
      await endSession();
      expect(await ask(app, { cacheMode: 'off' })).toMatchObject({ thrown: { error: 'login_required' } });
      await app.tab.locator('#state', { hasNotText: 'Mira' }).waitFor();
    });

    test('useRefreshTokens: a reload asks nobody, and a renewal is one refresh', async () => {
      const app = await signedIn(offline);
      await app.visit();
      expect(await stateOf(app)).toBe('Mira Lind is signed in');
      expect(app.sent()).toEqual([]);
      const first = await ask(app, { cacheMode: 'off' });
      const second = await ask(app, { cacheMode: 'off' });
      expect(first.value).toMatch(/./);
      expect(second.value).not.toBe(first.value);
      expect(app.sent()).toEqual(['POST /oauth/token', 'POST /oauth/token']);
    });

    test('useRefreshTokens: after the session ended elsewhere, the refresh is invalid_grant, and login asks who it is', async () => {
      const app = await signedIn(offline);
      await stateOf(app);
      await endSession();
      expect(await ask(app, { cacheMode: 'off' })).toMatchObject({
        thrown: { error: 'invalid_grant', message: 'Unknown or invalid refresh token.' },
      });
      await app.leave(({ auth }) => auth.loginWithRedirect());
      expect(app.isAtLoginPage).toBe(true);
    });
  });
}
