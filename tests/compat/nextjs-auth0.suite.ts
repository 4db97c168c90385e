import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { type NextServer, startNext, type Version } from '../rig/next-server.js';
import { claimsOf } from '../rig/session.js';
import { fillLoginPage } from '../rig/shop.js';
import { startWeb, type Web } from '../rig/web.js';

/**
 * The published @auth0/nextjs-auth0 3.8 on Next 14 and 4.30 on Next 15, each on a site of its own, with Chromium in
 * front and third-party cookies blocked. The issuer is on `localhost`, because the SDK's requests come from Next.
 */
const SECRET = 'a-secret-of-the-desk-that-is-long-enough';
const COOKIE_SECRET = 'the cookie secret of a test, which is long enough';

interface Desk {
  readonly version: Version;
  readonly env: Readonly<Record<string, string>>;
  readonly signsOutAt: '/v2/logout' | '/oidc/logout';
}

const DESKS = {
  'next3.test': { version: 'v3', env: {}, signsOutAt: '/v2/logout' },
  'next3-oidc.test': { version: 'v3', env: { AUTH0_LOGOUT: 'false' }, signsOutAt: '/oidc/logout' },
  'next4.test': { version: 'v4', env: {}, signsOutAt: '/oidc/logout' },
  'next4-v2.test': { version: 'v4', env: { LOGOUT_STRATEGY: 'v2' }, signsOutAt: '/v2/logout' },
  'next4-offline.test': { version: 'v4', env: {}, signsOutAt: '/oidc/logout' },
} as const satisfies Record<string, Desk>;

type DeskName = keyof typeof DESKS;

const NAMES = Object.keys(DESKS) as DeskName[];

/** An API whose tokens expire while a test looks: the SDK's clock is that of another process. */
const BRIEF = 'https://brief.api.test/';

/** Where the SDK of each major answers. */
const PATHS = {
  v3: { auth: '/api/auth', profile: '/api/auth/me' },
  v4: { auth: '/auth', profile: '/auth/profile' },
} as const;

let web: Web;
let chromium: Chromium;
let folder: string;
const servers: NextServer[] = [];

const addressOf = (name: DeskName) => web.sites.origin(name);
const pathsOf = (name: DeskName) => PATHS[DESKS[name].version];

beforeAll(async () => {
  chromium = await launchChromium('blocked');
  web = await startWeb({
    hostname: 'localhost',
    change: (file, sites) => {
      file.resourceServers.push({
        identifier: BRIEF,
        name: 'Harbour Clock',
        token_lifetime: 1,
        allow_offline_access: true,
      });
      for (const name of NAMES) {
        const origin = sites.origin(name);
        file.clients.push({
          client_id: name,
          name,
          app_type: 'regular_web',
          client_secret: SECRET,
          callbacks: [`${origin}${pathsOf(name).auth}/callback`],
          allowed_logout_urls: [origin],
          grant_types:
            name === 'next4-offline.test' ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
        });
      }
    },
  });
  folder = await mkdtemp(join(tmpdir(), 'sojourn-next-'));
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, web.certificate?.cert ?? '');
  await Promise.all(
    NAMES.map(async (name) => {
      const { version, env } = DESKS[name];
      const issuer = web.server.issuer.replace(/\/$/, '');
      const server = await startNext(version, {
        NODE_EXTRA_CA_CERTS: authority,
        AUTH0_SECRET: COOKIE_SECRET,
        AUTH0_CLIENT_ID: name,
        AUTH0_CLIENT_SECRET: SECRET,
        ...(version === 'v3'
          ? { AUTH0_BASE_URL: addressOf(name), AUTH0_ISSUER_BASE_URL: issuer }
          : { APP_BASE_URL: addressOf(name), AUTH0_DOMAIN: issuer }),
        ...env,
      });
      servers.push(server);
      web.sites.mount(name, server.answer);
    }),
  );
});

afterEach(() => chromium.forgetEverything());

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await chromium.close();
  await web.stop();
  await rm(folder, { recursive: true });
});

/** Opens the desk's login address, and ends at its front page. */
async function signIn(name: DeskName, { signsIn = true, query = '' } = {}): Promise<Tab> {
  const tab = await chromium.newTab();
  await tab.goto(`${addressOf(name)}${pathsOf(name).auth}/login${query}`);
  if (signsIn) {
    expect(tab.url().startsWith(`${web.server.issuer}u/login`)).toBe(true);
    await fillLoginPage(tab);
  }
  await tab.waitForURL(`${addressOf(name)}/`);
  return tab;
}

async function jsonAt(tab: Tab, url: string): Promise<unknown> {
  await tab.goto(url);
  return JSON.parse((await tab.textContent('body')) ?? '');
}

describe.each(NAMES)('%s', (name) => {
  test('sign-in: the page on the server knows who it is', async () => {
    const tab = await chromium.newTab();
    await tab.goto(`${addressOf(name)}/`);
    expect(await tab.textContent('#state')).toBe('signed out');
    const signedIn = await signIn(name);
    expect(await signedIn.textContent('#state')).toBe('Mira Lind is signed in');
  });

  test('profile: the SDK’s own address gives it to the browser', async () => {
    const tab = await signIn(name);
    expect(await jsonAt(tab, `${addressOf(name)}${pathsOf(name).profile}`)).toMatchObject({
      sub: 'auth0|mira',
      name: 'Mira Lind',
      email: 'mira@harbour.example',
    });
  });

  test('sign-out: goes through the expected address, comes back, and the session is over', async () => {
    const { signsOutAt } = DESKS[name];
    const tab = await signIn(name);
    const asked = tab.waitForRequest((request) => new URL(request.url()).pathname === signsOutAt);
    // A link in the page, not a typed address: whom a browser comes from decides whether it is asked first.
    await tab.evaluate((path) => window.location.assign(path), `${pathsOf(name).auth}/logout`);
    const url = new URL((await asked).url());
    expect(url.searchParams.get('client_id')).toBe(name);
    await tab.waitForURL(`${addressOf(name)}/`);
    expect(await tab.textContent('#state')).toBe('signed out');
    await signIn(name);
  });
});

test('sign-in: the next desk, of another major, needs no login page', async () => {
  await signIn('next3.test');
  const tab = await signIn('next4.test', { signsIn: false });
  expect(await tab.textContent('#state')).toBe('Mira Lind is signed in');
});

/** What 4.30 gives its own page. */
async function accessTokenAt(tab: Tab): Promise<string> {
  const answer = await jsonAt(tab, `${addressOf('next4-offline.test')}/auth/access-token`);
  return (answer as { token: string }).token;
}

test('access token: 4.30 refreshes one that has expired, again and again', async () => {
  const tab = await signIn('next4-offline.test', { query: `?audience=${encodeURIComponent(BRIEF)}` });
  const given = new Set<string>();
  await expect
    .poll(async () => given.add(await accessTokenAt(tab)).size, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(3);
  const [token = ''] = [...given].slice(-1);
  expect(claimsOf(token)).toMatchObject({ sub: 'auth0|mira', aud: [BRIEF, `${web.server.issuer}userinfo`] });
});

test('sign-out: 4.30 revokes its refresh token', async () => {
  const tab = await signIn('next4-offline.test');
  const { sid, grant_id: handleHash } = claimsOf(await accessTokenAt(tab));
  const family = () => web.server.store.findFamily({ sid: String(sid), handleHash: String(handleHash) });
  expect(await family()).toMatchObject({ family: { revokedAt: null } });
  await tab.goto(`${addressOf('next4-offline.test')}/`);
  await tab.evaluate((path) => window.location.assign(path), '/auth/logout');
  // From server to server, on the way out: the tab is at the same address before and after.
  await expect
    .poll(family, { timeout: 15_000 })
    .toMatchObject({ family: { revokeReason: 'client-request' } });
});

test('access token: 4.30 asks for offline_access, and does without where the client is not registered for it', async () => {
  const tab = await chromium.newTab();
  const asked = tab.waitForRequest((request) => request.url().includes('/authorize?'));
  await tab.goto(`${addressOf('next4.test')}/auth/login`);
  expect(new URL((await asked).url()).searchParams.get('scope')).toBe('openid profile email offline_access');
  await fillLoginPage(tab);
  await tab.waitForURL(`${addressOf('next4.test')}/`);
  expect(await jsonAt(tab, `${addressOf('next4.test')}/auth/access-token`)).toMatchObject({
    token: expect.stringMatching(/./),
    scope: 'openid profile email',
  });
});
