import express, { type Express } from 'express';
import oidc, { type ConfigParams } from 'express-openid-connect';
import type { Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { trustHere } from '../rig/certificate.js';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { claimsOf } from '../rig/session.js';
import { fillLoginPage } from '../rig/shop.js';
import { API } from '../rig/tenant.js';
import { startWeb, type Web } from '../rig/web.js';

/**
 * The published express-openid-connect with `offline_access`, which refreshes when its application asks. The issuer is on
 * `localhost`, because the SDK's own requests come from this process.
 */
const SECRET = 'a-secret-of-the-desk-that-is-long-enough';

const DESKS = {
  'rotates.test': {},
  'keeps.test': { refresh_token: { rotation_type: 'non-rotating' } },
} satisfies Record<string, object>;

type Desk = keyof typeof DESKS;

const NAMES = Object.keys(DESKS) as Desk[];

let web: Web;
let chromium: Chromium;

const addressOf = (desk: Desk) => web.sites.origin(desk);

beforeAll(async () => {
  web = await startWeb({
    hostname: 'localhost',
    change: (file, sites) => {
      for (const api of file.resourceServers) if (api.identifier === API) api.allow_offline_access = true;
      for (const desk of NAMES) {
        const origin = sites.origin(desk);
        file.clients.push({
          client_id: desk,
          name: desk,
          app_type: 'regular_web',
          client_secret: SECRET,
          callbacks: [`${origin}/callback`],
          allowed_logout_urls: [origin],
          ...DESKS[desk],
        });
      }
    },
  });
  if (web.certificate) trustHere(web.certificate);
  for (const desk of NAMES) web.sites.mount(desk, openDesk(desk));
  chromium = await launchChromium('blocked');
});

afterEach(async () => {
  vi.useRealTimers();
  await chromium.forgetEverything();
});

afterAll(async () => {
  await chromium.close();
  await web.stop();
});

/** What a desk's session holds. */
interface Held {
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly isExpired: boolean;
  readonly sub: string;
  readonly sid: string;
}

function openDesk(desk: Desk): Express {
  const app = express();
  // The library sets its cookie again with each answer: an icon that is still on its way would undo a sign-out.
  app.get('/favicon.ico', (_request, response) => {
    response.status(204).end();
  });
  const config: ConfigParams = {
    baseURL: addressOf(desk),
    issuerBaseURL: web.server.issuer,
    clientID: desk,
    clientSecret: SECRET,
    secret: 'the cookie secret of a test, long enough',
    idpLogout: true,
    authRequired: true,
    authorizationParams: {
      response_type: 'code',
      audience: API,
      scope: 'openid profile email offline_access read:berths',
    },
  };
  app.use(oidc.auth(config));
  app.get('/', (request, response) => {
    const { refreshToken, accessToken, idTokenClaims } = request.oidc;
    response.json({
      refreshToken,
      accessToken: accessToken?.access_token,
      isExpired: accessToken?.isExpired(),
      sub: idTokenClaims?.sub,
      sid: idTokenClaims?.sid,
    });
  });
  app.get('/refresh', async (request, response) => {
    await request.oidc.accessToken?.refresh().then(
      () => response.json({ refreshed: true }),
      ({ error, error_description }) => response.json({ error, error_description }),
    );
  });
  return app;
}

async function signedIn(desk: Desk): Promise<Tab> {
  const tab = await chromium.newTab();
  await tab.goto(`${addressOf(desk)}/`);
  await fillLoginPage(tab);
  await tab.waitForURL(`${addressOf(desk)}/`);
  return tab;
}

/** Asks the desk as a script in its page does. */
const ask = <Answer>(tab: Tab, path: string): Promise<Answer> =>
  tab.evaluate((path) => fetch(path).then((response) => response.json()), path) as Promise<Answer>;

const held = (tab: Tab) => ask<Held>(tab, '/');

describe.each(NAMES)('%s', (desk) => {
  test('an access token that has expired is refreshed, and the session goes on with the new one', async () => {
    const tab = await signedIn(desk);
    const before = await held(tab);
    expect(before).toMatchObject({ sub: 'auth0|mira', isExpired: false });
    vi.setSystemTime(Date.now() + 11 * 60_000);
    expect(await held(tab)).toMatchObject({ accessToken: before.accessToken, isExpired: true });
    expect(await ask(tab, '/refresh')).toEqual({ refreshed: true });
    const after = await held(tab);
    expect(after).toMatchObject({ sub: before.sub, sid: before.sid, isExpired: false });
    expect(claimsOf(after.accessToken)).toMatchObject({
      aud: [API, `${web.server.issuer}userinfo`],
      sub: 'auth0|mira',
    });
    expect(after.refreshToken === before.refreshToken).toBe(desk === 'keeps.test');
    expect(await ask(tab, '/refresh')).toEqual({ refreshed: true });
  });

  test('ten requests that refresh at the same moment all succeed, and the session survives', async () => {
    const tab = await signedIn(desk);
    const before = await held(tab);
    const answers = await tab.evaluate(() =>
      Promise.all(Array.from({ length: 10 }, () => fetch('/refresh').then((response) => response.json()))),
    );
    expect(answers).toEqual(Array.from({ length: 10 }, () => ({ refreshed: true })));
    const after = await held(tab);
    expect(after.accessToken).not.toBe(before.accessToken);
    expect(await ask(tab, '/refresh')).toEqual({ refreshed: true });
  });

  test('after a session that ended elsewhere, the refresh is invalid_grant', async () => {
    const tab = await signedIn(desk);
    const { sid } = await held(tab);
    await web.server.store.endSession({
      sid,
      reason: 'revoked',
      now: web.server.clock.now(),
      events: [],
    });
    expect(await ask(tab, '/refresh')).toEqual({
      error: 'invalid_grant',
      error_description: 'Unknown or invalid refresh token.',
    });
  });
});

test('rotates.test: a desk that went back to an old cookie, by a restored backup, is refused', async () => {
  const tab = await signedIn('rotates.test');
  const cookies = await chromium.context.cookies(addressOf('rotates.test'));
  await ask(tab, '/refresh');
  await ask(tab, '/refresh');
  await chromium.context.addCookies(cookies);
  expect(await ask(tab, '/refresh')).toMatchObject({ error: 'invalid_grant' });
});
