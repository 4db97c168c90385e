import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, messageOf, redeem } from '../rig/relying-party.js';
import { askInFrame, codeFor, expectRefusedPage, FRAME, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const HOUR = 60 * 60 * 1000;

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

const MODES = ['query', 'fragment', 'form_post', 'web_message'];

describe('security.md 57: prompt=none never renders UI', () => {
  test.each(MODES)('B01: no cookie, %s: login_required, no form to fill in, no cookie set', async (mode) => {
    const browser = new HttpBrowser(op.issuer);
    const { url, state } = authorizationRequest(op.issuer, { prompt: 'none', response_mode: mode });
    const page = await browser.send('GET', url, null, {});
    expect(`${page.headers.get('location')} ${page.html}`).toContain('login_required');
    expect(`${page.headers.get('location')} ${page.html}`).toContain('no-session');
    expect(page.html).not.toMatch(/type="password"|name="username"|\/u\//);
    expect(page.headers.get('location') ?? 'https://a.test/cb').toMatch(/^https:\/\/a\.test\/cb/);
    expect(browser.setCookies).toEqual([]);
    expect(state).not.toBe('');
  });

  test('B02: a session but no consent: consent_required, and nothing is agreed to by asking', async () => {
    const browser = await browserWithSession(op);
    const third = { client_id: 'third-d', redirect_uri: 'https://d.test/cb', prompt: 'none' };
    for (const _round of [1, 2]) {
      const page = await browser.visit(authorizationRequest(op.issuer, third).url);
      expect(answerOf(page).get('error')).toBe('consent_required');
      expect(answerOf(page).get('sojourn_reason')).toBe('consent-missing');
    }
    expect(await op.store.findConsents('auth0|mira', 'third-d')).toEqual([]);
    const asks = authorizationRequest(op.issuer, { audience: 'https://asks.a.test/', prompt: 'none' });
    expect(answerOf(await browser.visit(asks.url)).get('error')).toBe('consent_required');
  });

  test('security.md 50: an unproven client is asked on every request; prompt=none never grants', async () => {
    const browser = await browserWithSession(op);
    const native = { client_id: 'native-n', redirect_uri: 'http://127.0.0.1/cb' };
    for (const _round of [1, 2]) {
      const page = await browser.visit(authorizationRequest(op.issuer, native).url);
      expect(new URL(page.url).pathname).toBe('/u/consent');
      expect(answerOf(await browser.submit(page, { decision: 'allow' })).get('code')).toBeTruthy();
      const silent = authorizationRequest(op.issuer, { ...native, prompt: 'none' });
      const answer = answerOf(await browser.visit(silent.url));
      expect(answer.get('error')).toBe('consent_required');
      expect(answer.get('sojourn_reason')).toBe('client-unproven');
    }
  });

  test.each(['none login', 'none consent', 'login none select_account', 'sleep', 'NONE', 'none sleep'])(
    'B03: prompt="%s" is invalid_request',
    async (prompt) => {
      const browser = await browserWithSession(op);
      const { response } = await askInFrame(op, browser, { prompt });
      expect(response.error).toBe('invalid_request');
    },
  );
});

describe('security.md 59: answers for unlisted origins are the same for everybody', () => {
  const bare = (html: string) => html.replaceAll(/[2-9A-Z]{4}-[2-9A-Z]{2}/g, 'REFERENCE');
  const askAs = async (browser: HttpBrowser, overrides: Record<string, string>, referer?: string) => {
    const { url } = authorizationRequest(op.issuer, {
      prompt: 'none',
      response_mode: 'web_message',
      ...overrides,
    });
    return browser.send('GET', url, null, { ...FRAME, ...(referer !== undefined && { referer }) });
  };

  test.each([
    [
      'web_message to an origin that the client does not list',
      { client_id: 'conf-c', redirect_uri: 'https://c.test/cb' },
    ],
    ['framed by another site', {}, 'https://evil.test/'],
    ['framed by a site whose name begins the same', {}, 'https://a.test.evil.test/'],
    ['framed by the same host without TLS', {}, 'http://a.test/'],
    ['framed by another client’s site', {}, 'https://b.test/'],
  ])('%s', async (_name, overrides: Record<string, string>, referer?: string) => {
    const known = await askAs(await browserWithSession(op), overrides, referer);
    const unknown = await askAs(new HttpBrowser(op.issuer), overrides, referer);
    expectRefusedPage(known);
    expect(bare(known.html)).toBe(bare(unknown.html));
    expect(known.status).toBe(unknown.status);
    expect(known.headers.getSetCookie()).toEqual([]);
    expect([...known.headers.keys()].sort()).toEqual([...unknown.headers.keys()].sort());
  });
});

describe('each refusal says why (sojourn_reason)', () => {
  const reasonOf = async (
    browser: HttpBrowser,
    overrides: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) => {
    const { response } = await askInFrame(op, browser, overrides, headers);
    expect(response).not.toHaveProperty('code');
    return `${response.error}: ${response.sojourn_reason}`;
  };

  test('no-session', async () => {
    expect(await reasonOf(new HttpBrowser(op.issuer))).toBe('login_required: no-session');
  });

  test('cookies-blocked, where the browser says that it withheld them', async () => {
    const none = { 'sec-fetch-storage-access': 'none' };
    const browser = new HttpBrowser(op.issuer);
    expect(await reasonOf(browser, {}, none)).toBe('login_required: cookies-blocked');
    const active = { 'sec-fetch-storage-access': 'active' };
    expect(await reasonOf(browser, {}, active)).toBe('login_required: no-session');
    const { response } = await askInFrame(op, await browserWithSession(op), {}, none);
    expect(response).toHaveProperty('code');
  });

  test('security.md 62: id_token_hint naming another End-User (B10)', async () => {
    const otto = await tokensFor(op, await browserWithSession(op, 'auth0|otto'));
    const mira = await browserWithSession(op);
    const id_token_hint = otto.id_token;
    expect(await reasonOf(mira, { id_token_hint })).toBe('login_required: hint-is-another-end-user');
    const own = await tokensFor(op, mira);
    const { response } = await askInFrame(op, mira, { id_token_hint: own.id_token });
    expect(response).toHaveProperty('code');
  });

  test('B11: max-age-exceeded after 2 s, and auth_time stays what it was through silent answers', async () => {
    const browser = await browserWithSession(op);
    const { auth_time } = claimsOf((await tokensFor(op, browser)).id_token);
    op.clock.advance(2_000);
    expect(await reasonOf(browser, { max_age: '1' })).toBe('login_required: max-age-exceeded');
    const { response, request } = await askInFrame(op, browser);
    const renewed = await redeem(op.issuer, {
      code: response.code as string,
      code_verifier: request.verifier,
    });
    const claims = claimsOf(((await renewed.json()) as { id_token: string }).id_token);
    expect(claims.auth_time).toBe(auth_time);
    expect(claims.amr).toEqual(['pwd']);
  });

  test('session-ended, by sign-out', async () => {
    const browser = await browserWithSession(op);
    const { sid } = claimsOf((await tokensFor(op, browser)).id_token) as { sid: string };
    await op.store.endSession({ sid, reason: 'signed-out', now: op.clock.now(), events: [] });
    expect(await reasonOf(browser)).toBe('login_required: session-ended');
  });

  test('user-blocked', async () => {
    const browser = await browserWithSession(op, 'auth0|otto');
    const change = { userId: 'auth0|otto', now: op.clock.now(), events: [] };
    await op.store.blockUser({ ...change, blocked: true });
    expect(await reasonOf(browser)).toBe('login_required: user-blocked');
    await op.store.blockUser({ ...change, blocked: false });
    expect(await reasonOf(browser)).toBe('login_required: session-ended');
  });

  test('session-expired-idle and session-expired-absolute', async () => {
    const idle = await browserWithSession(op);
    op.clock.advance(72 * HOUR);
    expect(await reasonOf(idle)).toBe('login_required: session-expired-idle');
    op.clock.advance(648 * HOUR);
    expect(await reasonOf(idle)).toBe('login_required: session-expired-absolute');
  });

  test('too-many-silent-requests are temporarily_unavailable, never login_required', async () => {
    const browser = await browserWithSession(op);
    const answers = new Set<string>();
    for (let count = 0; count < 101; count += 1) {
      const { response } = await askInFrame(op, browser);
      answers.add(response.error ?? 'code');
    }
    expect([...answers]).toEqual(['code', 'temporarily_unavailable']);
  });
});

describe('security.md 39: silent authentication never extends the absolute limit', () => {
  /** Renews every twelve hours, exchanging each code, until refused. Returns the hour and the reason. */
  async function renewUntilRefused(active: string | null): Promise<string> {
    const browser = await browserWithSession(op);
    for (let hour = 12; hour <= 750; hour += 12) {
      op.clock.advance(12 * HOUR);
      const { response, request } = await askInFrame(op, browser, { sojourn_active: active });
      if (response.code === undefined) return `${hour} ${response.sojourn_reason}`;
      await redeem(op.issuer, { code: response.code, code_verifier: request.verifier });
    }
    return 'never refused';
  }

  test('B12: polling past the absolute lifetime is refused at the limit', async () => {
    expect(await renewUntilRefused(null)).toBe('720 session-expired-absolute');
  });

  test('B12: the idle limit is met where the SDK says that nobody was active', async () => {
    expect(await renewUntilRefused('0')).toBe('72 session-expired-idle');
  });

  test('B12: to the millisecond', async () => {
    const browser = await browserWithSession(op);
    op.clock.advance(72 * HOUR - 1);
    expect((await askInFrame(op, browser)).response).toHaveProperty('code');
    op.clock.advance(1);
    expect((await askInFrame(op, browser)).response.sojourn_reason).toBe('session-expired-idle');
  });

  test('a code that nobody redeems moves no clock', async () => {
    const browser = await browserWithSession(op);
    op.clock.advance(71 * HOUR);
    expect((await askInFrame(op, browser)).response).toHaveProperty('code');
    op.clock.advance(HOUR);
    expect((await askInFrame(op, browser)).response.sojourn_reason).toBe('session-expired-idle');
  });
});

describe('one session', () => {
  test('B13: 30 silent requests at once: 30 codes, one sid, and the cookies are good afterwards', async () => {
    const browser = await browserWithSession(op);
    const answers = await Promise.all(Array.from({ length: 30 }, () => askInFrame(op, browser)));
    const sids = await Promise.all(
      answers.map(async ({ response, request }) => {
        const redeemed = await redeem(op.issuer, {
          code: response.code ?? '',
          code_verifier: request.verifier,
        });
        return claimsOf(((await redeemed.json()) as { id_token: string }).id_token).sid;
      }),
    );
    expect(new Set(sids).size).toBe(1);
    expect((await askInFrame(op, browser)).response).toHaveProperty('code');
  });

  test('security.md 44: sid is of one session only, no cookie holds it, and another sign-in has another', async () => {
    const [first, second] = [await browserWithSession(op), await browserWithSession(op)];
    const sids = [first, second].map(
      async (browser) => claimsOf((await tokensFor(op, browser)).id_token).sid,
    );
    const [one, two] = (await Promise.all(sids)) as [string, string];
    expect(one).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(one).not.toBe(two);
    expect([...first.cookies.values()].join()).not.toContain(one);
  });

  test('security.md 37: the silent cookie alone answers prompt=none and nothing else', async () => {
    const browser = await browserWithSession(op);
    const silent = new HttpBrowser(op.issuer);
    const name = '__Host-sojourn.silent';
    silent.cookies.set(name, browser.cookies.get(name) as string);
    expect((await askInFrame(op, silent)).response).toHaveProperty('code');
    const interactive = await silent.visit(authorizationRequest(op.issuer).url);
    expect(new URL(interactive.url).pathname).toBe('/u/login');
    expect(interactive.html).not.toContain('mira');
    await silent.visit(`${op.issuer}oidc/logout`, { 'sec-fetch-site': 'same-origin' });
    expect((await askInFrame(op, browser)).response).toHaveProperty('code');
  });

  test('OIDC Core §3.1.2.1: the same by POST, whose cookies are read after a 303 to the same path', async () => {
    const browser = await browserWithSession(op);
    const request = authorizationRequest(op.issuer, { prompt: 'none', response_mode: 'web_message' });
    const body = new URL(request.url).searchParams;
    const posted = await browser.send('POST', `${op.issuer}authorize`, body, {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://a.test',
      cookie: '',
    });
    expect(posted.status).toBe(303);
    const page = await browser.visit(`${op.issuer.slice(0, -1)}${posted.headers.get('location')}`);
    expect(messageOf(page).response).toMatchObject({ code: expect.any(String), state: request.state });
  });

  test('a code by prompt=none for an API reaches that API', async () => {
    const { code, verifier } = await codeFor(op, await browserWithSession(op), {
      prompt: 'none',
      audience: API,
      scope: 'openid read:berths delete:berths',
    });
    const redeemed = await redeem(op.issuer, { code, code_verifier: verifier });
    const { access_token, scope } = (await redeemed.json()) as Record<string, string>;
    expect(scope).toBe('openid read:berths');
    expect(claimsOf(access_token as string).aud).toEqual([API, `${op.issuer}userinfo`]);
  });
});
