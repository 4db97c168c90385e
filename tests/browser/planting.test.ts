import type { Cookie, Frame, Request, Page as Tab } from 'playwright-core';
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
    afterEach(() => chromium.forgetEverything());

    let attackersCookies: Cookie[];
    let stolen: Record<string, string>;

    beforeAll(async () => {
      const tab = await visit(chromium, ownRequest().url);
      await fillLoginPage(tab, 'otto@harbour.example');
      await tab.waitForURL((url) => url.pathname === '/cb');
      attackersCookies = await chromium.context.cookies(web.server.issuer);
      await chromium.forgetEverything();
    });

    const ownRequest = () => authorizationRequest(web.server.issuer, { redirect_uri: `${at('a.test')}/cb` });

    /** A good code of the attacker's own session, with everything that it takes to redeem it; the victim's browser is empty. */
    beforeEach(async () => {
      await chromium.context.addCookies(attackersCookies);
      const { url, verifier } = ownRequest();
      const tab = await visit(chromium, url);
      stolen = {
        grant_type: 'authorization_code',
        client_id: 'spa-a',
        redirect_uri: `${at('a.test')}/cb`,
        code: new URL(tab.url()).searchParams.get('code') ?? '',
        code_verifier: verifier,
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
          await fetch(url, { method: 'POST', mode, credentials: 'include', body }).catch(() => {});
        },
        { url: tokenEndpoint(), fields: stolen, mode },
      );

    /** What the browser got: a status, or an answer that it keeps from the page. */
    const answerOf = async (tab: Tab): Promise<number | 'kept from the page'> => {
      const isOurs = (request: Request) => request.url() === tokenEndpoint() && request.method() === 'POST';
      return Promise.race([
        tab.waitForResponse((response) => isOurs(response.request())).then((response) => response.status()),
        tab.waitForEvent('requestfailed', isOurs).then(() => 'kept from the page' as const),
      ]);
    };

    /** Does it, and tells what the browser got. */
    const answerTo = async (tab: Tab, attack: () => Promise<unknown>) =>
      (await Promise.all([answerOf(tab), attack()]))[0];

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
      expect(await answerTo(evil, () => postForm(evil))).toBe(403);
      await expectNothingHappened();
    });

    test('a top-level form POST from the application’s own page sets no cookie and spends no code', async () => {
      const shop = await visit(chromium, `${at('a.test')}/`);
      expect(await answerTo(shop, () => postForm(shop))).toBe(403);
      await expectNothingHappened();
    });

    test('a sibling’s no-cors POST with credentials sets no cookie and spends no code', async () => {
      const sibling = await visit(chromium, `${at('x.a.test')}/`);
      expect(await answerTo(sibling, () => post(sibling, 'no-cors'))).toBe(403);
      await expectNothingHappened();
    });

    test('a listed origin’s no-cors POST sets no cookie and spends no code', async () => {
      const shop = await visit(chromium, `${at('a.test')}/`);
      expect(await answerTo(shop, () => post(shop, 'no-cors'))).toBe(403);
      await expectNothingHappened();
    });

    test('a sibling’s cors POST gets no readable answer, sets no cookie and spends no code', async () => {
      const sibling = await visit(chromium, `${at('x.a.test')}/`);
      expect(await answerTo(sibling, () => post(sibling, 'cors'))).toBe('kept from the page');
      await expectNothingHappened();
    });

    test('another client’s origin gets no readable answer, sets no cookie and spends no code', async () => {
      const docs = await visit(chromium, `${at('b.test')}/`);
      expect(await answerTo(docs, () => post(docs, 'cors'))).toBe('kept from the page');
      await expectNothingHappened();
    });

    test.each(['cors', 'no-cors', 'form'] as const)(
      'Origin: null from a sandboxed frame on a.test, by %s, sets no cookie and spends no code',
      async (how) => {
        const shop = await visit(chromium, `${at('a.test')}/`);
        const sandbox = await addFrame(shop, `${at('a.test')}/`, { sandbox: 'allow-scripts allow-forms' });
        const attack = () => (how === 'form' ? postForm(sandbox) : post(sandbox, how));
        expect(await sandbox.evaluate(() => self.origin)).toBe('null');
        expect(await answerTo(shop, attack)).toBe(how === 'cors' ? 'kept from the page' : 403);
        await expectNothingHappened();
      },
    );
  });

  describe('an attachment alone, without any other cookie,', () => {
    let shop: Shop;

    const openShop = () =>
      Shop.open(chromium, { origin: at('a.test'), issuer: web.server.issuer, clientId: 'spa-a' });

    /** No test exchanges a code, so the attachment's value serves all of them. */
    beforeAll(async () => {
      await (await openShop()).signIn();
      await chromium.context.clearCookies({ name: /^__Host-sojourn\.(session|silent|browser)$/ });
    });

    beforeEach(async () => {
      expect(await sojournCookies()).toEqual([expect.stringContaining('.attached.')]);
      shop = await openShop();
    });

    afterEach(async () => {
      await chromium.closeTabs();
      await chromium.context.clearCookies({ name: '__Host-sojourn.browser' });
    });

    afterAll(() => chromium.forgetEverything());

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

    test('never answers another origin of the same client and site, which cannot take it away either', async () => {
      const sibling = await visit(chromium, `${at('listed.a.test')}/`);
      await addFrame(sibling, request({ redirect_uri: `${at('listed.a.test')}/cb` }).url);
      expect(await receivedBy(sibling)).toMatchObject([{ data: { response: { error: 'login_required' } } }]);
      expect(await sojournCookies()).toEqual([expect.stringContaining('.attached.')]);
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
      const tab = await visit(
        chromium,
        authorizationRequest(web.server.issuer, { redirect_uri: `${at('a.test')}/cb` }).url,
      );
      expect(new URL(tab.url()).pathname).toBe('/u/login');
    });
  });
});
