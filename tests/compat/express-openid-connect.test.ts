import express, { type Express } from 'express';
import oidc, { type ConfigParams } from 'express-openid-connect';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { trustHere } from '../rig/certificate.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { fillLoginPage } from '../rig/shop.js';
import { startWeb, type Web } from '../rig/web.js';

/**
 * The published express-openid-connect, unmodified, on a site of its own, with Chromium in front. The issuer is on
 * `localhost`, because the SDK's own requests come from this process, which resolves no `.test` name.
 */
const SECRET = 'a-secret-of-the-desk-that-is-long-enough';

/** One desk for each way that the SDK can be set up. */
const DESKS = {
  'code.test': { authorizationParams: { response_type: 'code' }, clientAuthMethod: 'client_secret_post' },
  'basic.test': { authorizationParams: { response_type: 'code' }, clientAuthMethod: 'client_secret_basic' },
  'posted.test': { authorizationParams: { response_type: 'code', response_mode: 'form_post' } },
  'silent.test': {
    authorizationParams: { response_type: 'code' },
    attemptSilentLogin: true,
    authRequired: false,
  },
  'auth0-logout.test': { authorizationParams: { response_type: 'code' }, auth0Logout: true },
  'plain.test': { authorizationParams: { response_type: 'code' } },
} satisfies Record<string, Partial<ConfigParams>>;

type Desk = keyof typeof DESKS;

describe.each(['https', 'http'] as const)('over %s', (scheme) => {
  let web: Web;
  let chromium: Chromium;

  /** Over plain http a site must count as secure by its name, as in the demo. */
  const nameOf = (desk: Desk) => (scheme === 'https' ? desk : desk.replace('.test', '.localhost'));
  const addressOf = (desk: Desk) => web.sites.origin(nameOf(desk));

  beforeAll(async () => {
    web = await startWeb({
      scheme,
      hostname: 'localhost',
      change: (file, sites) => {
        for (const desk of Object.keys(DESKS) as Desk[]) {
          const origin = sites.origin(nameOf(desk));
          file.clients.push({
            client_id: desk,
            name: desk,
            app_type: 'regular_web',
            client_secret: SECRET,
            callbacks: [`${origin}/callback`],
            allowed_logout_urls: [origin, `${origin}/`],
            grant_types: ['authorization_code'],
          });
        }
      },
    });
    if (web.certificate) trustHere(web.certificate);
    for (const desk of Object.keys(DESKS) as Desk[]) {
      if (desk !== 'posted.test' || scheme === 'https') web.sites.mount(nameOf(desk), buildDesk(desk));
    }
    chromium = await launchChromium('blocked');
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  function buildDesk(desk: Desk): Express {
    const app = express();
    app.use(
      oidc.auth({
        baseURL: addressOf(desk),
        issuerBaseURL: web.server.issuer,
        clientID: desk,
        clientSecret: SECRET,
        secret: 'the cookie secret of a test, long enough',
        idpLogout: true,
        authRequired: true,
        ...DESKS[desk],
      }),
    );
    app.get('/', async (request, response) => {
      const { user, idTokenClaims } = request.oidc;
      response.json(
        user === undefined ? null : { sub: user.sub, email: user.email, sid: idTokenClaims?.sid },
      );
    });
    app.get('/userinfo', async (request, response) => {
      response.json(await request.oidc.fetchUserInfo());
    });
    return app;
  }

  /** A visit that may lead through the login page, and what the desk says in the end. */
  async function visit(desk: Desk, options: { readonly signsIn: boolean }) {
    const tab = await chromium.newTab();
    await tab.goto(`${addressOf(desk)}/`);
    expect(tab.url().startsWith(`${web.server.issuer}u/login`)).toBe(options.signsIn);
    if (options.signsIn) await fillLoginPage(tab);
    await tab.waitForURL(`${addressOf(desk)}/`);
    return { tab, says: JSON.parse((await tab.textContent('body')) ?? '') };
  }

  test.each(['code.test', 'basic.test', 'plain.test'] as const)('%s signs in by code', async (desk) => {
    const { says } = await visit(desk, { signsIn: true });
    expect(says).toEqual({ sub: 'auth0|mira', email: 'mira@harbour.example', sid: expect.any(String) });
  });

  // Over http the SDK's state cookie has no `SameSite`, so its life depends on a browser's grace period.
  if (scheme === 'https') {
    test('form_post carries the code as well', async () => {
      const { tab, says } = await visit('posted.test', { signsIn: true });
      expect(says).toMatchObject({ sub: 'auth0|mira' });
      expect(tab.url()).not.toContain('code=');
    });
  }

  test('a second desk needs no login page', async () => {
    const first = await visit('code.test', { signsIn: true });
    const second = await visit('basic.test', { signsIn: false });
    expect(second.says.sid).toBe(first.says.sid);
  });

  test('attemptSilentLogin without a session swallows login_required and asks once only', async () => {
    const tab = await chromium.newTab();
    const asked: string[] = [];
    tab.on('request', (request) => request.url().includes('/authorize?') && asked.push(request.url()));
    await tab.goto(`${addressOf('silent.test')}/`);
    expect(tab.url()).toBe(`${addressOf('silent.test')}/`);
    expect(await tab.textContent('body')).toBe('null');
    await tab.reload();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('prompt=none');
  });

  test('attemptSilentLogin with a session signs in without a page', async () => {
    await visit('code.test', { signsIn: true });
    const { says } = await visit('silent.test', { signsIn: false });
    expect(says).toMatchObject({ sub: 'auth0|mira' });
  });

  test('fetchUserInfo gives the profile of the same subject', async () => {
    const { tab } = await visit('code.test', { signsIn: true });
    await tab.goto(`${addressOf('code.test')}/userinfo`);
    expect(JSON.parse((await tab.textContent('body')) ?? '')).toMatchObject({
      sub: 'auth0|mira',
      email: 'mira@harbour.example',
      name: 'Mira Lind',
    });
  });

  test.each([
    ['code.test', '/oidc/logout', 'id_token_hint'],
    ['auth0-logout.test', '/v2/logout', 'client_id'],
  ] as const)(
    'the sign-out of %s goes through %s and ends the session everywhere',
    async (desk, path, named) => {
      const { tab } = await visit(desk, { signsIn: true });
      const asked = tab.waitForRequest((request) => new URL(request.url()).pathname === path);
      await tab.evaluate(() => window.location.assign('/logout'));
      expect(new URL((await asked).url()).searchParams.get(named)).not.toBeNull();
      // The page that it comes back to asks for a sign-in again.
      await tab.waitForURL((url) => url.pathname === '/u/login');
      await visit('plain.test', { signsIn: true });
    },
  );
});
