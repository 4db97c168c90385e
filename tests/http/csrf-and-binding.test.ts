import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { askInFrame, expectRefusedPage } from '../rig/requests.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const CREDENTIALS = { username: 'mira@harbour.example', password: PASSWORD };
const CONSENT = { client_id: 'third-d', redirect_uri: 'https://d.test/cb', prompt: 'consent' };

/** How browsers mark a form that another page sent. */
const FOREIGN: Record<string, Record<string, string>> = {
  'another site': {
    'sec-fetch-site': 'cross-site',
    origin: 'https://evil.test',
    referer: 'https://evil.test/',
  },
  'a sibling site': { 'sec-fetch-site': 'same-site', origin: 'http://evil.localhost' },
  'a sandboxed frame': { 'sec-fetch-site': 'cross-site', origin: 'null' },
};

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

async function signedIn(username = 'mira@harbour.example'): Promise<HttpBrowser> {
  const browser = new HttpBrowser(op.issuer);
  await signIn(browser, authorizationRequest(op.issuer), username);
  return browser;
}

/** Each page with a form: a browser that stands before it, and what its button sends. */
const PAGES: Record<
  string,
  { open: () => Promise<{ browser: HttpBrowser; page: Page }>; send: Record<string, string> }
> = {
  '/u/login': {
    open: async () => {
      const browser = new HttpBrowser(op.issuer);
      return { browser, page: await browser.visit(authorizationRequest(op.issuer).url) };
    },
    send: CREDENTIALS,
  },
  '/u/signup': {
    open: async () => {
      const browser = new HttpBrowser(op.issuer);
      const request = authorizationRequest(op.issuer, { screen_hint: 'signup' });
      return { browser, page: await browser.visit(request.url) };
    },
    send: { email: 'new@harbour.example', password: 'three small lanterns' },
  },
  '/u/consent': {
    open: async () => {
      const browser = await signedIn();
      return { browser, page: await browser.visit(authorizationRequest(op.issuer, CONSENT).url) };
    },
    send: { decision: 'allow' },
  },
  '/u/select-account': {
    open: async () => {
      const browser = await signedIn();
      const request = authorizationRequest(op.issuer, { prompt: 'select_account' });
      return { browser, page: await browser.visit(request.url) };
    },
    send: { choice: 'continue' },
  },
  '/u/logout': {
    open: async () => {
      const browser = await signedIn();
      return { browser, page: await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`) };
    },
    send: { decision: 'sign-out' },
  },
};

/** Nothing came of it: no code, no cookie of a session that was not there, none ended. */
async function expectNothing(browser: HttpBrowser, before: ReadonlyMap<string, string>, answer: Page) {
  expectRefusedPage(answer);
  expect([...browser.cookies]).toEqual([...before]);
  const { response } = await askInFrame(op, browser);
  expect(response.code !== undefined).toBe(before.has('__Host-sojourn.session'));
}

for (const [path, { open, send }] of Object.entries(PAGES)) {
  describe(`security.md 48, F03: ${path}`, () => {
    test('is where the test thinks it is, and takes its own form', async () => {
      const { browser, page } = await open();
      expect(formOf(page).action).toBe(path);
      const answer = await browser.submit(page, send);
      expect(answer.status).toBeLessThan(400);
    });

    for (const [name, headers] of Object.entries(FOREIGN)) {
      test(`refuses its form from ${name}, cookies and token notwithstanding`, async () => {
        const { browser, page } = await open();
        const before = new Map(browser.cookies);
        await expectNothing(browser, before, await browser.submit(page, send, headers));
      });
    }

    test('refuses a token that is missing, made up, of another page or of another browser', async () => {
      const { browser, page } = await open();
      const other = await open();
      const elsewhere = await browser.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
      const before = new Map(browser.cookies);
      for (const csrf of [
        '',
        'made-up',
        formOf(elsewhere).fields.csrf ?? '',
        formOf(other.page).fields.csrf ?? '',
      ])
        await expectNothing(browser, before, await browser.submit(page, { ...send, csrf }));
    });

    test('security.md 49: refuses the browser that did not begin it, with or without a binding of its own', async () => {
      const { page } = await open();
      const without = new HttpBrowser(op.issuer);
      await expectNothing(without, new Map(), await without.submit(page, send));
      const { browser: another } = await open();
      await expectNothing(another, new Map(another.cookies), await another.submit(page, send));
    });
  });
}

describe('security.md 49: the browser that finishes a flow is the one that started it', () => {
  test('an interaction is not shown, continued or drawn in another browser', async () => {
    const mine = new HttpBrowser(op.issuer);
    const login = await mine.visit(authorizationRequest(op.issuer).url);
    const { state = '' } = formOf(login).fields;
    const victim = await signedIn('otto@harbour.example');
    for (const path of ['continue', 'u/login', 'u/signup', 'u/consent', 'u/select-account'])
      expectRefusedPage(await victim.visit(`${op.issuer}${path}?state=${state}`));
    // And nothing of the victim's session finished it.
    expect(answerOf(await mine.submit(login, CREDENTIALS)).get('code')).not.toBeNull();
  });

  test('login CSRF: an attacker’s half-finished sign-in is finished in no other browser', async () => {
    const attacker = new HttpBrowser(op.issuer);
    const login = await attacker.visit(authorizationRequest(op.issuer).url);
    const form = formOf(login);
    const body = new URLSearchParams({ ...form.fields, ...CREDENTIALS });
    const victim = new HttpBrowser(op.issuer);
    const answer = await victim.send('POST', new URL(form.action, op.issuer).href, body, {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      origin: 'https://evil.test',
    });
    expectRefusedPage(answer);
    expect(victim.cookies.size).toBe(0);
  });

  test('a form that was used is worth nothing again', async () => {
    const browser = await signedIn();
    const page = await browser.visit(authorizationRequest(op.issuer, CONSENT).url);
    const denied = await browser.submit(page, { decision: 'deny' });
    expect(denied.url).toContain('error=access_denied');
    expectRefusedPage(await browser.submit(page, { decision: 'allow' }));
  });

  test('a sign-out form of a session that is over signs out nobody who came after', async () => {
    const browser = await signedIn();
    const stale = await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`);
    expect(stale.html).toContain('mira@harbour.example');
    await signIn(browser, authorizationRequest(op.issuer, { prompt: 'login' }), 'otto@harbour.example');
    const before = new Map(browser.cookies);
    await expectNothing(browser, before, await browser.submit(stale, { decision: 'sign-out' }));
  });

  test('a field that appears twice, or a body of another type, is refused', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    const { fields } = formOf(login);
    const form = new URLSearchParams({ ...fields, ...CREDENTIALS }).toString();
    for (const [body, type] of [
      [`${form}&username=otto`, 'application/x-www-form-urlencoded'],
      [form, 'text/plain'],
      [form, 'application/x-www-form-urlencoded; charset=utf-16'],
    ])
      expectRefusedPage(
        await browser.send('POST', `${op.issuer}u/login`, body ?? '', { 'content-type': type ?? '' }),
      );
    expect([...browser.cookies.keys()]).toEqual(['__Host-sojourn.browser']);
  });
});
