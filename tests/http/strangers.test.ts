import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { INITIAL_TOKEN, registered, tokensOf } from '../rig/registration.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const client_registration = { mode: 'token', initial_access_tokens: [INITIAL_TOKEN] };
  op = await startDeployment({
    tenantFile: { ...file, tenant: { ...file.tenant, sojourn: { client_registration } } },
  });
});
afterAll(() => op.stop());

const EVIL = {
  redirect_uris: ['https://evil.test/cb'],
  post_logout_redirect_uris: ['https://evil.test/bye'],
  initiate_login_uri: 'https://evil.test/login',
};
const FROM_EVIL = { referer: 'https://evil.test/', 'sec-fetch-site': 'cross-site' };
const DESK = { client_id: 'conf-c', client_secret: 'a-secret-of-the-desk-that-is-long-enough' };

async function signedIn() {
  const browser = await browserWithSession(op);
  return { browser, tokens: await tokensOf(op, DESK, { browser }) };
}

function expectAsked(page: Page): void {
  expect(formOf(page).action).toBe('/u/logout');
  expect(page.html).toContain('mira@harbour.example');
}

describe('a client that registered itself counts as nobody when somebody signs out', () => {
  test('a link from its page asks, whether it names it or not', async () => {
    const { client_id } = await registered(op, EVIL);
    for (const path of ['v2/logout', 'oidc/logout'])
      for (const query of ['', `client_id=${client_id}`]) {
        const { browser, tokens } = await signedIn();
        expectAsked(await browser.visit(`${op.issuer}${path}?${query}`, FROM_EVIL));
        expect(await isAlive(op, tokens.access_token)).toBe(true);
      }
  });

  test('also where the End-User uses it: a participant it is, a known page it has not', async () => {
    const client = await registered(op, EVIL);
    const { browser, tokens } = await signedIn();
    await tokensOf(op, client, { browser, redirectUri: 'https://evil.test/cb' });
    expectAsked(await browser.visit(`${op.issuer}v2/logout?client_id=${client.client_id}`, FROM_EVIL));
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('the hint that this server signed for it signs its End-User out in this browser, and nowhere by itself', async () => {
    const client = await registered(op, EVIL);
    const { browser, tokens } = await signedIn();
    const { id_token } = await tokensOf(op, client, { browser, redirectUri: 'https://evil.test/cb' });
    const address = `${op.issuer}oidc/logout?${new URLSearchParams({
      id_token_hint: id_token,
      post_logout_redirect_uri: 'https://evil.test/bye',
    })}`;
    const nobody = new HttpBrowser(op.issuer);
    const alone = await nobody.send('GET', address, null, {});
    expect([alone.status, alone.headers.get('location')]).toEqual([400, null]);
    const elsewhere = await nobody.visit(address);
    expect([elsewhere.status, elsewhere.html.includes('You are signed out')]).toEqual([400, false]);
    expect(await isAlive(op, tokens.access_token)).toBe(true);

    expect((await browser.visit(address)).url).toBe('https://evil.test/bye');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });

  test('no page of sign-out links to it', async () => {
    const { client_id } = await registered(op, EVIL);
    const { browser } = await signedIn();
    const asked = await browser.visit(`${op.issuer}oidc/logout?client_id=${client_id}`);
    expect(asked.html).not.toContain('evil.test');
    const done = await browser.submit(asked, { decision: 'sign-out' });
    expect(done.html).toContain('You are signed out');
    expect(done.html).not.toContain('evil.test');
  });
});
