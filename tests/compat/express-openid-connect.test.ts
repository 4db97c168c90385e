import { generateKeyPairSync } from 'node:crypto';
import express, { type Express } from 'express';
import oidc, { type ConfigParams } from 'express-openid-connect';
import type { Page as Tab } from 'playwright-core';
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

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });

interface DeskSetup {
  /** What differs from the base below. */
  readonly sdk: Partial<ConfigParams>;
  readonly client?: object;
  /**
   * Answers by form_post need the SDK's state cookie in a cross-site POST: over plain http it has no `SameSite`, and
   * its life depends on a browser's grace period.
   */
  readonly onlyOverHttps?: boolean;
}

const CODE = { authorizationParams: { response_type: 'code' } } as const;

/** One desk for each way that the SDK can be set up. */
const DESKS = {
  // The SDK's own default: an ID token from the authorization endpoint, posted, and no secret at all.
  'default.test': { sdk: {}, client: { grant_types: ['implicit'] }, onlyOverHttps: true },
  'hybrid.test': {
    sdk: { authorizationParams: { response_type: 'code id_token' } },
    client: { sojourn: { response_types: ['code id_token'] } },
    onlyOverHttps: true,
  },
  'posted.test': {
    sdk: { authorizationParams: { response_type: 'code', response_mode: 'form_post' } },
    onlyOverHttps: true,
  },
  'code.test': { sdk: { ...CODE, clientAuthMethod: 'client_secret_post' } },
  'basic.test': { sdk: { ...CODE, clientAuthMethod: 'client_secret_basic' } },
  'assertion.test': {
    sdk: {
      ...CODE,
      clientAuthMethod: 'private_key_jwt',
      clientAssertionSigningKey: KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      clientAssertionSigningAlg: 'RS256',
    },
    client: {
      token_endpoint_auth_method: 'private_key_jwt',
      sojourn: { jwks: { keys: [KEYS.publicKey.export({ format: 'jwk' })] } },
    },
  },
  'plain.test': { sdk: CODE },
  'silent.test': { sdk: { ...CODE, attemptSilentLogin: true, authRequired: false } },
  'auth0-logout.test': { sdk: { ...CODE, auth0Logout: true } },
} satisfies Record<string, DeskSetup>;

type Desk = keyof typeof DESKS;

const setupOf = (desk: Desk): DeskSetup => DESKS[desk];

describe.each(['https', 'http'] as const)('over %s', (scheme) => {
  const desks = (Object.keys(DESKS) as Desk[]).filter(
    (desk) => scheme === 'https' || setupOf(desk).onlyOverHttps !== true,
  );
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
        for (const desk of desks) {
          const origin = sites.origin(nameOf(desk));
          file.clients.push({
            client_id: desk,
            name: desk,
            app_type: 'regular_web',
            client_secret: SECRET,
            callbacks: [`${origin}/callback`],
            allowed_logout_urls: [origin],
            grant_types: ['authorization_code'],
            ...setupOf(desk).client,
          });
        }
      },
    });
    if (web.certificate) trustHere(web.certificate);
    for (const desk of desks) web.sites.mount(nameOf(desk), openDesk(desk));
    chromium = await launchChromium('blocked');
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  function openDesk(desk: Desk): Express {
    const app = express();
    // The library sets its cookie again with each answer: an icon that is still on its way would undo a sign-out.
    app.get('/favicon.ico', (_request, response) => {
      response.status(204).end();
    });
    app.use(
      oidc.auth({
        baseURL: addressOf(desk),
        issuerBaseURL: web.server.issuer,
        clientID: desk,
        ...(desk !== 'default.test' && desk !== 'assertion.test' && { clientSecret: SECRET }),
        secret: 'the cookie secret of a test, long enough',
        idpLogout: true,
        authRequired: true,
        ...setupOf(desk).sdk,
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

  const signedInto =
    scheme === 'https' ? desks.filter((desk) => desk !== 'silent.test') : ['code.test' as const];

  test.each(signedInto)('%s signs in, and out again', async (desk) => {
    const { tab, says } = await visit(desk, { signsIn: true });
    expect(says).toEqual({ sub: 'auth0|mira', email: 'mira@harbour.example', sid: expect.any(String) });
    expect(tab.url()).toBe(`${addressOf(desk)}/`);
    await signOut(tab);
  });

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
      await signOut(tab);
      expect(new URL((await asked).url()).searchParams.get(named)).not.toBeNull();
      await visit('plain.test', { signsIn: true });
    },
  );

  /** The page that it comes back to asks for a sign-in again. */
  async function signOut(tab: Tab): Promise<void> {
    await tab.evaluate(() => window.location.assign('/logout'));
    await tab.waitForURL((url) => url.pathname === '/u/login');
  }
});
