import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, trustHere } from '../rig/certificate.js';
import type { Deployment } from '../rig/deployment.js';
import { stranger } from '../rig/forged-jwt.js';
import type { HttpBrowser, Page } from '../rig/http-browser.js';
import { CALLBACK, CERTIFIER, GOODBYE, startCertified } from './deployment.js';
import { verifyDiscovery } from './discovery.js';
import {
  authorize,
  complete,
  expectError,
  freshBrowser,
  type Outcome,
  type Party,
  proveBasically,
  type ResponseType,
} from './flow.js';

let op: Deployment;
beforeAll(async () => {
  const tls = await makeCertificate();
  trustHere(tls);
  op = await startCertified({ tls });
});
afterAll(() => op.stop());

/** Long enough to find out what cuts it, with what an address must encode. */
const STATE = `${'x'.repeat(120)} &=#+"%`;

describe.each<ResponseType>(['code', 'id_token'])(
  'oidcc-rp-initiated-logout-certification-test-plan, response_type=%s',
  (responseType) => {
    const { clientId, secret } = CERTIFIER;
    const party: Party = {
      clientId,
      redirectUri: CALLBACK,
      responseType,
      responseMode: 'default',
      prove: () => proveBasically(clientId, secret),
    };

    interface SignedIn extends Outcome {
      readonly browser: HttpBrowser;
    }
    async function signIn(): Promise<SignedIn> {
      const run = { op, party };
      const browser = freshBrowser(run);
      return { browser, ...(await complete(run, await authorize(run, browser))) };
    }

    /** What the suite sends to the end session endpoint, changed as the module does. */
    async function logOut(
      { browser, rawIdToken }: SignedIn,
      changes: Record<string, string | null> = {},
    ): Promise<Page> {
      // Its pages have the origin of the callback, and the browser says so.
      const headers = { referer: `${new URL(CALLBACK).origin}/`, 'sec-fetch-site': 'cross-site' };
      const url = new URL('oidc/logout', op.issuer);
      const request = {
        id_token_hint: rawIdToken,
        post_logout_redirect_uri: GOODBYE,
        state: STATE,
        ...changes,
      };
      for (const [name, value] of Object.entries(request))
        if (value !== null) url.searchParams.set(name, value);
      return browser.visit(url.href, headers);
    }

    async function isSignedIn({ browser }: SignedIn): Promise<boolean> {
      const authorization = await authorize({ op, party }, browser, { prompt: 'none' });
      if (authorization.answer.error === undefined) return true;
      expectError({ op, party }, authorization, 'login_required');
      return false;
    }

    /** The page of this server: an error, or the question; nothing happened and nobody was sent anywhere. */
    async function expectKept(user: SignedIn, page: Page, status: number): Promise<void> {
      expect(page.url.startsWith(op.issuer)).toBe(true);
      expect([page.status, page.headers.get('location')]).toEqual([status, null]);
      expect(await isSignedIn(user)).toBe(true);
    }

    /** The question's button signs out, and leads to no address that was not proven. */
    async function expectConfirmed(user: SignedIn, page: Page): Promise<void> {
      const confirmed = await user.browser.press(page, 'sign-out');
      expect(confirmed.url.startsWith(op.issuer)).toBe(true);
      expect(confirmed.status).toBe(200);
      expect(await isSignedIn(user)).toBe(false);
    }

    test('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => {
      expect(await verifyDiscovery(op)).toHaveProperty('end_session_endpoint', `${op.issuer}oidc/logout`);
    });

    test('oidcc-rp-initiated-logout', async () => {
      const user = await signIn();
      const { origin, pathname, searchParams } = new URL((await logOut(user)).url);
      expect(`${origin}${pathname}`).toBe(GOODBYE);
      expect([...searchParams]).toEqual([['state', STATE]]);
      expect(await isSignedIn(user)).toBe(false);
    });

    test('oidcc-rp-initiated-logout-no-state', async () => {
      const user = await signIn();
      expect((await logOut(user, { state: null })).url).toBe(GOODBYE);
      expect(await isSignedIn(user)).toBe(false);
    });

    test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async () => {
      const user = await signIn();
      const page = await logOut(user, { post_logout_redirect_uri: null });
      expect([page.status, page.url.startsWith(op.issuer)]).toEqual([200, true]);
      expect(await isSignedIn(user)).toBe(false);
    });

    test.each([
      ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', `${GOODBYE}/bad`],
      ['oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', `${GOODBYE}?foo=bar`],
    ])('%s', async (_name, post_logout_redirect_uri) => {
      const user = await signIn();
      await expectKept(user, await logOut(user, { post_logout_redirect_uri }), 400);
    });

    test('oidcc-rp-initiated-logout-no-id-token-hint', async () => {
      const user = await signIn();
      const page = await logOut(user, { id_token_hint: null });
      await expectKept(user, page, 200);
      await expectConfirmed(user, page);
    });

    test('oidcc-rp-initiated-logout-modified-id-token-hint', async () => {
      const user = await signIn();
      const page = await logOut(user, { id_token_hint: new UnsecuredJWT(user.idToken).encode() });
      await expectKept(user, page, 200);
      await expectConfirmed(user, page);
    });

    test('oidcc-rp-initiated-logout-bad-id-token-hint', async () => {
      const user = await signIn();
      const id_token_hint = await new SignJWT(user.idToken)
        .setProtectedHeader(user.header)
        .sign(stranger.RS256.privateKey);
      const page = await logOut(user, { id_token_hint });
      await expectKept(user, page, 200);
      await expectConfirmed(user, page);
    });

    test.each([
      ['oidcc-rp-initiated-logout-no-params', { state: null }],
      ['oidcc-rp-initiated-logout-only-state', {}],
    ])('%s', async (_name, changes) => {
      const user = await signIn();
      const page = await logOut(user, { id_token_hint: null, post_logout_redirect_uri: null, ...changes });
      expect(page.status).toBe(200);
      await expectConfirmed(user, page);
    });
  },
);
