import type { User, UserManager, UserManagerSettings } from 'oidc-client-ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BrowserApp, serveBrowserApp } from '../rig/browser-app.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { claimsOf } from '../rig/session.js';
import { API } from '../rig/tenant.js';
import { startWeb, type Web } from '../rig/web.js';

/**
 * The published oidc-client-ts, third-party cookies allowed. Its silent renewal is a plain redirect in a hidden frame:
 * the answer comes to a callback page on the application's own origin.
 */
interface OidcPage {
  readonly manager: UserManager;
}

type App = BrowserApp<OidcPage>;

/** Of the SDK, for a hidden frame. */
const PATIENCE_SECONDS = 10;

let chromium: Chromium;
beforeAll(async () => {
  chromium = await launchChromium('allowed');
});
afterAll(() => chromium.close());

describe.each(['https', 'http'] as const)('over %s', (scheme) => {
  const domain = scheme === 'https' ? 'test' : 'localhost';
  const site = `a.${domain}`;
  const unlisted = `c.${domain}`;
  let web: Web;

  beforeAll(async () => {
    web = await startWeb({
      scheme,
      hostname: scheme === 'https' ? 'op.test' : 'localhost',
      change: (file, sites) => {
        const oidcClient = (client_id: string, name: string) => ({
          client_id,
          name: client_id,
          app_type: 'spa',
          grant_types: ['authorization_code'],
          callbacks: ['/cb', '/silent', '/popup'].map((path) => `${sites.origin(name)}${path}`),
          allowed_logout_urls: [`${sites.origin(name)}/bye`],
        });
        file.clients.push(
          { ...oidcClient('oidc-a', site), web_origins: [sites.origin(site)] },
          oidcClient('oidc-unlisted', unlisted),
        );
      },
    });
    serve(site, { client_id: 'oidc-a' });
    serve(unlisted, { client_id: 'oidc-unlisted', silentRequestTimeoutInSeconds: PATIENCE_SECONDS });
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(() => web.stop());

  function serve(name: string, more: Partial<UserManagerSettings>): void {
    const origin = web.sites.origin(name);
    const settings = {
      authority: web.server.issuer,
      redirect_uri: `${origin}/cb`,
      silent_redirect_uri: `${origin}/silent`,
      popup_redirect_uri: `${origin}/popup`,
      post_logout_redirect_uri: `${origin}/bye`,
      scope: 'openid profile email',
      ...more,
    };
    serveBrowserApp(
      web.sites,
      name,
      [['oidc-client-ts', 'dist/browser/oidc-client-ts.min.js']],
      `window.manager = new oidc.UserManager(${JSON.stringify(settings)});
       if (location.pathname === '/silent') manager.signinSilentCallback();
       if (location.pathname === '/popup') manager.signinPopupCallback();`,
    );
  }

  const open = (name = site): Promise<App> =>
    BrowserApp.open(chromium, { origin: web.sites.origin(name), issuer: web.server.issuer });

  const finish = (app: App) => app.attempt(({ manager }) => manager.signinRedirectCallback());

  async function signedIn(): Promise<{ app: App; user: User }> {
    const app = await open();
    await app.leave(({ manager }) => manager.signinRedirect({ state: { cart: 7 } }));
    expect(app.isAtLoginPage).toBe(true);
    await app.signInAtPage();
    const { value: user, thrown } = await finish(app);
    if (user === undefined) throw new Error(thrown.message);
    return { app, user };
  }

  const renew = (app: App) => app.attempt(({ manager }) => manager.signinSilent());

  const signOut = (app: App) =>
    app.leave(({ manager }) => manager.signoutRedirect({ state: { from: 'the shop' } }), undefined, '/bye');

  test('signinRedirect, signinSilent, signoutRedirect: signs in, renews after a reload, and signs out', async () => {
    const { app, user } = await signedIn();
    expect(user).toMatchObject({ profile: { sub: 'auth0|mira', name: 'Mira Lind' }, state: { cart: 7 } });
    await app.visit();
    expect(await renew(app)).toMatchObject({ value: { profile: { sub: 'auth0|mira' } } });
    await signOut(app);
    expect(await renew(app)).toMatchObject({ thrown: { error: 'login_required' } });
  });

  // Nothing below depends on the scheme.
  if (scheme === 'http') return;

  test('signinRedirect: sends no nonce, and gets an ID token without one', async () => {
    const { app, user } = await signedIn();
    const asked = app.requests.find(({ url }) => url.pathname === '/authorize');
    expect(asked?.url.searchParams.has('nonce')).toBe(false);
    expect(claimsOf(user.id_token ?? '')).not.toHaveProperty('nonce');
    expect(user).toMatchObject({ token_type: 'Bearer', scope: 'openid profile email' });
    expect(user.expires_at).toBeGreaterThan(web.server.clock.now() / 1000);
  });

  test('signinRedirect: a refusal comes back with the state it was sent with', async () => {
    const app = await open();
    await app.leave(({ manager }) => manager.signinRedirect({ prompt: 'none', state: 'kept' }));
    const refusal = await app.run(({ manager }) =>
      manager.signinRedirectCallback().then(
        () => null,
        ({ error, error_description, state }) => ({ error, error_description, state }),
      ),
    );
    expect(refusal).toEqual({
      error: 'login_required',
      error_description: expect.stringMatching(/^Login required\. [^+]+$/),
      state: 'kept',
    });
  });

  test('signinRedirect: an audience goes along as an extra parameter', async () => {
    const app = await open();
    await app.leave(
      ({ manager }, audience) => manager.signinRedirect({ extraQueryParams: { audience } }),
      API,
    );
    await app.signInAtPage();
    const { value } = await finish(app);
    expect(claimsOf(value?.access_token ?? '').aud).toEqual([API, `${web.server.issuer}userinfo`]);
  });

  test('signinPopup: the callback page in the popup hands the answer over, and the popup closes', async () => {
    const app = await open();
    await app.signInByPopup(({ manager }) => manager.signinPopup());
    const user = await app.run(({ manager }) => manager.getUser());
    expect(user?.profile).toMatchObject({ sub: 'auth0|mira' });
  });

  test('signinSilent: by hidden frame, for the same session', async () => {
    const { app, user } = await signedIn();
    app.requests.length = 0;
    const { value: renewed } = await renew(app);
    expect(app.sent().filter((line) => !line.includes('.well-known'))).toEqual([
      'GET /authorize',
      'POST /oauth/token',
    ]);
    expect(renewed?.access_token).toMatch(/./);
    expect(renewed?.access_token).not.toBe(user.access_token);
    const { sub, sid, auth_time } = claimsOf(user.id_token ?? '');
    expect(claimsOf(renewed?.id_token ?? '')).toMatchObject({ sub, sid, auth_time });
  });

  test('login_required: signinSilent without a session, with the state that was sent', async () => {
    const app = await open();
    expect(await renew(app)).toEqual({
      thrown: { error: 'login_required', message: expect.stringMatching(/^Login required\. [^+]+$/) },
    });
  });

  test('signinSilent: in a page that is not among the web origins, nothing comes back but the SDK’s own timeout', async () => {
    const app = await open(unlisted);
    await app.tab.clock.install();
    const answered = app.tab.waitForResponse((response) => response.url().includes('/authorize?'));
    const outcome = renew(app);
    expect((await answered).status()).toBe(400);
    await app.tab.clock.fastForward(PATIENCE_SECONDS * 1_000);
    expect(await outcome).toMatchObject({
      thrown: { error: null, message: expect.stringMatching(/timed out/) },
    });
  });

  test('signoutRedirect: names the session by its ID token, comes back with the state, and the session is over', async () => {
    const { app, user } = await signedIn();
    const asked = app.tab.waitForRequest((request) => request.url().includes('/oidc/logout'));
    await signOut(app);
    const sent = new URL((await asked).url()).searchParams;
    expect(sent.get('id_token_hint')).toBe(user.id_token);
    const answer = await app.run(({ manager }) => manager.signoutRedirectCallback());
    expect(answer).toMatchObject({ userState: { from: 'the shop' }, error: null });
    expect(await renew(app)).toMatchObject({ thrown: { error: 'login_required' } });
  });

  test('revokeTokens: answers a page, and the access token is dead', async () => {
    const { app, user } = await signedIn();
    const userinfo = () =>
      app.run(
        (_, { url, token }) =>
          fetch(url, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status),
        { url: `${web.server.issuer}userinfo`, token: user.access_token },
      );
    expect(await userinfo()).toBe(200);
    expect(await app.attempt(({ manager }) => manager.revokeTokens(['access_token']))).toEqual({});
    expect(await userinfo()).toBe(401);
  });
});
