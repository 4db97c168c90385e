import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import {
  ImplicitApp,
  type ImplicitAppOptions,
  implicitClient,
  resultOf,
  serveImplicitApp,
} from '../rig/implicit-app.js';
import { startWeb, type Web } from '../rig/web.js';

const ASKS = 'https://asks.a.test/';

type Open = (options?: Partial<ImplicitAppOptions>) => Promise<ImplicitApp>;

/**
 * auth0-wire.md 17 for auth0-js 9 and 10: the published file, third-party cookies allowed, over https with a bare
 * host, and over http with the three issuer overrides. One browser for both.
 *
 * @param testMore what this version does in its own way.
 */
export function testAuth0Js(major: 9 | 10, testMore: (open: Open) => void): void {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await launchChromium('allowed');
  });
  afterAll(() => chromium.close());

  describe.each(['https', 'http'] as const)('over %s', (scheme) => {
    const site = scheme === 'https' ? 'a.test' : 'a.localhost';
    const elsewhere = scheme === 'https' ? 'b.test' : 'b.localhost';
    let web: Web;

    beforeAll(async () => {
      web = await startWeb({
        scheme,
        hostname: scheme === 'https' ? 'op.test' : 'localhost',
        change: (file, sites) => {
          const origin = sites.origin(site);
          serveImplicitApp(sites, site, major);
          serveImplicitApp(sites, elsewhere, major);
          file.clients.push(
            implicitClient('implicit-a', origin),
            implicitClient('implicit-b', sites.origin(elsewhere)),
            { ...implicitClient('implicit-unlisted', origin), web_origins: [] },
            {
              ...implicitClient('implicit-hs256', origin),
              client_secret: 'a-secret-that-no-browser-is-ever-told',
              jwt_configuration: { alg: 'HS256' },
            },
          );
        },
      });
    });

    afterEach(() => chromium.forgetEverything());

    afterAll(() => web.stop());

    const open: Open = (options = {}) =>
      ImplicitApp.open(chromium, {
        origin: web.sites.origin(site),
        issuer: web.server.issuer,
        clientId: 'implicit-a',
        ...options,
      });

    describe('authorize and parseHash', () => {
      test('give both tokens, the ID token verified, and the app’s own state', async () => {
        const app = await open();
        await app.signIn({ appState: { cart: 7 } });
        const result = await app.call('parseHash');
        const sent = app.requests.find(({ pathname }) => pathname === '/authorize')?.searchParams;
        expect(result).toMatchObject({
          error: null,
          result: {
            accessToken: expect.stringMatching(/./),
            tokenType: 'Bearer',
            expiresIn: 7200,
            scope: 'openid profile email',
            refreshToken: null,
            appState: { cart: 7 },
            state: sent?.get('state'),
            idTokenPayload: {
              iss: web.server.issuer,
              aud: 'implicit-a',
              sub: 'auth0|mira',
              email: 'mira@harbour.example',
              nonce: sent?.get('nonce'),
              at_hash: expect.stringMatching(/./),
            },
          },
        });
      });

      test('refuse an access token that at_hash does not name', async () => {
        const app = await open();
        await app.signIn();
        const hash = new URL(app.tab.url()).hash.replace(/access_token=[^&]*/, 'access_token=another');
        expect(await app.call('parseHash', { hash })).toMatchObject({
          error: { error: 'invalid_token', errorDescription: expect.stringMatching(/access_token/) },
        });
      });

      test('tell a refusal in words that can be read', async () => {
        const app = await open();
        await app.authorize({ prompt: 'none' });
        expect(await app.call('parseHash')).toMatchObject({
          error: { error: 'login_required', errorDescription: expect.stringMatching(/^Login required\. /) },
        });
      });
    });

    describe('checkSession', () => {
      test('ok: with a session gives tokens, the ID token verified', async () => {
        const app = await open();
        const before = await app.signInAndParse();
        const answer = await app.call('checkSession');
        expect(answer).toMatchObject({
          error: null,
          result: { tokenType: 'Bearer', expiresIn: 7200, scope: 'openid profile email' },
        });
        const after = resultOf(answer);
        expect(after.idTokenPayload).toMatchObject({
          sub: 'auth0|mira',
          sid: before.idTokenPayload.sid,
          auth_time: before.idTokenPayload.auth_time,
        });
        expect(after.accessToken).not.toBe(before.accessToken);
      });

      test('login_required: without a session, and with the state that was sent', async () => {
        const app = await open();
        // Without its state the SDK takes no notice of the answer, and tells of a timeout.
        const error = {
          error: 'login_required',
          error_description: expect.stringMatching(/^Login required/),
        };
        expect(await app.call('checkSession')).toEqual({
          error: {
            original: error,
            code: 'login_required',
            description: error.error_description,
            ...error,
          },
          result: null,
        });
      });

      test('consent_required: for an API that asks for it', async () => {
        const app = await open();
        await app.signInAndParse();
        const ledger = { audience: ASKS, scope: 'openid read:ledger' };
        expect(await app.call('checkSession', ledger)).toMatchObject({
          error: { error: 'consent_required' },
          result: null,
        });
      });

      test('origin_mismatch: for a redirectUri elsewhere, nobody is asked', async () => {
        const app = await open();
        const redirectUri = `${web.sites.origin(elsewhere)}/cb`;
        expect(await app.call('checkSession', { redirectUri })).toMatchObject({
          error: { error: 'origin_mismatch' },
          result: null,
        });
        expect(app.requests).toEqual([]);
      });

      test('timeout: from an origin that is not listed', async () => {
        const app = await open({ clientId: 'implicit-unlisted' });
        expect(await app.call('checkSession', { timeout: 1_000 })).toMatchObject({
          error: { error: 'timeout', description: 'Timeout during executing web_message communication' },
          result: null,
        });
      });
    });

    test('polling checkSession goes on until a logout elsewhere, and is login_required then', async () => {
      const app = await open();
      await app.signInAndParse();
      await app.startPolling();
      expect(await app.nextPoll()).toMatchObject({ error: null });
      expect(await app.nextPoll()).toMatchObject({ error: null });

      const other = await open({ origin: web.sites.origin(elsewhere), clientId: 'implicit-b' });
      expect(await other.call('checkSession')).toMatchObject({ error: null });
      await other.signOut();

      expect(await app.nextPoll()).toMatchObject({ error: { error: 'login_required' } });
    });

    describe('renewAuth', () => {
      test.each([
        ['a page that posts its fragment', '/silent-hash', true],
        ['a page that posts the parsed result', '/silent-parsed', true],
        ['a page that does nothing', '/silent-blank', false],
      ])('by %s gives tokens', async (_, path, usePostMessage) => {
        const app = await open();
        await app.signInAndParse();
        const redirectUri = `${app.options.origin}${path}`;
        const { idTokenPayload } = resultOf(await app.call('renewAuth', { redirectUri, usePostMessage }));
        expect(idTokenPayload).toMatchObject({ sub: 'auth0|mira', aud: 'implicit-a' });
      });

      test('without a session is login_required; as the result, where the page in the frame parsed it', async () => {
        const app = await open();
        const ask = (path: string) =>
          app.call('renewAuth', { redirectUri: `${app.options.origin}${path}`, usePostMessage: true });
        const refusal = {
          error: 'login_required',
          errorDescription: expect.stringMatching(/^Login required/),
        };
        expect(await ask('/silent-hash')).toMatchObject({ error: refusal, result: null });
        expect(await ask('/silent-parsed')).toMatchObject({ error: null, result: refusal });
      });
    });

    test('client.userInfo gives the profile', async () => {
      const app = await open();
      const { accessToken } = await app.signInAndParse();
      expect(await app.userInfo(accessToken)).toMatchObject({
        error: null,
        result: { sub: 'auth0|mira', name: 'Mira Lind', email: 'mira@harbour.example', email_verified: true },
      });
      expect(await app.userInfo('no token')).toMatchObject({ error: { statusCode: 401 }, result: null });
    });

    test('popup.authorize gets the result from the callback page in the popup, which closes', async () => {
      const app = await open();
      const redirectUri = `${app.options.origin}/popup`;
      const { accessToken, idTokenPayload } = resultOf(await app.signInByPopup({ redirectUri }));
      expect(accessToken).toMatch(/./);
      expect(idTokenPayload).toMatchObject({ sub: 'auth0|mira', aud: 'implicit-a' });
      expect(await app.call('checkSession')).toMatchObject({ error: null });
    });

    test.each([
      ['without more', {}],
      ['with federated', { federated: true }],
    ])('logout %s ends the session and comes back', async (_, options) => {
      const app = await open();
      await app.signInAndParse();
      await app.signOut(options);
      expect(await app.call('checkSession')).toMatchObject({ error: { error: 'login_required' } });
    });

    testMore(open);
  });
}
