import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { exchangeFor, refresh, refreshTenant } from '../rig/refresh.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { askInFrame } from '../rig/requests.js';
import { claimsOf, copyOf } from '../rig/session.js';
import { PASSWORD } from '../rig/tenant.js';

const ADA = { username: 'mira@harbour.example', password: PASSWORD };
const BOB = { username: 'otto@harbour.example', password: PASSWORD };
const SESSION = '__Host-sojourn.session';
const BROWSER = '__Host-sojourn.browser';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant() });
});
afterAll(() => op.stop());
beforeEach(() => {
  browser = new HttpBrowser(op.issuer);
});

const openLogin = (overrides: Record<string, string> = {}) =>
  browser.visit(authorizationRequest(op.issuer, { prompt: 'login', ...overrides }).url);

/** Posts a form and waits for nothing: its answer is another moment's business. */
async function postOnly(page: Page, fields: Record<string, string>): Promise<Page> {
  const { action, fields: hidden } = formOf(page);
  const jar = copyOf(op, browser);
  return jar.send('POST', new URL(action, op.issuer).href, new URLSearchParams({ ...hidden, ...fields }), {
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  });
}

/** What the page that got this answer does next. */
async function goOn(answer: Page): Promise<Page> {
  browser.receive(answer);
  return browser.visit(new URL(answer.headers.get('location') ?? '', op.issuer).href);
}

const signInAs = async (person: Record<string, string>) => browser.submit(await openLogin(), person);
const tokens = async () => (await exchangeFor(op, browser)).tokens;
const isRefused = async (token: string) => (await refresh(op, token)).status === 400;
const signOut = async () => {
  const page = await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`, {
    'sec-fetch-site': 'same-origin',
  });
  expect(page.status).toBe(200);
};

describe('findings 1.1: one sign-out ends what this browser got', () => {
  test('two login forms in two tabs, both sent at once: one session, and a sign-out ends the tokens of both', async () => {
    const [one, two] = [await openLogin(), await openLogin()];
    const answers = await Promise.all([postOnly(one, ADA), postOnly(two, ADA)]);
    const got = [];
    for (const answer of answers) {
      expect((await goOn(answer)).url).toContain('code=');
      got.push(await tokens());
    }
    expect(new Set(got.map(({ id_token }) => claimsOf(id_token).sid)).size).toBe(1);
    await signOut();
    for (const { refresh_token } of got) expect(await isRefused(refresh_token)).toBe(true);
  });

  test('Ada in one tab and Bob in the other: one of them is signed in, and a sign-out ends what either got', async () => {
    const [one, two] = [await openLogin(), await openLogin()];
    const answers = await Promise.all([postOnly(one, ADA), postOnly(two, BOB)]);
    const got = [];
    for (const answer of answers) {
      await goOn(answer);
      const silent = await askInFrame(op, browser);
      if (silent.response.code !== undefined) got.push(await tokens());
    }
    const live = (
      await op.store.findSessions({ userId: null, clientId: null, after: null, atMost: 100 })
    ).filter(({ session }) => session.endedAt === null && session.userId !== 'nobody');
    expect(live.length).toBe(1);
    await signOut();
    for (const { refresh_token } of got) expect(await isRefused(refresh_token)).toBe(true);
  });

  test('the answer to a sign-in again is lost: a sign-out ends the session all the same', async () => {
    await signInAs(ADA);
    const { refresh_token } = await tokens();
    await postOnly(await openLogin(), ADA);
    op.clock.advance(60_000);
    await signOut();
    expect(await isRefused(refresh_token)).toBe(true);
  });

  test('an answer of before the sign-in again comes after it: a sign-out ends the session all the same', async () => {
    await signInAs(ADA);
    const late = await copyOf(op, browser).send('GET', authorizationRequest(op.issuer).url, null, {});
    const login = await openLogin();
    await browser.submit(login, ADA);
    const { refresh_token } = await tokens();
    browser.receive(late);
    op.clock.advance(60_000);
    await signOut();
    expect(await isRefused(refresh_token)).toBe(true);
  });
});

describe('design.md 3: the immediate predecessor, made through the same binding less than 30 s ago, still counts', () => {
  test('after a lost answer the browser is signed in, and gets the successor', async () => {
    await signInAs(ADA);
    const before = browser.cookies.get(SESSION);
    await postOnly(await openLogin(), ADA);
    op.clock.advance(29_999);
    const page = await browser.visit(authorizationRequest(op.issuer).url);
    expect(answerOf(page).has('code')).toBe(true);
    expect(browser.cookies.get(SESSION)).not.toBe(before);
    op.clock.advance(60_000);
    expect(answerOf(await browser.visit(authorizationRequest(op.issuer).url)).has('code')).toBe(true);
  });

  test('after 30 s it answers nothing, names nobody, and sets nothing', async () => {
    await signInAs(ADA);
    const before = browser.cookies.get(SESSION);
    await postOnly(await openLogin(), ADA);
    op.clock.advance(30_000);
    const page = await browser.visit(authorizationRequest(op.issuer).url);
    expect(new URL(page.url).pathname).toBe('/u/login');
    expect(page.html).not.toContain(ADA.username);
    expect(browser.cookies.get(SESSION)).toBe(before);
  });

  test('without the binding, or with that of another browser, it is dead at once', async () => {
    await signInAs(ADA);
    const thief = copyOf(op, browser);
    await postOnly(await openLogin(), ADA);
    const other = new HttpBrowser(op.issuer);
    await other.visit(authorizationRequest(op.issuer).url);
    for (const binding of [undefined, other.cookies.get(BROWSER)]) {
      if (binding === undefined) thief.cookies.delete(BROWSER);
      else thief.cookies.set(BROWSER, binding);
      const page = await thief.visit(authorizationRequest(op.issuer).url);
      expect(new URL(page.url).pathname).toBe('/u/login');
    }
  });

  test('a frame that asks while another tab signs in again is answered', async () => {
    await signInAs(ADA);
    const frame = copyOf(op, browser);
    frame.cookies.delete(SESSION);
    frame.cookies.delete(BROWSER);
    await postOnly(await openLogin(), ADA);
    expect((await askInFrame(op, frame)).response.code).toBeDefined();
    op.clock.advance(30_000);
    expect((await askInFrame(op, frame)).response.error).toBe('login_required');
  });
});

describe('findings 1.13: an interaction ends once', () => {
  const native = { client_id: 'native-n', redirect_uri: 'http://127.0.0.1/cb', prompt: 'consent' };

  test('of 20 that end it at once one gives a code; the others see that they are signed in', async () => {
    await signInAs(ADA);
    const consent = await browser.visit(authorizationRequest(op.issuer, native).url);
    const agreed = await postOnly(consent, { decision: 'allow' });
    const url = new URL(agreed.headers.get('location') ?? '', op.issuer).href;
    const pages = await Promise.all(Array.from({ length: 20 }, () => copyOf(op, browser).visit(url)));
    expect(pages.filter((page) => page.url.includes('code='))).toHaveLength(1);
    for (const page of pages.filter((page) => !page.url.includes('code='))) {
      expect(page.status).toBe(200);
      expect(page.html).toContain('You are signed in');
      expect(page.html).toContain('Harbour Handheld');
    }
  });

  test('direct responses alike: one answer with tokens', async () => {
    await op.load({
      clients: [
        {
          client_id: 'hybrid-h',
          name: 'Harbour Hybrid',
          app_type: 'spa',
          callbacks: ['https://h.test/cb'],
          grant_types: ['authorization_code', 'implicit'],
        },
      ],
    });
    for (const response_type of ['id_token token', 'code id_token']) {
      const login = await openLogin({
        client_id: 'hybrid-h',
        redirect_uri: 'https://h.test/cb',
        response_type,
      });
      const posted = await postOnly(login, ADA);
      browser.receive(posted);
      const url = new URL(posted.headers.get('location') ?? '', op.issuer).href;
      const pages = await Promise.all(Array.from({ length: 20 }, () => copyOf(op, browser).visit(url)));
      expect(pages.filter((page) => page.url.includes('id_token='))).toHaveLength(1);
      expect(pages.filter((page) => page.html.includes('You are signed in'))).toHaveLength(19);
    }
  });

  test('a reload after the answer with the code was lost: the page says where to go, and gives no second code', async () => {
    const answer = await postOnly(await openLogin(), ADA);
    browser.receive(answer);
    const url = new URL(answer.headers.get('location') ?? '', op.issuer).href;
    await copyOf(op, browser).visit(url);
    const page = await browser.visit(url);
    expect(page.status).toBe(200);
    expect(page.html).toContain('You are signed in');
    expect(page.html).toContain('href="https://a.test"');
  });

  test('whoever signed out meanwhile is not told to be signed in', async () => {
    const answer = await postOnly(await openLogin(), ADA);
    await goOn(answer);
    await signOut();
    const page = await browser.visit(new URL(answer.headers.get('location') ?? '', op.issuer).href);
    expect(page.html).not.toContain('You are signed in');
    expect(page.url).not.toContain('code=');
  });
});

describe('findings 1.2: a form acts for the person it was shown for', () => {
  const third = { client_id: 'third-d', redirect_uri: 'https://d.test/cb' };

  test('Ada’s consent page, pressed after Bob signed in in another tab: Bob is asked, nobody’s consent is kept', async () => {
    await signInAs(ADA);
    const page = await browser.visit(authorizationRequest(op.issuer, third).url);
    await signInAs(BOB);
    const answer = await browser.submit(page, { decision: 'allow' });
    expect(new URL(answer.url).pathname).toBe('/u/consent');
    expect(answer.html).toContain(BOB.username);
    for (const user of ['auth0|mira', 'auth0|otto'])
      expect(await op.store.findConsents(user, 'third-d')).toEqual([]);
  });

  test('her "deny" says nothing for Bob', async () => {
    await signInAs(ADA);
    const page = await browser.visit(authorizationRequest(op.issuer, third).url);
    await signInAs(BOB);
    const answer = await browser.submit(page, { decision: 'deny' });
    expect(new URL(answer.url).pathname).toBe('/u/consent');
  });

  test('Ada’s choice of account continues as nobody else', async () => {
    await signInAs(ADA);
    const page = await browser.visit(authorizationRequest(op.issuer, { prompt: 'select_account' }).url);
    await signInAs(BOB);
    const answer = await browser.submit(page, { choice: 'continue' });
    expect(new URL(answer.url).pathname).toBe('/u/select-account');
    expect(answer.html).toContain(BOB.username);
  });
});

describe('design.md 4: the binding', () => {
  test('is another after a sign-out, and an open form goes on with it; the former value finishes nothing', async () => {
    await signInAs(ADA);
    const open = await openLogin();
    const noted = copyOf(op, browser);
    await signOut();
    expect(browser.cookies.get(BROWSER)).not.toBe(noted.cookies.get(BROWSER));
    op.clock.advance(31_000);
    expect((await noted.submit(open, ADA)).status).toBe(400);
    expect((await browser.submit(open, BOB)).url).toContain('code=');
  });

  test('is another when another End-User’s session begins, and an open form goes on with it', async () => {
    await signInAs(ADA);
    const open = await openLogin();
    const noted = copyOf(op, browser);
    await signInAs(BOB);
    expect(browser.cookies.get(BROWSER)).not.toBe(noted.cookies.get(BROWSER));
    op.clock.advance(31_000);
    expect((await noted.submit(open, ADA)).status).toBe(400);
    expect((await browser.submit(open, BOB)).url).toContain('code=');
  });

  test('noted before a sign-out it ends nothing of whoever signs in afterwards', async () => {
    await signInAs(ADA);
    const noted = copyOf(op, browser);
    await signOut();
    op.clock.advance(31_000);
    await signInAs(BOB);
    const { refresh_token } = await tokens();
    await noted.visit(`${op.issuer}v2/logout?client_id=spa-a`, { 'sec-fetch-site': 'same-origin' });
    expect(await isRefused(refresh_token)).toBe(false);
  });

  test('what is found by it alone is ended without telling whose it was', async () => {
    await signInAs(ADA);
    const { refresh_token } = await tokens();
    browser.cookies.delete(SESSION);
    const page = await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`, {
      'sec-fetch-site': 'cross-site',
    });
    expect(formOf(page).action).toBe('/u/logout');
    expect(page.html).not.toContain(ADA.username);
    await browser.submit(page, { decision: 'sign-out' });
    expect(await isRefused(refresh_token)).toBe(true);
  });

  test('lives 400 days from each use, as the session cookie does', async () => {
    await signInAs(ADA);
    browser.setCookies.length = 0;
    await browser.visit(authorizationRequest(op.issuer).url);
    for (const name of [SESSION, BROWSER])
      expect(browser.setCookies.filter((line) => line.startsWith(`${name}=`))).toEqual([
        expect.stringContaining(`Max-Age=${400 * 24 * 60 * 60}`),
      ]);
  });
});
