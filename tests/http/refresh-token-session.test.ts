import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { DEAD, refresh, refreshTenant, refreshTokensFor } from '../rig/refresh.js';
import { authorizationRequest, signIn } from '../rig/relying-party.js';
import { claimsOf, isAlive } from '../rig/session.js';

const DAY = 86_400_000;

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant() });
});
afterAll(() => op.stop());

/** A browser in which Mira signed in with her password, and a family of it. */
async function start() {
  const browser = new HttpBrowser(op.issuer);
  await signIn(browser, authorizationRequest(op.issuer));
  const tokens = await refreshTokensFor(op, browser);
  return { browser, tokens, sid: claimsOf(tokens.access_token).sid };
}

const signOut = (browser: HttpBrowser) =>
  browser.visit(`${op.issuer}v2/logout?client_id=spa-a`, { referer: 'https://a.test/' });

describe('design.md 3: the session decides, also where it has expired', () => {
  test('a sign-out weeks after the session expired finds what this browser got', async () => {
    const { browser, tokens } = await start();
    let held = tokens.refresh_token;
    for (let week = 0; week < 2; week += 1) {
      op.clock.advance(7 * DAY);
      held = (await refresh(op, held)).body.refresh_token;
    }
    const { body } = await refresh(op, held);
    expect(await isAlive(op, body.access_token)).toBe(true);
    await signOut(browser);
    expect(await isAlive(op, body.access_token)).toBe(false);
    expect(await refresh(op, body.refresh_token)).toMatchObject(DEAD);
  });

  test('the same End-User signs in again: session and family stay, and end together', async () => {
    const { browser, tokens, sid } = await start();
    op.clock.advance(5 * DAY);
    await signIn(browser, authorizationRequest(op.issuer));
    const later = await refreshTokensFor(op, browser);
    expect(claimsOf(later.access_token).sid).toBe(sid);
    const { body, status } = await refresh(op, tokens.refresh_token);
    expect(status).toBe(200);
    expect(claimsOf(body.id_token).auth_time).toBeLessThan(
      Number(claimsOf(later.id_token).auth_time) - 4 * 86_400,
    );
    await signOut(browser);
    for (const token of [body.refresh_token, later.refresh_token])
      expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  test('another End-User in the same browser ends what the former had', async () => {
    const { browser, tokens } = await start();
    await signIn(browser, authorizationRequest(op.issuer, { prompt: 'login' }), 'otto@harbour.example');
    const ofOtto = await refreshTokensFor(op, browser);
    expect(claimsOf(ofOtto.id_token).sub).toBe('auth0|otto');
    expect(await refresh(op, tokens.refresh_token)).toMatchObject(DEAD);
    expect(await isAlive(op, tokens.access_token)).toBe(false);
    expect((await refresh(op, ofOtto.refresh_token)).status).toBe(200);
  });

  test('of two browsers of one End-User, one signs out', async () => {
    const [here, there] = [await start(), await start()];
    await signOut(here.browser);
    expect(await refresh(op, here.tokens.refresh_token)).toMatchObject(DEAD);
    expect((await refresh(op, there.tokens.refresh_token)).status).toBe(200);
  });

  test('a refresh never moves the session’s idle clock: only its End-User does', async () => {
    const { tokens, sid } = await start();
    const before = await op.store.findSession(String(sid));
    op.clock.advance(DAY);
    expect((await refresh(op, tokens.refresh_token)).status).toBe(200);
    expect((await op.store.findSession(String(sid)))?.lastActiveAt).toBe(before?.lastActiveAt);
  });
});
