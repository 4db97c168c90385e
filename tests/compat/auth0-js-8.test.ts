import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import {
  ImplicitApp,
  type ImplicitAppOptions,
  implicitClient,
  resultOf,
  serveImplicitApp,
} from '../rig/implicit-app.js';
import { claimsOf } from '../rig/session.js';
import { startWeb, type Web } from '../rig/web.js';

/**
 * The published auth0-js 8.10.1, third-party cookies allowed, each scenario of auth0-wire.md 17. Over https alone:
 * this version knows no other scheme.
 */
const BRIEF_SECONDS = 60;

let web: Web;
let chromium: Chromium;

beforeAll(async () => {
  web = await startWeb({
    change: (file, sites) => {
      const origin = sites.origin('a.test');
      serveImplicitApp(sites, 'a.test', 8);
      file.clients.push(implicitClient('implicit-a', origin), {
        ...implicitClient('implicit-unlisted', origin),
        web_origins: [],
      });
      file.clients.push({
        ...implicitClient('implicit-brief', origin),
        jwt_configuration: { lifetime_in_seconds: BRIEF_SECONDS },
      });
    },
  });
  chromium = await launchChromium('allowed');
});

afterEach(() => chromium.forgetEverything());

afterAll(async () => {
  await chromium.close();
  await web.stop();
});

const open = (options: Partial<ImplicitAppOptions> = {}) =>
  ImplicitApp.open(chromium, {
    origin: web.sites.origin('a.test'),
    issuer: web.server.issuer,
    clientId: 'implicit-a',
    ...options,
  });

const silent = (path: string, usePostMessage: boolean) => ({
  redirectUri: `${web.sites.origin('a.test')}${path}`,
  usePostMessage,
});

describe('authorize and parseHash', () => {
  test('give both tokens; the audience is plain text, the nonce the one that was sent, the clock needs no leeway', async () => {
    const app = await open();
    await app.signIn();
    const answer = await app.call('parseHash');
    const sent = app.requests.find(({ pathname }) => pathname === '/authorize')?.searchParams;
    const { idTokenPayload, ...rest } = resultOf(answer);
    expect(rest).toMatchObject({
      accessToken: expect.stringMatching(/./),
      tokenType: 'Bearer',
      expiresIn: 7200,
      scope: 'openid profile email',
      state: sent?.get('state'),
    });
    expect(idTokenPayload).toMatchObject({
      iss: web.server.issuer,
      aud: 'implicit-a',
      sub: 'auth0|mira',
      name: 'Mira Lind',
      nonce: sent?.get('nonce'),
    });
    expect(idTokenPayload.iat).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test('refuse a token whose nonce is another', async () => {
    const app = await open();
    await app.signIn();
    expect(await app.call('parseHash', { nonce: 'another' })).toMatchObject({
      error: { error: 'invalid_token', errorDescription: 'Nonce does not match.' },
    });
  });

  test('refuse a token that expired seconds ago', async () => {
    const app = await open({ clientId: 'implicit-brief' });
    const behindMs = (BRIEF_SECONDS + 5) * 1_000;
    web.server.clock.advance(-behindMs);
    await app.signIn();
    web.server.clock.advance(behindMs);
    expect(await app.call('parseHash')).toMatchObject({
      error: { error: 'invalid_token', errorDescription: expect.stringMatching(/expired/i) },
    });
  });

  test('tell a refusal in words that can be read', async () => {
    const app = await open();
    await app.authorize({ prompt: 'none' });
    expect(await app.call('parseHash')).toMatchObject({
      error: {
        error: 'login_required',
        errorDescription: expect.stringMatching(/^Login required\. /),
        state: expect.stringMatching(/./),
      },
    });
  });
});

describe('checkSession', () => {
  test('with a session gives tokens, camel-cased and not validated', async () => {
    const app = await open();
    await app.signInAndParse();
    const answer = await app.call('checkSession');
    expect(answer).toMatchObject({
      error: null,
      result: { tokenType: 'Bearer', scope: 'openid profile email', state: expect.stringMatching(/./) },
    });
    const { idToken, expiresIn } = resultOf(answer);
    expect(claimsOf(idToken)).toMatchObject({ sub: 'auth0|mira', aud: 'implicit-a' });
    expect(Number(expiresIn)).toBe(7200);
  });

  test('without a session is the bare string login_required', async () => {
    const app = await open();
    expect(await app.call('checkSession')).toEqual({ error: 'login_required', result: null });
  });

  test('from an origin that is not listed is a timeout', async () => {
    const app = await open({ clientId: 'implicit-unlisted' });
    expect(await app.call('checkSession', { timeout: 1_000 })).toEqual({
      error: { error: 'timeout', error_description: 'Timeout during fetching SSO data' },
      result: null,
    });
  });
});

describe('renewAuth, with usePostMessage and a page that posts the parsed result', () => {
  test('with a session gives tokens, validated by the page in the frame', async () => {
    const app = await open();
    const before = await app.signInAndParse();
    const after = resultOf(await app.call('renewAuth', silent('/silent-parsed', true)));
    expect(after.idTokenPayload).toMatchObject({ sub: 'auth0|mira', sid: before.idTokenPayload.sid });
    expect(after.accessToken).not.toBe(before.accessToken);
  });

  test('without a session is login_required, as the result', async () => {
    const app = await open();
    expect(await app.call('renewAuth', silent('/silent-parsed', true))).toEqual({
      error: null,
      result: {
        error: 'login_required',
        errorDescription: expect.stringMatching(/^Login required/),
        state: expect.stringMatching(/./),
      },
    });
  });
});

describe('renewAuth, without usePostMessage', () => {
  test('reads the fragment of the frame and validates it', async () => {
    const app = await open();
    await app.signInAndParse();
    const { idTokenPayload } = resultOf(await app.call('renewAuth', silent('/silent-blank', false)));
    expect(idTokenPayload).toMatchObject({ sub: 'auth0|mira', aud: 'implicit-a' });
  });

  test('without a session is login_required', async () => {
    const app = await open();
    expect(await app.call('renewAuth', silent('/silent-blank', false))).toMatchObject({
      error: { error: 'login_required' },
      result: null,
    });
  });
});

test('logout ends the session and comes back', async () => {
  const app = await open();
  await app.signInAndParse();
  await app.signOut();
  expect(await app.call('checkSession')).toEqual({ error: 'login_required', result: null });
});
