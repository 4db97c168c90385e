import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Chromium, launchChromium } from '../rig/chromium.js';
import { startDeployment } from '../rig/deployment.js';
import { addFrame, isRefused, receivedBy, visit } from '../rig/frames.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { authorizationRequest, messageOf, signIn } from '../rig/relying-party.js';
import { fillLoginPage } from '../rig/shop.js';
import { tenantFile } from '../rig/tenant.js';
import { startWeb, type Web } from '../rig/web.js';

/** To whom a `web_message` answer is told. */
describe.each(['allowed', 'blocked'] as const)('third-party cookies %s', (thirdPartyCookies) => {
  let web: Web;
  let chromium: Chromium;
  const at = (name: string) => web.sites.origin(name);

  beforeAll(async () => {
    web = await startWeb();
    chromium = await launchChromium(thirdPartyCookies);
  });

  afterEach(() => chromium.forgetEverything());

  afterAll(async () => {
    await chromium.close();
    await web.stop();
  });

  const silentRequest = () =>
    authorizationRequest(web.server.issuer, {
      redirect_uri: `${at('a.test')}/cb`,
      response_mode: 'web_message',
      prompt: 'none',
    });

  /** A session in this browser, begun at the first shop. */
  async function signInByHand(): Promise<void> {
    const request = authorizationRequest(web.server.issuer, { redirect_uri: `${at('a.test')}/cb` });
    const tab = await visit(chromium, request.url);
    await fillLoginPage(tab);
    await tab.waitForURL((url) => url.pathname === '/cb');
  }

  test('B04: evil.test frames a valid request of a logged-in user: refused by Referer, 0 messages', async () => {
    await signInByHand();
    const cookies = await chromium.context.cookies();
    const evil = await visit(chromium, `${at('evil.test')}/`);
    const [answer, frame] = await Promise.all([
      evil.waitForResponse((response) => response.url().includes('/authorize')),
      addFrame(evil, silentRequest().url),
    ]);
    expect(answer.status()).toBe(400);
    expect(await chromium.context.cookies()).toEqual(cookies);
    expect(isRefused(frame)).toBe(true);
    expect(await receivedBy(evil)).toEqual([]);
  });

  test('B04: without a Referer frame-ancestors blocks it, 0 messages', async () => {
    await signInByHand();
    const evil = await visit(chromium, `${at('evil.test')}/`);
    const [answer, frame] = await Promise.all([
      evil.waitForResponse((response) => response.url().includes('/authorize')),
      addFrame(evil, silentRequest().url, { referrerpolicy: 'no-referrer' }),
    ]);
    expect(answer.request().headers().referer).toBeUndefined();
    expect(answer.headers()['content-security-policy']).toContain(`frame-ancestors ${at('a.test')}`);
    expect(isRefused(frame)).toBe(true);
    expect(await receivedBy(evil)).toEqual([]);
  });

  test('B04: evil.test opens it as a popup: the answer is posted to a.test, which is not there, 0 messages', async () => {
    await signInByHand();
    const evil = await visit(chromium, `${at('evil.test')}/`);
    const [popup] = await Promise.all([
      evil.waitForEvent('popup'),
      evil.evaluate((url) => void window.open(url), silentRequest().url),
    ]);
    await popup.waitForLoadState();
    expect(await popup.title()).toBe('Authorization Response');
    expect(await receivedBy(evil)).toEqual([]);
  });

  test('B05: a.test frames it: exactly one message, from the server; a frame of b.test on the page gets 0', async () => {
    await signInByHand();
    const shop = await visit(chromium, `${at('a.test')}/`);
    const neighbour = await addFrame(shop, `${at('b.test')}/`);
    const request = silentRequest();
    await addFrame(shop, request.url);
    const messages = await receivedBy(shop);
    expect(messages).toEqual([
      {
        origin: new URL(web.server.issuer).origin,
        data: {
          type: 'authorization_response',
          response:
            thirdPartyCookies === 'allowed'
              ? { code: expect.any(String), state: request.state, iss: web.server.issuer }
              : {
                  error: 'login_required',
                  error_description: expect.stringMatching(/^Login required/),
                  sojourn_reason: 'cookies-blocked',
                  state: request.state,
                  iss: web.server.issuer,
                },
        },
      },
    ]);
    expect(await receivedBy(neighbour)).toEqual([]);
  });

  test('a frame of a.test inside a page of evil.test gets no answer either', async () => {
    await signInByHand();
    const evil = await visit(chromium, `${at('evil.test')}/`);
    const shop = await addFrame(evil, `${at('a.test')}/`);
    const nested = await shop.evaluateHandle(
      (src) =>
        new Promise<HTMLIFrameElement>((resolve) => {
          const frame = document.createElement('iframe');
          frame.addEventListener('load', () => resolve(frame), { once: true });
          frame.src = src;
          document.body.append(frame);
        }),
      silentRequest().url,
    );
    const answer = await nested.contentFrame();
    expect(answer && isRefused(answer)).toBe(true);
    expect(await receivedBy(shop)).toEqual([]);
    expect(await receivedBy(evil)).toEqual([]);
  });

  test('a redirect_uri of an unlisted origin gets a page, the same with and without a session', async () => {
    const request = authorizationRequest(web.server.issuer, {
      client_id: 'conf-c',
      redirect_uri: `${at('c.test')}/cb`,
      response_mode: 'web_message',
      prompt: 'none',
    });
    const answers: string[] = [];
    for (const signedIn of [false, true]) {
      if (signedIn) await signInByHand();
      const site = await visit(chromium, `${at('c.test')}/`);
      const [answer] = await Promise.all([
        site.waitForResponse((response) => response.url().includes('/authorize')),
        addFrame(site, request.url),
      ]);
      // The frame itself is not shown, so its text is gone; that texts agree is proved in tests/http.
      answers.push(`${answer.status()}, ${answer.headers()['content-length']} bytes`);
      expect(await receivedBy(site)).toEqual([]);
    }
    expect(answers[0]).toMatch(/^400, \d+ bytes$/);
    expect(answers[1]).toBe(answers[0]);
  });
});

test('B06: the message’s target is the registered origin, whatever Referer, Origin and Sec-Fetch say', async () => {
  const server = await startDeployment({ tenantFile: tenantFile() });
  const { issuer } = server;
  const browser = new HttpBrowser(issuer);
  await signIn(browser, authorizationRequest(issuer));
  const asked: Record<string, string>[] = [
    {},
    { referer: 'https://a.test/', 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.test' },
    { origin: 'null', referer: 'https://evil.test/' },
    { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none', referer: 'https://b.test/' },
  ];
  for (const headers of asked) {
    const request = authorizationRequest(issuer, { response_mode: 'web_message', prompt: 'none' });
    const page = await browser.send('GET', request.url, null, headers);
    const { origin, response } = messageOf(page);
    expect(origin).toBe('https://a.test');
    expect(response).toHaveProperty('code');
    expect(page.headers.get('content-security-policy')).toContain('frame-ancestors https://a.test');
  }
  await server.stop();
});
