import type { Frame, Page as Tab } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { addFrame, receivedBy, visit } from '../rig/frames.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { fillLoginPage, Shop } from '../rig/shop.js';
import { startWeb, type Web } from '../rig/web.js';

/** design.md 4: nobody puts a session of his own into another's browser, and an attachment answers one place only. */
describe.each(['allowed', 'blocked'] as const)('third-party cookies %s', (thirdPartyCookies) => {
  let web: Web;
  let chromium: Chromium;
  const at = (name: string) => web.sites.origin(name);

  beforeAll(async () => {
    web = await startWeb({
      change: (file, sites) => {
        const [shop] = file.clients as [Record<string, string[]>];
        // The shop's second origin, of the same site: what its first was given is not for it.
        shop.callbacks?.push(`${sites.origin('listed.a.test')}/cb`);
        shop.web_origins?.push(sites.origin('listed.a.test'));
        file.clients.push({
          client_id: 'spa-next-door',
          name: 'Harbour Pantry',
          app_type: 'spa',
          callbacks: [`${sites.origin('a.test')}/pantry`],
          web_origins: [sites.origin('a.test')],
          grant_types: ['authorization_code'],
          sojourn: { attach: true },
        });
      },
    });
    chromium = await launchChromium(thirdPartyCookies);
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  const sojournCookies = async () => {
    const cdp = await chromium.context.newCDPSession(await chromium.newTab());
    // Every jar, partitioned ones too.
    const { cookies } = await cdp.send('Storage.getCookies');
    return cookies.filter(({ name }) => name.includes('sojourn')).map(({ name }) => name);
  };

  describe('planting', () => {
    let stolen: Record<string, string>;

    /** The attacker's own session, and a good code of it with everything that it takes to redeem it. */
    beforeEach(async () => {
      const redirectUri = `${at('a.test')}/cb`;
      const request = authorizationRequest(web.server.issuer, { redirect_uri: redirectUri });
      const tab = await visit(chromium, request.url);
      await fillLoginPage(tab, 'otto@harbour.example');
      await tab.waitForURL((url) => url.pathname === '/cb');
      stolen = {
        grant_type: 'authorization_code',
        client_id: 'spa-a',
        redirect_uri: redirectUri,
        code: new URL(tab.url()).searchParams.get('code') ?? '',
        code_verifier: request.verifier,
      };
      await chromium.forgetEverything();
      expect(await sojournCookies()).toEqual([]);
    });

    const tokenEndpoint = () => `${web.server.issuer}oauth/token`;

    const postForm = (page: Tab | Frame) =>
      page.evaluate(
        ({ action, fields }) => {
          const form = document.createElement('form');
          form.method = 'post';
          form.action = action;
          for (const [name, value] of Object.entries(fields)) {
            const input = document.createElement('input');
            input.type = 'hidden';
            input.name = name;
            input.value = value;
            form.append(input);
          }
          document.body.append(form);
          form.submit();
        },
        { action: tokenEndpoint(), fields: stolen },
      );

    const post = (page: Tab | Frame, mode: 'cors' | 'no-cors') =>
      page.evaluate(
        async ({ url, fields, mode }) => {
          const body = new URLSearchParams(fields);
          const sent = fetch(url, { method: 'POST', mode, credentials: 'include', body });
          return sent.then(
            ({ type }) => type as string,
            () => 'not readable',
          );
        },
        { url: tokenEndpoint(), fields: stolen, mode },
      );

    const tokenAnswer = (tab: Tab) => tab.waitForResponse(tokenEndpoint());

    /** The code's own application still redeems it. */
    async function expectNothingHappened(): Promise<void> {
      expect(await sojournCookies()).toEqual([]);
      const answer = await fetchAsNobody();
      expect(answer).toMatchObject({ token_type: 'Bearer' });
    }

    async function fetchAsNobody(): Promise<unknown> {
      const shop = await visit(chromium, `${at('a.test')}/`);
      return shop.evaluate(
        async ({ url, fields }) => {
          const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
          return response.json();
        },
        { url: tokenEndpoint(), fields: stolen },
      );
    }

    test('a top-level form POST from evil.test sets no cookie and spends no code', async () => {
      const evil = await visit(chromium, `${at('evil.test')}/`);
      const [answer] = await Promise.all([tokenAnswer(evil), postForm(evil)]);
      expect(answer.status()).toBe(403);
      await expectNothingHappened();
    });

    test('a top-level form POST from the application’s own page sets no cookie and spends no code', async () => {
      const shop = await visit(chromium, `${at('a.test')}/`);
      const [answer] = await Promise.all([tokenAnswer(shop), postForm(shop)]);
      expect(answer.status()).toBe(403);
      await expectNothingHappened();
    });

    test('a sibling’s no-cors POST with credentials sets no cookie and spends no code', async () => {
      const sibling = await visit(chromium, `${at('x.a.test')}/`);
      const [answer] = await Promise.all([tokenAnswer(sibling), post(sibling, 'no-cors')]);
      expect(answer.status()).toBe(403);
      await expectNothingHappened();
    });

    test('a listed origin’s no-cors POST sets no cookie and spends no code', async () => {
      const shop = await visit(chromium, `${at('a.test')}/`);
      const [answer] = await Promise.all([tokenAnswer(shop), post(shop, 'no-cors')]);
      expect(answer.status()).toBe(403);
      await expectNothingHappened();
    });

    test('a sibling’s cors POST is refused, not readable, sets no cookie and spends no code', async () => {
      const sibling = await visit(chromium, `${at('x.a.test')}/`);
      const [answer, read] = await Promise.all([tokenAnswer(sibling), post(sibling, 'cors')]);
      expect(answer.status()).toBe(403);
      expect(read).toBe('not readable');
      await expectNothingHappened();
    });

    test('another client’s origin sets no cookie and spends no code', async () => {
      const docs = await visit(chromium, `${at('b.test')}/`);
      const [answer, read] = await Promise.all([tokenAnswer(docs), post(docs, 'cors')]);
      expect(answer.status()).toBe(403);
      expect(read).toBe('not readable');
      await expectNothingHappened();
    });

    test.each(['cors', 'no-cors', 'form'] as const)(
      'Origin: null from a sandboxed frame on a.test, by %s, sets no cookie and spends no code',
      async (how) => {
        const shop = await visit(chromium, `${at('a.test')}/`);
        const sandbox = await addFrame(shop, `${at('a.test')}/`, { sandbox: 'allow-scripts allow-forms' });
        const [answer] = await Promise.all([
          tokenAnswer(shop),
          how === 'form' ? postForm(sandbox) : post(sandbox, how),
        ]);
        expect(answer.request().headers().origin ?? 'null').toBe('null');
        expect(answer.status()).toBe(403);
        await expectNothingHappened();
      },
    );
  });

  describe('an attachment alone, without any other cookie,', () => {
    let shop: Shop;

    beforeEach(async () => {
      shop = await Shop.open(chromium, { origin: at('a.test'), issuer: web.server.issuer, clientId: 'spa-a' });
      await shop.signIn();
      await chromium.context.clearCookies({ name: /^__Host-sojourn\.(session|silent|browser)$/ });
      expect(await sojournCookies()).toEqual([expect.stringContaining('.attached.')]);
    });

    const request = (overrides: Record<string, string> = {}) =>
      authorizationRequest(web.server.issuer, {
        redirect_uri: `${at('a.test')}/cb`,
        response_mode: 'web_message',
        prompt: 'none',
        ...overrides,
      });

    test('answers its own client at its own origin', async () => {
      await addFrame(shop.tab, request().url);
      expect((await receivedBy(shop.tab)).at(-1)?.data.response).toHaveProperty('code');
    });

    test('never answers another client of the same origin', async () => {
      const other = request({ client_id: 'spa-next-door', redirect_uri: `${at('a.test')}/pantry` });
      await addFrame(shop.tab, other.url);
      expect((await receivedBy(shop.tab)).at(-1)?.data.response).toMatchObject({ error: 'login_required' });
    });

    test('never answers another origin of the same client and site', async () => {
      const sibling = await visit(chromium, `${at('listed.a.test')}/`);
      await addFrame(sibling, request({ redirect_uri: `${at('listed.a.test')}/cb` }).url);
      expect(await receivedBy(sibling)).toMatchObject([{ data: { response: { error: 'login_required' } } }]);
    });

    test('never answers under another top-level site', async () => {
      const docs = await visit(chromium, `${at('b.test')}/`);
      const answered = docs.waitForRequest((sent) => sent.url().includes('/authorize'));
      await addFrame(docs, request({ client_id: 'spa-b', redirect_uri: `${at('b.test')}/cb` }).url);
      expect((await (await answered).allHeaders()).cookie ?? '').not.toContain('sojourn');
      expect(await receivedBy(docs)).toMatchObject([{ data: { response: { error: 'login_required' } } }]);
    });

    test.each(['query', 'fragment', 'form_post'])('never answers by %s', async (mode) => {
      const asked = request({ response_mode: mode });
      const posted = web.sites.posts.length;
      const frame = await addFrame(shop.tab, asked.url);
      if (mode === 'form_post') {
        // The answer may not even stand in a frame.
        expect(frame.url()).toMatch(/^chrome-error:/);
        expect(web.sites.posts).toHaveLength(posted);
      } else {
        expect(frame.url()).toContain('error=login_required');
        expect(frame.url()).not.toContain('code=');
      }
    });

    test('never widens what its client holds', async () => {
      const wider = request({ audience: 'https://api.a.test/', scope: 'openid read:berths' });
      await addFrame(shop.tab, wider.url);
      expect((await receivedBy(shop.tab)).at(-1)?.data.response).toMatchObject({
        error: 'interaction_required',
        sojourn_reason: 'attachment-cannot-widen',
      });
    });

    test('never answers an interactive visit: the login page is shown', async () => {
      const tab = await visit(chromium, authorizationRequest(web.server.issuer, { redirect_uri: `${at('a.test')}/cb` }).url);
      expect(new URL(tab.url()).pathname).toBe('/u/login');
    });
  });
});
