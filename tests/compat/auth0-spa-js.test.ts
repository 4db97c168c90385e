import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { fillLoginPage, Shop, type ShopOptions } from '../rig/shop.js';
import { API } from '../rig/tenant.js';
import { startWeb, type Web } from '../rig/web.js';

/**
 * The published auth0-spa-js 2.x, exactly as published: no wrapper around `fetch`, third-party cookies allowed.
 * Numbers are those of auth0-wire.md 17.
 */
const ASKS = 'https://asks.a.test/';
/** Of the SDK, for a hidden frame. */
const PATIENCE_SECONDS = 10;

let web: Web;
let chromium: Chromium;

beforeAll(async () => {
  web = await startWeb({
    change: (file, sites) => {
      file.clients.push({
        client_id: 'spa-unlisted',
        name: 'Not listed',
        app_type: 'spa',
        callbacks: [`${sites.origin('c.test')}/cb`],
        grant_types: ['authorization_code'],
      });
      file.tenant.allowed_logout_urls = [`${sites.origin('a.test')}/all-out`];
    },
  });
  chromium = await launchChromium('allowed');
});

afterEach(() => chromium.forgetEverything());

afterAll(async () => {
  await chromium.close();
  await web.stop();
});

const open = (options: Partial<ShopOptions> = {}) =>
  Shop.open(chromium, {
    origin: web.sites.origin('a.test'),
    issuer: web.server.issuer,
    clientId: 'spa-a',
    attach: false,
    ...options,
  });

const cookieNames = async (url: string) => (await chromium.context.cookies(url)).map(({ name }) => name);

test('1: loginWithRedirect and handleRedirectCallback give the user, the flag cookie and the app’s own state', async () => {
  const shop = await open();
  await shop.redirect({}, { cart: 7 });
  await fillLoginPage(shop.tab);
  expect(await shop.finish()).toEqual({ cart: 7 });
  expect(await shop.user()).toMatchObject({
    sub: 'auth0|mira',
    email: 'mira@harbour.example',
    email_verified: true,
    name: 'Mira Lind',
  });
  expect(await shop.call((client) => client.isAuthenticated())).toBe(true);
  expect(await cookieNames(shop.options.origin)).toContain('auth0.spa-a.is.authenticated');
});

describe('2: checkSession on a fresh page', () => {
  test('with the flag cookie: one authorization by hidden frame, one token request, signed in', async () => {
    const shop = await open();
    await shop.signIn();
    await shop.reload();
    shop.requests.length = 0;
    await shop.call((client) => client.checkSession());
    expect(shop.requests).toEqual(['GET /authorize', 'POST /oauth/token']);
    expect(await shop.call((client) => client.isAuthenticated())).toBe(true);
  });

  test('without the flag cookie: no request', async () => {
    const shop = await open();
    await shop.call((client) => client.checkSession());
    expect(shop.requests).toEqual([]);
    expect(await shop.call((client) => client.isAuthenticated())).toBe(false);
  });
});

test('3: a session that ended on the server is login_required, and the SDK forgets its own', async () => {
  const shop = await open();
  await shop.signIn();
  const claims = await shop.call((client) => client.getIdTokenClaims());
  await web.server.store.endSession({
    sid: String(claims?.sid),
    reason: 'revoked',
    now: web.server.clock.now(),
    events: [],
  });
  expect(await shop.renew()).toMatchObject({ error: 'login_required', reason: 'session-ended' });
  expect(await shop.call((client) => client.isAuthenticated())).toBe(false);
  expect(await cookieNames(shop.options.origin)).not.toContain('auth0.spa-a.is.authenticated');
});

describe('4: an API that asks for consent', () => {
  const ledger = { audience: ASKS, scope: 'openid profile email read:ledger' };

  test('is consent_required by hidden frame, until the End-User has agreed on the page', async () => {
    const shop = await open();
    await shop.signIn();
    expect(await shop.renew({ authorizationParams: ledger })).toMatchObject({
      error: 'consent_required',
      reason: 'consent-missing',
    });
    expect(await shop.call((client) => client.isAuthenticated())).toBe(true);

    await shop.redirect(ledger);
    expect(new URL(shop.tab.url()).pathname).toBe('/u/consent');
    await shop.tab.click('#allow');
    await shop.finish();
    expect(await shop.renew({ authorizationParams: ledger })).toHaveProperty('token');
  });

  test('that the End-User refuses is access_denied at the callback, and the SDK tells so', async () => {
    const shop = await open();
    await shop.signIn({}, 'otto@harbour.example');
    await shop.redirect(ledger);
    await shop.tab.click('#deny');
    await expect(shop.finish()).rejects.toThrow('Access denied');
    expect(new URL(shop.tab.url()).searchParams.get('error')).toBe('access_denied');
  });
});

test('5: an origin that is not listed gets nothing posted, and the SDK’s own timeout', async () => {
  const shop = await open({
    origin: web.sites.origin('c.test'),
    clientId: 'spa-unlisted',
    sdk: { authorizeTimeoutInSeconds: PATIENCE_SECONDS },
  });
  await shop.tab.clock.install();
  const answered = shop.tab.waitForEvent(
    'framenavigated',
    (frame) => frame.parentFrame() !== null && !frame.url().startsWith('about:'),
  );
  const outcome = shop.renew();
  await (await answered).waitForLoadState();
  await shop.tab.clock.fastForward(PATIENCE_SECONDS * 1_000);
  expect(await outcome).toMatchObject({ error: 'timeout', reason: null });
  expect(await shop.messages()).toEqual([]);
  expect(shop.requests).toEqual(['GET /authorize']);
});

describe('9: loginWithPopup', () => {
  test('gets its code posted to the opener, and the popup closes', async () => {
    const shop = await open();
    const [popup] = await Promise.all([
      shop.tab.waitForEvent('popup'),
      shop.tab.evaluate('window.popupLogin = client.loginWithPopup(); undefined'),
    ]);
    const closed = popup.waitForEvent('close');
    await popup.waitForURL((url) => url.pathname === '/u/login');
    await fillLoginPage(popup);
    await shop.tab.evaluate('window.popupLogin');
    await closed;
    expect(await shop.user()).toMatchObject({ sub: 'auth0|mira' });
    const messages = await shop.messages();
    expect(messages).toHaveLength(1);
    expect(`${messages[0]?.origin}/`).toBe(web.server.issuer);
  });
});

describe('11: max_age', () => {
  test('gives auth_time, and a session that is too old for it is login_required by hidden frame', async () => {
    const shop = await open();
    await shop.signIn({ max_age: 600 });
    const claims = await shop.call((client) => client.getIdTokenClaims());
    expect(claims?.auth_time).toBeTypeOf('number');
    expect(await shop.renew({ authorizationParams: { max_age: 600 } as object })).toHaveProperty('token');
    web.server.clock.advance(601_000);
    expect(await shop.renew({ authorizationParams: { max_age: 600 } as object })).toMatchObject({
      error: 'login_required',
      reason: 'max-age-exceeded',
    });
  });

  test('by redirect asks for the password again, and auth_time moves', async () => {
    const shop = await open();
    await shop.signIn({ max_age: 600 });
    const before = await shop.call((client) => client.getIdTokenClaims());
    web.server.clock.advance(601_000);
    await shop.redirect({ max_age: 600 });
    expect(new URL(shop.tab.url()).pathname).toBe('/u/login');
    await fillLoginPage(shop.tab);
    await shop.finish();
    const after = await shop.call((client) => client.getIdTokenClaims());
    expect(Number(after?.auth_time)).toBeGreaterThan(Number(before?.auth_time) + 600);
    expect(after?.sid).toBe(before?.sid);
  });
});

describe('13: logout', () => {
  test('with returnTo ends the session at once and comes back', async () => {
    const shop = await open();
    await shop.signIn();
    await shop.signOut();
    await shop.reload();
    expect(await shop.renew()).toMatchObject({ error: 'login_required' });
  });

  test('with federated, a flag without a value, does the same', async () => {
    const shop = await open();
    await shop.signIn();
    const asked = shop.tab.waitForRequest((request) => request.url().includes('/v2/logout'));
    await shop.signOut({ federated: true });
    expect((await asked).url()).toMatch(/&federated(&|$)/);
    await shop.reload();
    expect(await shop.renew()).toMatchObject({ error: 'login_required' });
  });

  test('with clientId null is held against the tenant’s list', async () => {
    const shop = await open();
    await shop.signIn();
    const returnTo = `${shop.options.origin}/all-out`;
    const asked = shop.tab.waitForRequest((request) => request.url().includes('/v2/logout'));
    await shop.tab.evaluate(
      `void client.logout({ clientId: null, logoutParams: { returnTo: ${JSON.stringify(returnTo)} } })`,
    );
    await shop.tab.waitForURL(returnTo);
    expect((await asked).url()).not.toContain('client_id');
    await shop.reload();
    expect(await shop.renew()).toMatchObject({ error: 'login_required' });
  });

  test('with a returnTo that nobody registered goes nowhere and ends nothing', async () => {
    const shop = await open();
    await shop.signIn();
    await shop.tab.evaluate(`void client.logout({ logoutParams: { returnTo: 'https://evil.test/' } })`);
    await shop.tab.waitForURL((url) => url.pathname === '/v2/logout');
    await shop.reload();
    expect(await shop.renew()).toHaveProperty('token');
  });
});

test('an access token for an API carries its audience, and the SDK keeps one per audience', async () => {
  const shop = await open();
  await shop.signIn();
  const outcome = await shop.renew({ authorizationParams: { audience: API, scope: 'openid read:berths' } });
  const payload = JSON.parse(Buffer.from(String(outcome.token).split('.')[1] ?? '', 'base64url').toString());
  expect(payload).toMatchObject({
    iss: web.server.issuer,
    sub: 'auth0|mira',
    aud: [API, `${web.server.issuer}userinfo`],
  });
});
