import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { authorizationRequest, redeem, signIn } from '../rig/relying-party.js';
import { askInFrame, tokensFor } from '../rig/requests.js';
import { claimsOf, isAlive } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const SECOND = 1_000;
const IDLE = 60 * SECOND;
const ABSOLUTE = 600 * SECOND;

const limits = (idle: number, absolute: number, silent_counts_as_activity = true) => ({
  tenant: {
    sojourn: {
      idle_session_lifetime_in_seconds: idle / SECOND,
      session_lifetime_in_seconds: absolute / SECOND,
      silent_counts_as_activity,
    },
  },
});

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: { ...tenantFile(), ...limits(IDLE, ABSOLUTE) } });
});
afterAll(() => op.stop());
beforeEach(() => op.load(limits(IDLE, ABSOLUTE)));

async function signedIn(): Promise<HttpBrowser> {
  const browser = new HttpBrowser(op.issuer);
  await signIn(browser, authorizationRequest(op.issuer));
  return browser;
}
/** What a poll hears, without spending what it is given. */
const poll = async (browser: HttpBrowser) => {
  const { response } = await askInFrame(op, browser);
  return response.code === undefined ? response.sojourn_reason : 'live';
};
/** A poll whose code is redeemed, as SDKs do. */
const renew = async (browser: HttpBrowser, overrides: Record<string, string> = {}) => {
  const { request, response } = await askInFrame(op, browser, overrides);
  if (response.code === undefined) return response.sojourn_reason;
  await redeem(op.issuer, { code: response.code, code_verifier: request.verifier });
  return 'live';
};

describe('security.md 38: the server keeps the limits, however old the cookie says it may be', () => {
  test('idle: live until the last millisecond, then expired', async () => {
    const browser = await signedIn();
    op.clock.advance(IDLE - 1);
    expect(await poll(browser)).toBe('live');
    op.clock.advance(1);
    expect(await poll(browser)).toBe('session-expired-idle');
  });

  test('absolute: no use of any kind lets a session live longer', async () => {
    const browser = await signedIn();
    for (let at = 50 * SECOND; at < ABSOLUTE; at += 50 * SECOND) {
      op.clock.advance(50 * SECOND);
      await browser.visit(authorizationRequest(op.issuer).url);
      expect(await renew(browser, { sojourn_active: '1' })).toBe('live');
    }
    op.clock.advance(50 * SECOND - 1);
    expect(await poll(browser)).toBe('live');
    op.clock.advance(1);
    expect(await poll(browser)).toBe('session-expired-absolute');
  });

  test('security.md 39, B12: polls whose codes nobody redeems do not move the idle clock', async () => {
    const browser = await signedIn();
    for (let at = 0; at < IDLE - 2 * SECOND; at += 2 * SECOND) {
      op.clock.advance(2 * SECOND);
      expect(await poll(browser)).toBe('live');
    }
    op.clock.advance(2 * SECOND);
    expect(await poll(browser)).toBe('session-expired-idle');
  });

  test('interactive use moves the idle clock', async () => {
    const browser = await signedIn();
    op.clock.advance(40 * SECOND);
    await browser.visit(authorizationRequest(op.issuer).url);
    op.clock.advance(40 * SECOND);
    expect(await poll(browser)).toBe('live');
  });
});

describe('security.md 39: a redeemed silent code moves the idle clock only for an active End-User', () => {
  const cases = [
    { tenant: true, sent: {}, lives: true, says: 'the SDK does not say, the tenant counts it' },
    { tenant: false, sent: {}, lives: false, says: 'the SDK does not say, the tenant does not count it' },
    { tenant: false, sent: { sojourn_active: '1' }, lives: true, says: 'active' },
    { tenant: true, sent: { sojourn_active: '0' }, lives: false, says: 'not active' },
  ];
  for (const { tenant, sent, lives, says } of cases) {
    test(`${says}: ${lives ? 'moves' : 'stays'}`, async () => {
      await op.load(limits(IDLE, ABSOLUTE, tenant));
      const browser = await signedIn();
      op.clock.advance(40 * SECOND);
      expect(await renew(browser, sent as Record<string, string>)).toBe('live');
      op.clock.advance(40 * SECOND);
      expect(await poll(browser)).toBe(lives ? 'live' : 'session-expired-idle');
    });
  }
});

describe('design.md 3: expired is not ended', () => {
  test('an expired session names its account on the login page, and signs nobody in', async () => {
    const browser = await signedIn();
    op.clock.advance(IDLE);
    const page = await browser.visit(authorizationRequest(op.issuer).url);
    expect(new URL(page.url).pathname).toBe('/u/login');
    expect(page.html).toMatch(/name="username"[^>]*value="mira@harbour\.example"/);
    expect(page.html).toContain('You have been away');
    const wrong = await browser.submit(page, { password: 'not this one', username: 'mira' });
    expect(wrong.status).toBe(400);
    expect(await poll(browser)).toBe('session-expired-idle');
  });

  test('signing in again after expiry keeps the sid, and its tokens live on', async () => {
    const browser = await signedIn();
    const tokens = await tokensFor(op, browser);
    op.clock.advance(ABSOLUTE + 1);
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    const page = await browser.visit(authorizationRequest(op.issuer).url);
    expect(page.html).toContain('Your last sign-in was');
    await browser.submit(page, { username: 'mira@harbour.example', password: PASSWORD });
    expect(claimsOf((await tokensFor(op, browser)).id_token).sid).toBe(claimsOf(tokens.id_token).sid);
  });

  test('an expired session can be ended, and takes its tokens with it', async () => {
    const browser = await signedIn();
    const tokens = await tokensFor(op, browser);
    op.clock.advance(IDLE);
    const page = await browser.visit(`${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}`);
    expect(page.html).toContain('You are signed out');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
    expect((await op.store.findSession(claimsOf(tokens.id_token).sid as string))?.endReason).toBe(
      'signed-out',
    );
  });

  test('another End-User who signs in over an expired session ends it', async () => {
    const browser = await signedIn();
    const tokens = await tokensFor(op, browser);
    op.clock.advance(IDLE);
    const page = await browser.visit(authorizationRequest(op.issuer).url);
    await browser.submit(page, { username: 'otto@harbour.example', password: PASSWORD });
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });
});

describe('design.md 3: the stricter of the limit at the start and the limit now', () => {
  test('shorter limits hold for sessions that began under longer ones, at the next request', async () => {
    const browser = await signedIn();
    op.clock.advance(20 * SECOND);
    expect(await poll(browser)).toBe('live');
    await op.load(limits(15 * SECOND, ABSOLUTE));
    expect(await poll(browser)).toBe('session-expired-idle');
    await op.load(limits(IDLE, 20 * SECOND));
    expect(await poll(browser)).toBe('session-expired-absolute');
  });

  test('longer limits do not prolong what began under shorter ones', async () => {
    const browser = await signedIn();
    await op.load(limits(10 * IDLE, 10 * ABSOLUTE));
    op.clock.advance(IDLE);
    expect(await poll(browser)).toBe('session-expired-idle');
  });

  test('signing in again starts the limits of today', async () => {
    const browser = await signedIn();
    await op.load(limits(10 * IDLE, 10 * ABSOLUTE));
    await signIn(browser, authorizationRequest(op.issuer, { prompt: 'login' }));
    op.clock.advance(9 * IDLE);
    expect(await poll(browser)).toBe('live');
  });
});
