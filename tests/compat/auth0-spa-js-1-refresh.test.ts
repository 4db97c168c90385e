import type { Auth0Client, Auth0ClientOptions } from 'auth0-spa-js-1';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BrowserApp, serveBrowserApp } from '../rig/browser-app.js';
import { type Chromium, launchChromium, type ThirdPartyCookies } from '../rig/chromium.js';
import { startWeb, type Web } from '../rig/web.js';
import { loseTokenAnswers, TokenTraffic } from './token-traffic.js';

/**
 * The published auth0-spa-js 1.22.6 with `useRefreshTokens`: it sends JSON, and falls back to a frame by itself. Numbers
 * are those of auth0-wire.md 17.
 */
interface SpaPage {
  readonly client: Auth0Client;
}

type App = BrowserApp<SpaPage> & { readonly traffic: TokenTraffic };

const APPS = {
  'worker.test': {},
  'storage.test': { cacheLocation: 'localstorage' },
} satisfies Record<string, Partial<Auth0ClientOptions>>;

type Name = keyof typeof APPS;

const NAMES = Object.keys(APPS) as Name[];

const INVALID = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };

describe.each(['allowed', 'blocked'] satisfies ThirdPartyCookies[])('third-party cookies %s', (cookies) => {
  let web: Web;
  let chromium: Chromium;

  beforeAll(async () => {
    chromium = await launchChromium(cookies);
    web = await startWeb({
      // A lost answer is fetched by this process, which resolves no `.test` name.
      hostname: 'localhost',
      change: (file, sites) => {
        for (const name of NAMES) {
          const origin = sites.origin(name);
          file.clients.push({
            client_id: name,
            name,
            app_type: 'spa',
            callbacks: [`${origin}/cb`],
            web_origins: [origin],
          });
        }
      },
    });
    for (const name of NAMES) {
      const options: Auth0ClientOptions = {
        domain: web.server.issuer.replace(/\/$/, ''),
        client_id: name,
        redirect_uri: `${web.sites.origin(name)}/cb`,
        useRefreshTokens: true,
        ...APPS[name],
      };
      serveBrowserApp(
        web.sites,
        name,
        [['auth0-spa-js-1', 'dist/auth0-spa-js.production.js']],
        `window.client = new Auth0Client(${JSON.stringify(options)});`,
      );
    }
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  /** Through the login page. */
  async function signedIn(name: Name): Promise<App> {
    const app = await BrowserApp.open<SpaPage>(chromium, {
      origin: web.sites.origin(name),
      issuer: web.server.issuer,
    });
    const traffic = TokenTraffic.of(app.tab);
    await app.leave(({ client }) => client.loginWithRedirect());
    await app.signInAtPage();
    await app.run(({ client }) => client.handleRedirectCallback());
    app.requests.length = 0;
    return Object.assign(app, { traffic });
  }

  const renew = (app: App) =>
    app.attempt(({ client }) =>
      client.getTokenSilently({ ignoreCache: true }).then((token) => String(token)),
    );

  /** Somebody who took the first refresh token uses it when it was replaced twice. */
  async function replay(app: App): Promise<void> {
    const [code] = await app.traffic.all();
    await renew(app);
    await renew(app);
    const answer = await app.run(
      async (_, { url, body }) => {
        const response = await fetch(url, { method: 'POST', body: new URLSearchParams(body) });
        return response.json();
      },
      {
        url: `${app.issuer}oauth/token`,
        body: {
          ...code?.fields,
          grant_type: 'refresh_token',
          refresh_token: String(code?.answer?.refresh_token),
        },
      },
    );
    expect(answer).toMatchObject(INVALID);
    app.requests.length = 0;
  }

  describe.each(NAMES)('%s', (name) => {
    test('7: after reuse of a refresh token that was replaced, it asks by frame, without being told to', async () => {
      const app = await signedIn(name);
      await replay(app);
      const outcome = await renew(app);
      if (cookies === 'blocked') {
        expect(outcome).toMatchObject({ thrown: { error: 'login_required' } });
        expect(app.sent()).toEqual(['POST /oauth/token', 'GET /authorize']);
        return;
      }
      expect(outcome).toHaveProperty('value');
      expect(app.sent()).toEqual(['POST /oauth/token', 'GET /authorize', 'POST /oauth/token']);
      expect(await renew(app)).toHaveProperty('value');
      expect(app.sent().slice(3)).toEqual(['POST /oauth/token']);
    });

    // Nothing below depends on cookies.
    if (cookies === 'allowed') return;

    test('6: refreshes twice, in JSON: each time another refresh token, and an ID token in both answers', async () => {
      const app = await signedIn(name);
      expect(await renew(app)).toHaveProperty('value');
      expect(await renew(app)).toHaveProperty('value');
      expect(app.sent()).toEqual(['POST /oauth/token', 'POST /oauth/token']);
      const [code, first, second] = await app.traffic.all();
      expect(first?.headers['content-type']).toBe('application/json');
      expect(first?.fields.refresh_token).toBe(code?.answer?.refresh_token);
      expect(second?.fields.refresh_token).toBe(first?.answer?.refresh_token);
      expect(second?.answer?.refresh_token).not.toBe(first?.answer?.refresh_token);
      for (const exchange of [first, second])
        expect(exchange?.answer?.id_token).toEqual(expect.stringMatching(/./));
    });

    test('an answer that stays lost after the server committed: the next refresh gets the same successor', async () => {
      const app = await signedIn(name);
      const lost = await loseTokenAnswers(app.tab, 3);
      expect(await renew(app)).toHaveProperty('thrown');
      expect(await renew(app)).toHaveProperty('value');
      expect((await app.traffic.last()).answer?.refresh_token).toBe(lost[0]?.refresh_token);
    });
  });

  test('8: in memory, a reload takes a frame; in localStorage, the cached token, and a refresh when asked', async () => {
    const inMemory = await signedIn('worker.test');
    await inMemory.visit();
    const outcome = await renew(inMemory);
    if (cookies === 'allowed') {
      expect(outcome).toHaveProperty('value');
      expect(inMemory.sent()).toEqual(['GET /authorize', 'POST /oauth/token']);
    } else {
      expect(outcome).toMatchObject({ thrown: { error: 'login_required' } });
    }
    await chromium.forgetEverything();

    const inStorage = await signedIn('storage.test');
    await inStorage.visit();
    expect(await inStorage.run(({ client }) => client.getTokenSilently())).toMatch(/./);
    expect(inStorage.sent()).toEqual([]);
    expect(await renew(inStorage)).toHaveProperty('value');
    expect(inStorage.sent()).toEqual(['POST /oauth/token']);
  });
});
