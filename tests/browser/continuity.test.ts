import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { fillLoginPage, Shop, type ShopOptions } from '../rig/shop.js';
import { startWeb, type Web } from '../rig/web.js';

/** Sign in once, stay signed in across sites, sign out of all: with the published SDK and the five lines around it. */
describe.each(['allowed', 'blocked'] as const)('third-party cookies %s', (thirdPartyCookies) => {
  const blocked = thirdPartyCookies === 'blocked';
  let web: Web;
  let chromium: Chromium;

  beforeAll(async () => {
    web = await startWeb();
    chromium = await launchChromium(thirdPartyCookies);
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  const open = (site: 'a' | 'b', options: Partial<ShopOptions> = {}) =>
    Shop.open(chromium, {
      origin: web.sites.origin(`${site}.test`),
      issuer: web.server.issuer,
      clientId: `spa-${site}`,
      ...options,
    });

  const attachments = async () => {
    const cookies = await chromium.context.cookies();
    return cookies.filter(({ name }) => name.startsWith('__Host-sojourn.attached.'));
  };

  test('signed in on one shop is signed in on the other', async () => {
    const shop = await open('a');
    await shop.signIn();
    const docs = await open('b');
    const first = await docs.renew();
    if (blocked) {
      expect(first).toMatchObject({ error: 'login_required', reason: 'cookies-blocked' });
      // A click on "sign in", or a bounce: no form either way.
      await docs.redirect();
      await docs.finish();
    } else {
      expect(first).toHaveProperty('token');
    }
    expect(await docs.user()).toMatchObject({ sub: 'auth0|mira' });
    const sids = await Promise.all(
      [shop, docs].map((each) => each.call(async (client) => (await client.getIdTokenClaims())?.sid)),
    );
    expect(sids[0]).toBe(sids[1]);
    // From here on the attachment carries it, reloads included.
    await docs.reload();
    expect(await docs.renew()).toHaveProperty('token');
  });

  test('a top-level bounce with prompt=none signs in without a page', async () => {
    await (await open('a')).signIn();
    const docs = await open('b');
    await docs.redirect({ prompt: 'none' });
    await docs.finish();
    expect(await docs.user()).toMatchObject({ sub: 'auth0|mira' });
    expect(docs.requests.filter((request) => request.includes('/u/'))).toEqual([]);
  });

  test('a bounce without a session comes back with login_required, once, and shows no page', async () => {
    const docs = await open('b');
    await docs.redirect({ prompt: 'none' });
    const answer = new URL(docs.tab.url()).searchParams;
    expect(answer.get('error')).toBe('login_required');
    expect(answer.get('sojourn_reason')).toBe('no-session');
    await expect(docs.finish()).rejects.toThrow('Login required');
    expect(docs.requests).toEqual(['GET /authorize']);
  });

  test('a reload keeps the sign-in', async () => {
    const shop = await open('a');
    await shop.signIn();
    for (let times = 0; times < 3; times += 1) {
      await shop.reload();
      expect(await shop.renew()).toHaveProperty('token');
    }
    expect(await attachments()).toMatchObject([
      { partitionKey: 'https://a.test', httpOnly: true, secure: true, sameSite: 'None', path: '/' },
    ]);
  });

  test(`the SDK alone, without the wrapper, ${blocked ? 'is stopped by the browser: it says so' : 'keeps the sign-in'}`, async () => {
    const shop = await open('a', { attach: false });
    await shop.signIn();
    await shop.reload();
    const outcome = await shop.renew();
    if (blocked) expect(outcome).toMatchObject({ error: 'login_required', reason: 'cookies-blocked' });
    else expect(outcome).toHaveProperty('token');
    expect(await attachments()).toEqual([]);
  });

  test('renews silently again and again, each time with another token and without a page', async () => {
    const shop = await open('a');
    await shop.signIn();
    shop.requests.length = 0;
    const tokens = new Set<string | undefined>();
    for (let times = 0; times < 5; times += 1) tokens.add((await shop.renew()).token);
    expect(tokens.size).toBe(5);
    expect(tokens).not.toContain(undefined);
    expect(shop.requests).toEqual(Array(5).fill(['GET /authorize', 'POST /oauth/token']).flat());
  });

  test('two tabs that renew at once, again and again, both stay signed in', async () => {
    const tabs = [await open('a'), await open('a')] as const;
    await tabs[0].signIn();
    for (let times = 0; times < 4; times += 1) {
      const outcomes = await Promise.all(tabs.map((tab) => tab.renew()));
      expect(outcomes).toEqual([{ token: expect.any(String) }, { token: expect.any(String) }]);
    }
    expect(await attachments()).toHaveLength(1);
  });

  test('renewal goes on long past the overlap of the attachment’s values', async () => {
    const shop = await open('a');
    await shop.signIn();
    for (let times = 0; times < 3; times += 1) {
      web.server.clock.advance(120_000);
      expect(await shop.renew()).toHaveProperty('token');
    }
  });

  test('signing out of one shop is login_required in the other, with the reason', async () => {
    const shop = await open('a');
    await shop.signIn();
    const docs = await open('b');
    await docs.redirect();
    await docs.finish();
    await docs.signOut();
    const outcome = await shop.renew();
    expect(outcome).toMatchObject({ error: 'login_required' });
    // Where the session's own cookies travel, the sign-out has taken them away; the attachment knows its session.
    expect(outcome).toHaveProperty('reason', 'session-ended');
    expect(await shop.call((client) => client.isAuthenticated())).toBe(false);
    await docs.reload();
    expect(await docs.renew()).toMatchObject({ error: 'login_required' });
  });

  test('an expired session signs nobody in silently, and signing in again brings everything back', async () => {
    const shop = await open('a');
    await shop.signIn();
    const before = await shop.call(async (client) => (await client.getIdTokenClaims())?.sid);
    web.server.clock.advance(3 * 86_400_000 + 1_000);
    expect(await shop.renew()).toMatchObject({ error: 'login_required', reason: 'session-expired-idle' });
    await shop.redirect();
    expect(await shop.tab.inputValue('#username')).toBe('mira@harbour.example');
    await fillLoginPage(shop.tab);
    await shop.finish();
    expect(await shop.renew()).toHaveProperty('token');
    expect(await shop.call(async (client) => (await client.getIdTokenClaims())?.sid)).toBe(before);
  });

  test('another End-User on the same browser never speaks for the first', async () => {
    const shop = await open('a');
    await shop.signIn();
    const docs = await open('b');
    await docs.signIn({ prompt: 'login' }, 'otto@harbour.example');
    const outcome = await shop.renew();
    if (blocked) {
      expect(outcome).toMatchObject({ error: 'login_required', reason: 'session-ended' });
    } else {
      // The browser's one session is Otto's now, and the answer says whose it is.
      expect(outcome).toHaveProperty('token');
      expect(await shop.user()).toMatchObject({ sub: 'auth0|otto' });
    }
  });

  test('B15: without any cookie that reaches the frame, one refusal in time and no navigation', async () => {
    const shop = await open('a', { attach: false, sdk: { authorizeTimeoutInSeconds: 10 } });
    const navigations: string[] = [];
    shop.tab.on('framenavigated', (frame) => {
      if (frame === shop.tab.mainFrame()) navigations.push(frame.url());
    });
    expect(await shop.renew()).toMatchObject({
      error: 'login_required',
      reason: blocked ? 'cookies-blocked' : 'no-session',
    });
    expect(navigations).toEqual([]);
    expect(shop.requests).toEqual(['GET /authorize']);
  });
});
