import type { Auth0Client, Auth0ClientOptions } from '@auth0/auth0-spa-js';
import { StoreUnavailable } from '@sojourn/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BrowserApp, serveBrowserApp } from '../rig/browser-app.js';
import { type Chromium, launchChromium, type ThirdPartyCookies } from '../rig/chromium.js';
import { type Fault, faultyStore } from '../rig/faulty-store.js';
import { claimsOf } from '../rig/session.js';
import { startWeb, type Web } from '../rig/web.js';
import { forgetStoredByApps } from './stored-by-apps.js';
import { loseTokenAnswers, TokenTraffic } from './token-traffic.js';

/**
 * The published auth0-spa-js 2.x with `useRefreshTokens`, its refresh token in the memory of its worker or in
 * localStorage. Numbers are those of auth0-wire.md 17.
 */
interface SpaPage {
  readonly client: Auth0Client;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** One application for each way that the SDK can be set up. */
const APPS = {
  'worker.test': {},
  'storage.test': { cacheLocation: 'localstorage' },
  'worker-or-frame.test': { useRefreshTokensFallback: true },
  'storage-or-frame.test': { cacheLocation: 'localstorage', useRefreshTokensFallback: true },
  'worker-dpop.test': { useDpop: true },
  'storage-dpop.test': { cacheLocation: 'localstorage', useDpop: true },
} satisfies Record<string, Partial<Auth0ClientOptions>>;

type Name = keyof typeof APPS;

const NAMES = Object.keys(APPS) as Name[];

/** A browser, a server with a clock of its own, and every application. */
interface Stage {
  readonly web: Web;
  readonly chromium: Chromium;
  readonly fault: Fault;
}

/** Sets a stage up for the tests of one `describe`; each test meets a fresh browser. */
function setStage(thirdPartyCookies: ThirdPartyCookies): Stage {
  const { fault, wrapStore } = faultyStore();
  const stage = { fault } as { -readonly [Part in keyof Stage]: Stage[Part] };

  beforeAll(async () => {
    stage.chromium = await launchChromium(thirdPartyCookies);
    stage.web = await startWeb({
      // A lost answer is fetched by this process, which resolves no `.test` name.
      hostname: 'localhost',
      wrapStore,
      change: (file, sites) => {
        for (const name of NAMES) {
          const origin = sites.origin(name);
          file.clients.push({
            client_id: name,
            name,
            app_type: 'spa',
            callbacks: [`${origin}/cb`],
            web_origins: [origin],
            allowed_logout_urls: [`${origin}/bye`],
            refresh_token: { idle_token_lifetime: (30 * DAY) / 1000, token_lifetime: (60 * DAY) / 1000 },
          });
        }
      },
    });
    for (const name of NAMES) serve(stage.web, name);
  });

  afterEach(async () => {
    fault.fails = null;
    await stage.chromium.context.setOffline(false);
    await stage.chromium.forgetEverything();
    await forgetStoredByApps(stage.chromium, NAMES.map(stage.web.sites.origin));
  });

  afterAll(async () => {
    await stage.chromium.close();
    await stage.web.stop();
  });

  return stage;
}

function serve({ sites, server }: Web, name: Name): void {
  const options: Auth0ClientOptions = {
    domain: server.issuer.replace(/\/$/, ''),
    clientId: name,
    useRefreshTokens: true,
    authorizationParams: { redirect_uri: `${sites.origin(name)}/cb` },
    ...APPS[name],
  };
  serveBrowserApp(
    sites,
    name,
    [['@auth0/auth0-spa-js', 'dist/auth0-spa-js.production.js']],
    `window.client = new auth0.Auth0Client(${JSON.stringify(options)});`,
  );
}

/** A tab with one of the applications. */
class Spa {
  readonly app: BrowserApp<SpaPage>;
  readonly traffic: TokenTraffic;

  private constructor(app: BrowserApp<SpaPage>) {
    this.app = app;
    this.traffic = TokenTraffic.of(app.tab);
  }

  static async open({ chromium, web }: Stage, name: Name): Promise<Spa> {
    const origin = web.sites.origin(name);
    return new Spa(await BrowserApp.open<SpaPage>(chromium, { origin, issuer: web.server.issuer }));
  }

  static async signedIn(stage: Stage, name: Name, username?: string): Promise<Spa> {
    const spa = await Spa.open(stage, name);
    await spa.app.leave(({ client }) => client.loginWithRedirect());
    expect(spa.app.isAtLoginPage).toBe(true);
    await spa.app.signInAtPage('/cb', username);
    await spa.finish();
    return spa;
  }

  async finish(): Promise<void> {
    await this.app.run(async ({ client }) => {
      await client.handleRedirectCallback();
      history.replaceState(null, '', '/');
    });
    this.app.requests.length = 0;
  }

  /** A fresh token, whatever the SDK has in its cache. */
  renew() {
    return this.app.attempt(({ client }) =>
      client.getTokenSilently({ cacheMode: 'off', detailedResponse: true }),
    );
  }

  /** A token as an application asks for one, from the cache while it is good. */
  token() {
    return this.app.attempt(({ client }) => client.getTokenSilently());
  }

  isSignedIn(): Promise<boolean> {
    return this.app.run(({ client }) => client.isAuthenticated());
  }
}

/** Time passes, here and at the server. */
async function pass({ chromium, web }: Stage, milliseconds: number): Promise<void> {
  web.server.clock.advance(milliseconds);
  await chromium.context.clock.setSystemTime(web.server.clock.now());
}

/** Signs the browser's session out, as the page of another application that takes part in it does. */
async function signOutElsewhere(stage: Stage, name: Name): Promise<void> {
  const elsewhere = await Spa.open(stage, name);
  await elsewhere.app.leave(({ client }) => client.loginWithRedirect());
  await elsewhere.finish();
  await elsewhere.app.leave(
    ({ client }, returnTo) => client.logout({ logoutParams: { returnTo } }),
    `${elsewhere.app.origin}/bye`,
    '/bye',
  );
}

/** Somebody who took a refresh token uses it. */
function useStolen({ app }: Spa, refreshToken: unknown) {
  return app.run(
    async (_, { url, fields }) => {
      const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
      return { status: response.status, answer: await response.json() };
    },
    {
      url: `${app.issuer}oauth/token`,
      fields: {
        grant_type: 'refresh_token',
        client_id: new URL(app.origin).hostname,
        refresh_token: String(refreshToken),
      },
    },
  );
}

/** The refresh token that came with the sign-in was still there for the last refresh. */
async function expectFirstTokenUsed({ traffic }: Spa): Promise<void> {
  const [code] = await traffic.all();
  expect(code?.answer?.refresh_token).toMatch(/./);
  expect((await traffic.last()).fields.refresh_token).toBe(code?.answer?.refresh_token);
}

describe('third-party cookies blocked', () => {
  const stage = setStage('blocked');
  const signedIn = (name: Name, username?: string) => Spa.signedIn(stage, name, username);

  describe.each(['worker.test', 'storage.test'] as const)('%s', (name) => {
    test('6: refreshes twice: each time another refresh token, an ID token in both answers, and no frame', async () => {
      const spa = await signedIn(name);
      await spa.renew();
      await spa.renew();
      expect(spa.app.sent()).toEqual(['POST /oauth/token', 'POST /oauth/token']);
      const [code, first, second] = await spa.traffic.all();
      expect(first?.fields.refresh_token).toBe(code?.answer?.refresh_token);
      expect(second?.fields.refresh_token).toBe(first?.answer?.refresh_token);
      expect(second?.answer?.refresh_token).not.toBe(first?.answer?.refresh_token);
      for (const { answer } of await spa.traffic.refreshes()) {
        expect(answer).toMatchObject({
          token_type: 'Bearer',
          scope: 'openid profile email offline_access',
        });
        expect(claimsOf(String(answer?.id_token))).toMatchObject({ sub: 'auth0|mira', aud: name });
        expect(claimsOf(String(answer?.id_token))).not.toHaveProperty('nonce');
      }
    });

    test('7: reuse of a refresh token that was replaced is "invalid refresh token", for the thief and for the app', async () => {
      const spa = await signedIn(name);
      const [code] = await spa.traffic.all();
      await spa.renew();
      await spa.renew();
      const refused = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };
      expect(await useStolen(spa, code?.answer?.refresh_token)).toMatchObject({
        status: 400,
        answer: refused,
      });
      expect(await spa.renew()).toEqual({
        thrown: { error: 'invalid_grant', message: 'Unknown or invalid refresh token.' },
      });
    });

    test.each([
      ['the store is down, 503', new StoreUnavailable('the store did not answer')],
      ['the server meets a bug, 500', new Error('a bug')],
    ])('a refresh while %s costs nothing: the next one succeeds', async (_, error) => {
      const { fault } = stage;
      const spa = await signedIn(name);
      fault.error = () => error;
      fault.fails = () => true;
      expect(await spa.renew()).toHaveProperty('thrown');
      expect(await spa.isSignedIn()).toBe(true);
      fault.fails = null;
      expect(await spa.renew()).toHaveProperty('value');
      await expectFirstTokenUsed(spa);
    });

    test('a refresh while the browser is offline costs nothing: the next one succeeds', async () => {
      const { context } = stage.chromium;
      const spa = await signedIn(name);
      await context.setOffline(true);
      expect(await spa.renew()).toMatchObject({ thrown: { message: 'Failed to fetch' } });
      expect(await spa.isSignedIn()).toBe(true);
      await context.setOffline(false);
      expect(await spa.renew()).toHaveProperty('value');
      await expectFirstTokenUsed(spa);
    });

    test('a refresh that a proxy answers with 429 and a page of its own costs nothing: the next one succeeds', async () => {
      const spa = await signedIn(name);
      const headers = { 'content-type': 'text/html', 'access-control-allow-origin': spa.app.origin };
      const tooMany = { status: 429, headers, body: '<h1>Too many requests</h1>' };
      await spa.app.tab.route('**/oauth/token', (route) => route.fulfill(tooMany));
      expect(await spa.renew()).toHaveProperty('thrown');
      await spa.app.tab.unroute('**/oauth/token');
      expect(await spa.renew()).toHaveProperty('value');
      await expectFirstTokenUsed(spa);
    });

    test('an answer that is lost once is asked for again at once: the app hears nothing of it', async () => {
      const spa = await signedIn(name);
      const lost = await loseTokenAnswers(spa.app.tab, 1);
      expect(await spa.renew()).toHaveProperty('value');
      expect((await spa.traffic.last()).answer?.refresh_token).toBe(lost[0]?.refresh_token);
    });

    test('an answer that stays lost after the server committed: the next refresh gets the same successor', async () => {
      const spa = await signedIn(name);
      const lost = await loseTokenAnswers(spa.app.tab, 3);
      expect(await spa.renew()).toMatchObject({ thrown: { message: 'Failed to fetch' } });
      expect(new Set(lost.map((answer) => answer.refresh_token)).size).toBe(1);
      expect(await spa.renew()).toHaveProperty('value');
      expect((await spa.traffic.last()).answer?.refresh_token).toBe(lost[0]?.refresh_token);
      expect(await spa.renew()).toHaveProperty('value');
    });

    test('an End-User who is blocked is signed out locally, without a frame', async () => {
      const spa = await signedIn(name, 'otto@harbour.example');
      const block = (blocked: boolean) =>
        stage.web.server.load({ users: [{ user_id: 'auth0|otto', email: 'otto@harbour.example', blocked }] });
      await block(true);
      expect(await spa.renew()).toEqual({ thrown: { error: 'invalid_grant', message: 'user is blocked' } });
      await block(false);
      expect(await spa.isSignedIn()).toBe(false);
      expect(spa.app.sent()).toEqual(['POST /oauth/token']);
    });

    test('a sign-out in another application: the next refresh is refused', async () => {
      const spa = await signedIn(name);
      await signOutElsewhere(stage, 'worker-or-frame.test');
      expect(await spa.renew()).toEqual({
        thrown: { error: 'invalid_grant', message: 'Unknown or invalid refresh token.' },
      });
      await spa.app.leave(({ client }) => client.loginWithRedirect());
      expect(spa.app.isAtLoginPage).toBe(true);
    });

    test('14: after revokeRefreshToken, getTokenSilently is missing_refresh_token, and the token is dead', async () => {
      const spa = await signedIn(name);
      const [code] = await spa.traffic.all();
      await spa.app.run(({ client }) => client.revokeRefreshToken());
      expect(spa.app.sent()).toEqual(['POST /oauth/revoke']);
      expect(await spa.renew()).toMatchObject({ thrown: { error: 'missing_refresh_token' } });
      expect(await useStolen(spa, code?.answer?.refresh_token)).toMatchObject({ status: 400 });
    });
  });

  test('in memory, a reload forgets the refresh token: missing_refresh_token, and a redirect that shows no form', async () => {
    const spa = await signedIn('worker.test');
    await spa.app.visit();
    expect(await spa.token()).toMatchObject({ thrown: { error: 'missing_refresh_token' } });
    await spa.app.leave(({ client }) => client.loginWithRedirect());
    expect(spa.app.isAtLoginPage).toBe(false);
    await spa.finish();
    expect(await spa.renew()).toHaveProperty('value');
  });

  test('8: in localStorage, two tabs refresh at the same moment, again and again', async () => {
    const first = await signedIn('storage.test');
    const second = await Spa.open(stage, 'storage.test');
    for (let round = 0; round < 5; round += 1) {
      for (const outcome of await Promise.all([first.renew(), second.renew()]))
        expect(outcome).toHaveProperty('value');
    }
  });

  test('with useRefreshTokensFallback, a frame cannot help here: login_required, and no page is lost', async () => {
    const spa = await signedIn('worker-or-frame.test');
    await spa.app.visit();
    expect(await spa.token()).toMatchObject({ thrown: { error: 'login_required' } });
    expect(spa.app.sent()).toEqual(['GET /authorize']);
  });

  describe.each(['worker-dpop.test', 'storage-dpop.test'] as const)('%s', (name) => {
    test('12: a nonce is demanded and given, with the same code; the tokens are bound to the key', async () => {
      const spa = await signedIn(name);
      const [challenged, granted] = await spa.traffic.all();
      expect(challenged).toMatchObject({ status: 400, answer: { error: 'use_dpop_nonce' } });
      expect(granted?.fields.code).toBe(challenged?.fields.code);
      expect(granted).toMatchObject({ status: 200, answer: { token_type: 'DPoP' } });
      await spa.renew();
      const [refreshed, ...others] = await spa.traffic.refreshes();
      expect(others).toEqual([]);
      expect(refreshed).toMatchObject({ status: 200, answer: { token_type: 'DPoP' } });
      const [before, after] = [granted, refreshed].map(
        (exchange) => claimsOf(String(exchange?.answer?.access_token)).cnf,
      );
      expect(after).toEqual(before);
      expect(after).toMatchObject({ jkt: expect.stringMatching(/^[\w-]{43}$/) });
    });

    test('12: the access token opens userinfo with a proof, and nothing without', async () => {
      const spa = await signedIn(name);
      await spa.renew();
      const answers = await spa.app.run(
        async ({ client }, baseUrl) => {
          const fetcher = client.createFetcher({ dpopNonceId: 'userinfo', baseUrl });
          const proven = await fetcher.fetchWithAuth('/userinfo');
          const authorization = `Bearer ${await client.getTokenSilently()}`;
          const bare = await fetch(`${baseUrl}/userinfo`, { headers: { authorization } });
          return { proven: await proven.json(), bare: bare.status };
        },
        stage.web.server.issuer.replace(/\/$/, ''),
      );
      expect(answers).toMatchObject({ proven: { sub: 'auth0|mira' }, bare: 401 });
    });

    test('12: who takes the refresh token has no use of it, and the app loses nothing', async () => {
      const spa = await signedIn(name);
      const { answer } = await spa.traffic.last();
      expect(await useStolen(spa, answer?.refresh_token)).toMatchObject({
        status: 400,
        answer: { error: 'invalid_grant' },
      });
      expect(await spa.renew()).toHaveProperty('value');
    });

    test('12: an answer that is lost once is asked for again with the same proof: a nonce, and the app hears nothing', async () => {
      const spa = await signedIn(name);
      const lost = await loseTokenAnswers(spa.app.tab, 1);
      expect(await spa.renew()).toHaveProperty('value');
      const [challenged, granted] = await spa.traffic.refreshes();
      expect(challenged).toMatchObject({ status: 400, answer: { error: 'use_dpop_nonce' } });
      expect(granted?.answer?.refresh_token).toBe(lost[0]?.refresh_token);
    });
  });
});

describe('third-party cookies allowed, with useRefreshTokensFallback', () => {
  const stage = setStage('allowed');

  describe.each(['worker-or-frame.test', 'storage-or-frame.test'] as const)('%s', (name) => {
    test('7: reuse of a refresh token that was replaced recovers by frame, and goes on with another family', async () => {
      const spa = await Spa.signedIn(stage, name);
      const [code] = await spa.traffic.all();
      await spa.renew();
      await spa.renew();
      expect(await useStolen(spa, code?.answer?.refresh_token)).toMatchObject({ status: 400 });
      spa.app.requests.length = 0;
      expect(await spa.renew()).toHaveProperty('value');
      expect(spa.app.sent()).toEqual(['POST /oauth/token', 'GET /authorize', 'POST /oauth/token']);
      expect(await spa.renew()).toHaveProperty('value');
      expect(spa.app.sent().slice(3)).toEqual(['POST /oauth/token']);
    });

    test('a sign-out in another application is login_required, and the app is signed out locally', async () => {
      const spa = await Spa.signedIn(stage, name);
      await signOutElsewhere(stage, 'worker.test');
      expect(await spa.renew()).toMatchObject({ thrown: { error: 'login_required' } });
      expect(await spa.isSignedIn()).toBe(false);
    });
  });

  test('in memory, a reload takes a frame once, and refreshes after that', async () => {
    const spa = await Spa.signedIn(stage, 'worker-or-frame.test');
    await spa.app.visit();
    await spa.app.run(({ client }) => client.checkSession());
    expect(await spa.isSignedIn()).toBe(true);
    expect(spa.app.sent()).toEqual(['GET /authorize', 'POST /oauth/token']);
    expect(await spa.renew()).toHaveProperty('value');
    expect(spa.app.sent().slice(2)).toEqual(['POST /oauth/token']);
  });
});

describe('as time passes', () => {
  const stage = setStage('blocked');
  beforeEach(() => pass(stage, 0));

  const signedIn = (name: Name) => Spa.signedIn(stage, name);

  describe.each(['worker.test', 'storage.test', 'worker-dpop.test', 'storage-dpop.test'] as const)(
    '%s',
    (name) => {
      test('a laptop that was closed for three weeks: the session has expired, the app is still signed in', async () => {
        const spa = await signedIn(name);
        await pass(stage, 21 * DAY);
        expect(await spa.token()).toHaveProperty('value');
        expect(spa.app.sent()).toEqual(['POST /oauth/token']);
        expect(await spa.isSignedIn()).toBe(true);
        await spa.app.leave(({ client }) => client.loginWithRedirect());
        expect(spa.app.isAtLoginPage).toBe(true);
      });
    },
  );

  test.each(['worker.test', 'storage.test'] as const)(
    '6: %s: twenty calls at once that want no cached token refresh one after the other, and none is refused',
    async (name) => {
      const spa = await signedIn(name);
      const { clock } = stage.chromium.context;
      // A call waits five seconds for those before it and no longer; on a slow machine the last would give up.
      await clock.pauseAt(stage.web.server.clock.now() + MINUTE);
      const tokens = await spa.app.run(({ client }) =>
        Promise.all(Array.from({ length: 20 }, () => client.getTokenSilently({ cacheMode: 'off' }))),
      );
      expect(new Set(tokens).size).toBe(20);
      await clock.resume();
      expect(await spa.renew()).toHaveProperty('value');
    },
  );

  test('8: in localStorage, a reload takes the cached token, and once that has expired the refresh token', async () => {
    const spa = await signedIn('storage.test');
    const before = await spa.token();
    await spa.app.visit();
    expect(await spa.token()).toEqual(before);
    expect(spa.app.sent()).toEqual([]);
    await pass(stage, 2 * DAY);
    await spa.app.visit();
    const after = await spa.token();
    expect(after.value).toMatch(/./);
    expect(after.value).not.toBe(before.value);
    expect(spa.app.sent()).toEqual(['POST /oauth/token']);
  });

  test.each(['worker.test', 'storage.test'] as const)(
    '%s: twenty calls at once for a token that has expired are one refresh',
    async (name) => {
      const spa = await signedIn(name);
      await pass(stage, 2 * DAY);
      const tokens = await spa.app.run(({ client }) =>
        Promise.all(Array.from({ length: 20 }, () => client.getTokenSilently())),
      );
      expect(new Set(tokens).size).toBe(1);
      expect(spa.app.sent()).toEqual(['POST /oauth/token']);
    },
  );

  test('8: in localStorage, two tabs whose token has expired renew at once: both get a token, and stay signed in', async () => {
    const first = await signedIn('storage.test');
    const second = await Spa.open(stage, 'storage.test');
    await pass(stage, 2 * DAY);
    const tabs = [first, second];
    const tokens = await Promise.all(tabs.map((tab) => tab.token()));
    expect(tokens).toEqual([{ value: expect.any(String) }, { value: expect.any(String) }]);
    // One tab waits for the other by a Web Lock and then reads its token, unless the browser is slow
    // to show it what was stored: then it refreshes too, with the token that the other has just used.
    const sent = tabs.flatMap(({ app }) => app.sent());
    expect(sent.length).toBe(new Set(tokens.map(({ value }) => value)).size);
    expect(new Set(sent)).toEqual(new Set(['POST /oauth/token']));
    for (const tab of tabs) {
      expect(await tab.renew()).toHaveProperty('value');
      expect(await tab.isSignedIn()).toBe(true);
    }
  });

  describe.each(['worker-dpop.test', 'storage-dpop.test'] as const)('%s', (name) => {
    test('12: refreshes after six minutes, with a nonce that is too old', async () => {
      const spa = await signedIn(name);
      await pass(stage, 6 * MINUTE);
      expect(await spa.renew()).toMatchObject({ value: { token_type: 'DPoP' } });
      await pass(stage, 6 * MINUTE);
      expect(await spa.renew()).toMatchObject({ value: { token_type: 'DPoP' } });
    });

    test('12: refreshes with a clock that is six minutes wrong: a nonce is demanded, and the refresh token stays', async () => {
      const spa = await signedIn(name);
      stage.web.server.clock.advance(6 * MINUTE);
      expect(await spa.renew()).toHaveProperty('value');
      expect(await spa.renew()).toHaveProperty('value');
      const [challenged, granted, next] = await spa.traffic.refreshes();
      expect(challenged).toMatchObject({ status: 400, answer: { error: 'use_dpop_nonce' } });
      expect(granted?.fields.refresh_token).toBe(challenged?.fields.refresh_token);
      expect(next?.fields.refresh_token).toBe(granted?.answer?.refresh_token);
    });

    test('12: with a clock that is a quarter of an hour wrong it is refused, and with the right time it refreshes again', async () => {
      const { clock } = stage.web.server;
      const spa = await signedIn(name);
      clock.advance(15 * MINUTE);
      expect(await spa.renew()).toMatchObject({ thrown: { error: 'invalid_dpop_proof' } });
      clock.advance(-15 * MINUTE);
      expect(await spa.renew()).toMatchObject({ value: { token_type: 'DPoP' } });
    });

    test.each([
      ['at once', 0],
      ['a day later', DAY],
    ])(
      '12: refreshes after an answer that stays lost, %s: the same successor, for the same key',
      async (_, later) => {
        const spa = await signedIn(name);
        const lost = await loseTokenAnswers(spa.app.tab, 3);
        expect(await spa.renew()).toMatchObject({ thrown: { message: 'Failed to fetch' } });
        await pass(stage, later);
        expect(await spa.renew()).toMatchObject({ value: { token_type: 'DPoP' } });
        expect((await spa.traffic.last()).answer?.refresh_token).toBe(lost[0]?.refresh_token);
        expect(await spa.renew()).toHaveProperty('value');
      },
    );
  });
});
