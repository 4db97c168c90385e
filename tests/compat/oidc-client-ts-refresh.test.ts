import { StoreUnavailable } from '@sojourn/server';
import type { User, UserManager, UserManagerSettings } from 'oidc-client-ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BrowserApp, serveBrowserApp } from '../rig/browser-app.js';
import { trustHere } from '../rig/certificate.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { faultyStore } from '../rig/faulty-store.js';
import { claimsOf, isAlive } from '../rig/session.js';
import { startWeb, type Web } from '../rig/web.js';
import { forgetStoredByApps } from './stored-by-apps.js';
import { loseTokenAnswers, TokenTraffic } from './token-traffic.js';

/**
 * The published oidc-client-ts with `offline_access`: it renews by refresh token where it has one, and by frame where it
 * has none. Third-party cookies allowed.
 */
interface OidcPage {
  readonly manager: UserManager;
}

type App = BrowserApp<OidcPage> & { readonly traffic: TokenTraffic };

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const NAMES = ['plain.test', 'dpop.test'] as const;
type Name = (typeof NAMES)[number];

const { fault, wrapStore } = faultyStore();
let web: Web;
let chromium: Chromium;

beforeAll(async () => {
  chromium = await launchChromium('allowed');
  web = await startWeb({
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
          callbacks: [`${origin}/cb`, `${origin}/silent`],
          allowed_logout_urls: [`${origin}/bye`],
          web_origins: [origin],
          refresh_token: { idle_token_lifetime: (30 * DAY) / 1000, token_lifetime: (60 * DAY) / 1000 },
        });
      }
    },
  });
  if (web.certificate) trustHere(web.certificate);
  for (const name of NAMES) serve(name);
});

beforeEach(() => pass(0));

afterEach(async () => {
  fault.fails = null;
  await chromium.forgetEverything();
  await forgetStoredByApps(chromium, NAMES.map(web.sites.origin));
});

afterAll(async () => {
  await chromium.close();
  await web.stop();
});

function serve(name: Name): void {
  const origin = web.sites.origin(name);
  const settings: UserManagerSettings = {
    authority: web.server.issuer,
    client_id: name,
    redirect_uri: `${origin}/cb`,
    silent_redirect_uri: `${origin}/silent`,
    post_logout_redirect_uri: `${origin}/bye`,
    scope: 'openid profile email offline_access',
  };
  const dpop = '{ bind_authorization_code: true, store: new oidc.IndexedDbDPoPStore() }';
  serveBrowserApp(
    web.sites,
    name,
    [['oidc-client-ts', 'dist/browser/oidc-client-ts.min.js']],
    `window.manager = new oidc.UserManager({
       ...${JSON.stringify(settings)},
       ${name === 'dpop.test' ? `dpop: ${dpop},` : ''}
     });
     if (location.pathname === '/silent') manager.signinSilentCallback();`,
  );
}

/** Time passes, here and at the server. */
async function pass(milliseconds: number): Promise<void> {
  web.server.clock.advance(milliseconds);
  await chromium.context.clock.setSystemTime(web.server.clock.now());
}

/** Through the login page, and on to a page that is no callback. */
async function signedIn(name: Name): Promise<{ app: App; user: User }> {
  const bare = await BrowserApp.open<OidcPage>(chromium, {
    origin: web.sites.origin(name),
    issuer: web.server.issuer,
  });
  const app = Object.assign(bare, { traffic: TokenTraffic.of(bare.tab) });
  await app.leave(({ manager }) => manager.signinRedirect());
  await app.signInAtPage();
  const { value: user, thrown } = await app.attempt(({ manager }) => manager.signinRedirectCallback());
  if (user === undefined) throw new Error(thrown.message);
  await app.visit();
  return { app, user };
}

const renew = (app: App) => app.attempt(({ manager }) => manager.signinSilent());

/** Requests but those for metadata, which it asks for once a page. */
const sent = (app: App) => app.sent().filter((line) => !line.includes('.well-known'));

describe.each(NAMES)('%s', (name) => {
  test('signinSilent: by refresh token, twice, another each time, after a reload as well', async () => {
    const { app, user } = await signedIn(name);
    const { value: first } = await renew(app);
    await app.visit();
    const { value: second } = await renew(app);
    expect(sent(app)).toEqual(['POST /oauth/token']);
    expect(new Set([user, first, second].map((held) => held?.refresh_token)).size).toBe(3);
    const { sub, sid, auth_time } = claimsOf(user.id_token ?? '');
    for (const renewed of [first, second]) {
      expect(claimsOf(renewed?.id_token ?? '')).toMatchObject({ sub, sid, auth_time });
      expect(renewed?.token_type).toBe(name === 'dpop.test' ? 'DPoP' : 'Bearer');
    }
  });

  test('a laptop that was closed for three weeks: the session has expired, the next renewal succeeds', async () => {
    const { app } = await signedIn(name);
    await pass(21 * DAY);
    expect(await renew(app)).toMatchObject({ value: { profile: { sub: 'auth0|mira' } } });
    await app.leave(({ manager }) => manager.signinRedirect());
    expect(app.isAtLoginPage).toBe(true);
  });

  test('a renewal while the store is down costs nothing: the next one succeeds', async () => {
    const { app, user } = await signedIn(name);
    fault.error = () => new StoreUnavailable('the store did not answer');
    fault.fails = () => true;
    expect(await renew(app)).toHaveProperty('thrown');
    fault.fails = null;
    expect(await renew(app)).toHaveProperty('value');
    expect((await app.traffic.last()).fields.refresh_token).toBe(user.refresh_token);
  });

  test('an answer that is lost after the server committed: the next renewal gets the same successor', async () => {
    const { app } = await signedIn(name);
    const lost = await loseTokenAnswers(app.tab, 1);
    expect(await renew(app)).toMatchObject({ thrown: { message: 'Failed to fetch' } });
    const { value } = await renew(app);
    expect(value?.refresh_token).toBe(lost[0]?.refresh_token);
    expect(await renew(app)).toHaveProperty('value');
  });

  test('revokeTokens: the tokens are dead, and the next renewal is by frame', async () => {
    const { app } = await signedIn(name);
    const { value: held } = await renew(app);
    app.requests.length = 0;
    expect(await app.attempt(({ manager }) => manager.revokeTokens())).toEqual({});
    expect(sent(app)).toEqual(['POST /oauth/revoke', 'POST /oauth/revoke']);
    expect(await isAlive(web.server, held?.access_token ?? '')).toBe(false);
    app.requests.length = 0;
    expect(await renew(app)).toHaveProperty('value');
    expect(sent(app)[0]).toBe('GET /authorize');
  });

  test('signoutRedirect: the refresh token is dead, and signinSilent is login_required', async () => {
    const { app } = await signedIn(name);
    const { refresh_token } = (await renew(app)).value ?? {};
    app.requests.length = 0;
    await app.leave(({ manager }) => manager.signoutRedirect(), undefined, '/bye');
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: name,
      refresh_token: refresh_token ?? '',
    });
    const response = await fetch(`${web.server.issuer}oauth/token`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' });
    expect(await renew(app)).toMatchObject({ thrown: { error: 'login_required' } });
    expect(sent(app)).not.toContain('POST /oauth/token');
  });

  test('a session that ended elsewhere: signinSilent is invalid_grant', async () => {
    const { app, user } = await signedIn(name);
    await web.server.store.endSession({
      sid: String(user.profile.sid),
      reason: 'revoked',
      now: web.server.clock.now(),
      events: [],
    });
    expect(await renew(app)).toEqual({
      thrown: { error: 'invalid_grant', message: 'Unknown or invalid refresh token.' },
    });
  });
});

test('automaticSilentRenew: before the access token expires, by refresh token', async () => {
  const { app, user } = await signedIn('plain.test');
  const asked = app.tab.waitForResponse(`${web.server.issuer}oauth/token`);
  await app.run(({ manager }) => manager.getUser().then(() => undefined));
  await pass((user.expires_at ?? 0) * 1000 - 30_000 - web.server.clock.now());
  // It looks at the clock every five seconds.
  await app.tab.clock.runFor(5_000);
  await asked;
  await app.tab.waitForFunction(async (before) => {
    const held = await (window as unknown as OidcPage).manager.getUser();
    return held !== null && held.access_token !== before;
  }, user.access_token);
  expect(sent(app)).toEqual(['POST /oauth/token']);
});

describe('dpop.test', () => {
  test('the code and its tokens are bound to the key that the authorization request named', async () => {
    const { app, user } = await signedIn('dpop.test');
    const [challenged, granted] = await app.traffic.all();
    expect(challenged).toMatchObject({ status: 400, answer: { error: 'use_dpop_nonce' } });
    expect(granted?.fields.code).toBe(challenged?.fields.code);
    const { value: renewed } = await renew(app);
    expect(claimsOf(renewed?.access_token ?? '').cnf).toEqual(claimsOf(user.access_token).cnf);
  });

  test('the access token opens userinfo with a proof, and nothing without', async () => {
    const { app } = await signedIn('dpop.test');
    await renew(app);
    const answers = await app.run(async ({ manager }, url) => {
      const user = await manager.getUser();
      if (user === null) throw new Error('nobody is signed in');
      const { access_token: token } = user;
      const ask = async (nonce?: string) => {
        const proof = await manager.dpopProof(url, user, 'GET', nonce);
        return fetch(url, { headers: { authorization: `DPoP ${token}`, dpop: proof ?? '' } });
      };
      const first = await ask();
      const nonce = first.headers.get('dpop-nonce');
      const proven = first.status === 401 && nonce !== null ? await ask(nonce) : first;
      const bare = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      return { proven: await proven.json(), bare: bare.status };
    }, `${web.server.issuer}userinfo`);
    expect(answers).toMatchObject({ proven: { sub: 'auth0|mira' }, bare: 401 });
  });

  test('with a clock that is six minutes wrong, a nonce is demanded and given', async () => {
    const { app } = await signedIn('dpop.test');
    web.server.clock.advance(6 * MINUTE);
    expect(await renew(app)).toMatchObject({ value: { token_type: 'DPoP' } });
    const [challenged] = (await app.traffic.all()).slice(-2);
    expect(challenged).toMatchObject({ status: 400, answer: { error: 'use_dpop_nonce' } });
  });
});
