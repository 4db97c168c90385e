import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { visit } from '../rig/frames.js';
import { authorizationRequest, type Request } from '../rig/relying-party.js';
import { PASSWORD } from '../rig/tenant.js';
import { startWeb, type Web } from '../rig/web.js';

/** Findings 1.1, as a person meets it: the first promise of the product in a real browser. */
describe('two tabs with a login form each, Enter in both', () => {
  let web: Web;
  let chromium: Chromium;
  beforeAll(async () => {
    web = await startWeb({
      change: (file) => {
        const shop = file.clients.find(({ client_id }) => client_id === 'spa-a');
        Object.assign(shop ?? {}, { grant_types: ['authorization_code', 'refresh_token'] });
      },
    });
    chromium = await launchChromium('allowed');
  });
  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  const callback = () => `${web.sites.origin('a.test')}/cb`;

  async function openLogin(): Promise<{ tab: Tab; request: Request }> {
    const overrides = { redirect_uri: callback(), scope: 'openid offline_access', prompt: 'login' };
    const request = authorizationRequest(web.server.issuer, overrides);
    const tab = await visit(chromium, request.url);
    await tab.fill('#username', 'mira@harbour.example');
    await tab.fill('#password', PASSWORD);
    return { tab, request };
  }

  /** The token endpoint, asked by the page of the application. */
  async function ask(
    tab: Tab,
    fields: Record<string, string>,
  ): Promise<{ status: number; refresh_token?: string }> {
    return tab.evaluate(
      async ({ url, fields }) => {
        const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
        return { ...((await answer.json()) as object), status: answer.status };
      },
      { url: `${web.server.issuer}oauth/token`, fields: { client_id: 'spa-a', ...fields } },
    );
  }

  test('both go on with one session, and one sign-out ends the refresh tokens of both', async () => {
    const opened = [await openLogin(), await openLogin()];
    await Promise.all(opened.map(({ tab }) => tab.press('#password', 'Enter')));
    const tokens: { tab: Tab; refresh_token: string }[] = [];
    for (const { tab, request } of opened) {
      await tab.waitForURL((url) => url.href.startsWith(`${callback()}?`));
      const code = new URL(tab.url()).searchParams.get('code');
      expect(code).not.toBeNull();
      const { status, refresh_token = '' } = await ask(tab, {
        grant_type: 'authorization_code',
        redirect_uri: callback(),
        code: code ?? '',
        code_verifier: request.verifier,
      });
      expect(status).toBe(200);
      tokens.push({ tab, refresh_token });
    }
    const listed = await web.server.store.findSessions({
      userId: null,
      clientId: null,
      after: null,
      atMost: 10,
    });
    expect(listed).toHaveLength(1);

    const page = await visit(chromium, `${web.server.issuer}v2/logout?client_id=spa-a`);
    await page.click('#sign-out');
    await page.waitForSelector('h1');
    for (const { tab, refresh_token } of tokens) {
      const { status } = await ask(tab, { grant_type: 'refresh_token', refresh_token });
      expect(status).toBe(400);
    }
  });

  test('a reload after the answer was lost says where to go, in the look of the house', async () => {
    const { tab } = await openLogin();
    let continued = '';
    tab.on('request', (request) => {
      if (new URL(request.url()).pathname === '/continue') continued = request.url();
    });
    await tab.press('#password', 'Enter');
    await tab.waitForURL((url) => url.href.startsWith(`${callback()}?`));
    await tab.goto(continued);
    expect(await tab.textContent('h1')).toBe('You are signed in');
    await tab.click('#continue');
    await tab.waitForURL((url) => url.origin === new URL(callback()).origin);
  });
});
