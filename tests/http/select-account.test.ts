import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { authorizationRequest, signIn } from '../rig/relying-party.js';
import { tokensFor } from '../rig/requests.js';
import { claimsOf, isAlive } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

async function atTheChoice() {
  const browser = new HttpBrowser(op.issuer);
  await signIn(browser, authorizationRequest(op.issuer));
  const before = await tokensFor(op, browser);
  const page = await browser.visit(authorizationRequest(op.issuer, { prompt: 'select_account' }).url);
  return { browser, before, page };
}

describe('choose an account', () => {
  test('names the account of this browser and its application', async () => {
    const { page } = await atTheChoice();
    expect(new URL(page.url).pathname).toBe('/u/select-account');
    for (const words of ['Mira Lind', 'mira@harbour.example', 'Harbour Shop'])
      expect(page.html).toContain(words);
  });

  test('continue: the same session, no password', async () => {
    const { browser, before, page } = await atTheChoice();
    const verifications = op.passwordVerifications();
    expect((await browser.submit(page, { choice: 'continue' })).url).toContain('code=');
    expect(op.passwordVerifications()).toBe(verifications);
    expect(claimsOf((await tokensFor(op, browser)).id_token).sid).toBe(claimsOf(before.id_token).sid);
  });

  test('another account: an empty login page, and only that sign-in ends the former session', async () => {
    const { browser, before, page } = await atTheChoice();
    const login = await browser.submit(page, { choice: 'another' });
    expect(new URL(login.url).pathname).toBe('/u/login');
    expect(login.html).not.toContain('mira@harbour.example');
    expect(await isAlive(op, before.access_token)).toBe(true);
    const callback = await browser.submit(login, { username: 'otto@harbour.example', password: PASSWORD });
    expect(callback.url).toContain('code=');
    expect(await isAlive(op, before.access_token)).toBe(false);
    expect(claimsOf((await tokensFor(op, browser)).id_token).sub).toBe('auth0|otto');
  });

  test('another account, and then the same one after all, keeps the session', async () => {
    const { browser, before, page } = await atTheChoice();
    const login = await browser.submit(page, { choice: 'another' });
    await browser.submit(login, { username: 'mira', password: PASSWORD });
    expect(claimsOf((await tokensFor(op, browser)).id_token).sid).toBe(claimsOf(before.id_token).sid);
  });

  test('neither button: the page comes again', async () => {
    const { browser, page } = await atTheChoice();
    const again = await browser.submit(page, { choice: 'neither' });
    expect(new URL(again.url).pathname).toBe('/u/select-account');
  });

  test('a choice made for one session holds for no other', async () => {
    const { browser, page } = await atTheChoice();
    const other = await browser.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
    const consent = authorizationRequest(op.issuer, {
      prompt: 'select_account consent',
      client_id: 'third-d',
      redirect_uri: 'https://d.test/cb',
    });
    const chosen = await browser.submit(await browser.visit(consent.url), { choice: 'continue' });
    expect(new URL(chosen.url).pathname).toBe('/u/consent');
    await browser.submit(other, { username: 'otto@harbour.example', password: PASSWORD });
    // Otto did not choose; the page that asks for mira's consent is not his.
    const next = await browser.submit(chosen, { decision: 'allow' });
    expect(new URL(next.url).pathname).toBe('/u/select-account');
    expect(next.html).toContain('otto@harbour.example');
    expect(page.html).toContain('mira@harbour.example');
  });

  test('nobody signed in: the login page, without a detour', async () => {
    const page = await new HttpBrowser(op.issuer).visit(
      authorizationRequest(op.issuer, { prompt: 'select_account' }).url,
    );
    expect(new URL(page.url).pathname).toBe('/u/login');
  });
});
