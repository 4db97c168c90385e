import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser, Page } from '../rig/http-browser.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { tokensFor } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const FOREIGN = {
  ...FORM,
  origin: 'https://a.test',
  referer: 'https://a.test/',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

/** A cross-site form post as engines send it: without Lax cookies, the redirect that follows with them. */
async function postFromA(browser: HttpBrowser, path: string, body: URLSearchParams) {
  const posted = await browser.send('POST', `${op.issuer}${path}`, body.toString(), {
    ...FOREIGN,
    cookie: '',
  });
  const next = new URL(posted.headers.get('location') ?? '', op.issuer).href;
  const { 'content-type': _, origin: __, ...kept } = FOREIGN;
  return { posted, next, follow: (): Promise<Page> => browser.visit(next, kept) };
}
const bodyOf = (url: string) => new URL(url).searchParams;

describe('design.md 4: a cross-site POST is read again by GET, where the cookies are', () => {
  test('POST /authorize without cookies is 303 to the same path, and the GET finds the session', async () => {
    const browser = await browserWithSession(op);
    const request = authorizationRequest(op.issuer);
    const { posted, next, follow } = await postFromA(browser, 'authorize', bodyOf(request.url));
    expect(posted.status).toBe(303);
    expect(posted.headers.getSetCookie()).toEqual([]);
    expect(new URL(next).pathname).toBe('/authorize');
    // Nothing of the request stands in the URL.
    expect(next).not.toContain('client_id');
    expect([...new URL(next).searchParams.keys()]).toEqual(['sojourn_posted']);
    const answer = answerOf(await follow());
    expect(answer.has('code')).toBe(true);
    expect(answer.get('state')).toBe(request.state);
  });

  test('with prompt=none it answers as the GET would', async () => {
    const browser = await browserWithSession(op);
    const request = authorizationRequest(op.issuer, { prompt: 'none' });
    const { follow } = await postFromA(browser, 'authorize', bodyOf(request.url));
    expect(answerOf(await follow()).has('code')).toBe(true);
  });

  test('POST /oidc/logout without cookies signs out at the GET', async () => {
    const browser = await browserWithSession(op);
    const tokens = await tokensFor(op, browser);
    const body = new URLSearchParams({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://a.test/bye',
      state: 's',
    });
    const { posted, next, follow } = await postFromA(browser, 'oidc/logout', body);
    expect(posted.status).toBe(303);
    expect(next).not.toContain(tokens.id_token);
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    expect((await follow()).url).toBe('https://a.test/bye?state=s');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });

  test('POST /oidc/logout of a stranger asks, as its GET would', async () => {
    const browser = await browserWithSession(op);
    const tokens = await tokensFor(op, browser);
    const posted = await browser.send('POST', `${op.issuer}oidc/logout`, 'client_id=spa-a', {
      ...FOREIGN,
      cookie: '',
    });
    const page = await browser.visit(new URL(posted.headers.get('location') ?? '', op.issuer).href, {
      referer: 'https://evil.test/',
      'sec-fetch-site': 'cross-site',
    });
    expect(page.html).toContain('action="/u/logout"');
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('is kept for 60 seconds, under its own path only', async () => {
    const browser = await browserWithSession(op);
    const { next, follow } = await postFromA(
      browser,
      'authorize',
      bodyOf(authorizationRequest(op.issuer).url),
    );
    const elsewhere = await browser.visit(next.replace('/authorize', '/oidc/logout'));
    expect(elsewhere.status).toBe(400);
    op.clock.advance(60_000 - 1);
    expect(answerOf(await follow()).has('code')).toBe(true);
    op.clock.advance(1);
    const late = await follow();
    expect([late.status, late.headers.get('location')]).toEqual([400, null]);
  });

  test('a handle that nobody was given is a page, and says nothing', async () => {
    const browser = await browserWithSession(op);
    for (const handle of ['AAAAAAAAAAAAAAAAAAAAAA', '', '%27', '../../etc']) {
      const page = await browser.visit(`${op.issuer}authorize?sojourn_posted=${handle}`);
      expect([page.status, page.headers.get('location')], handle).toEqual([400, null]);
    }
  });

  test('what is not good is refused at the POST, and not kept', async () => {
    const browser = await browserWithSession(op);
    const good = authorizationRequest(op.issuer).url;
    const unknown = authorizationRequest(op.issuer, { redirect_uri: 'https://evil.test/' }).url;
    const send = (path: string, body: string, headers = {}) =>
      browser.send('POST', `${op.issuer}${path}`, body, { ...FOREIGN, cookie: '', ...headers });
    const answers = [
      await send('authorize', bodyOf(unknown).toString()),
      // A parameter in both places could be read as either value.
      await send(`authorize?client_id=spa-b`, bodyOf(good).toString()),
      await send('authorize', `${bodyOf(good)}&client_id=spa-b`),
      await send('authorize', bodyOf(good).toString(), { 'content-type': 'text/plain' }),
      await send('oidc/logout', 'client_id=spa-a&post_logout_redirect_uri=https://evil.test/'),
      await send('oidc/logout?client_id=spa-a', 'client_id=spa-a'),
    ];
    for (const answer of answers)
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });

  test('a POST to /v2/logout, /continue or the signed-out page is no method of theirs', async () => {
    const browser = await browserWithSession(op);
    for (const path of ['v2/logout?client_id=spa-a', 'continue', 'u/signed-out'])
      expect((await browser.send('POST', `${op.issuer}${path}`, '', FORM)).status, path).toBe(405);
  });
});
