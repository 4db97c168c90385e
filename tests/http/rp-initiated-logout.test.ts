import { createHmac, generateKeyPairSync } from 'node:crypto';
import { loadKeyring } from '@sojourn/server';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem } from '../rig/relying-party.js';
import { askInFrame, codeFor, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, copyOf, isAlive } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const DAY = 24 * 60 * 60 * 1000;
const SESSION = '__Host-sojourn.session';

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const tenant = { ...file.tenant, allowed_logout_urls: ['https://harbour.test/bye'] };
  op = await startDeployment({ tenantFile: { ...file, tenant } });
});
afterAll(() => op.stop());

async function signedIn(userId?: string) {
  const browser = await browserWithSession(op, userId);
  return { browser, tokens: await tokensFor(op, browser) };
}

function logout(browser: HttpBrowser, parameters: Record<string, string>, headers = {}): Promise<Page> {
  return browser.visit(`${op.issuer}oidc/logout?${new URLSearchParams(parameters)}`, headers);
}

/** The session is there, the browser knows it, and it was not sent anywhere. */
async function expectKept(browser: HttpBrowser, accessToken: string, page: Page): Promise<void> {
  expect(new URL(page.url).origin).toBe(new URL(op.issuer).origin);
  expect(await isAlive(op, accessToken)).toBe(true);
  expect((await askInFrame(op, browser)).response.code).toBeDefined();
}

describe('RP-Initiated Logout with a good hint', () => {
  test('E01: ends the session and leads to the exact registered URI with state', async () => {
    const { browser, tokens } = await signedIn();
    const state = 'a b&c=d#e"<';
    const page = await logout(browser, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://a.test/bye',
      state,
    });
    expect(page.status).toBe(303);
    const answer = new URL(page.url);
    expect(`${answer.origin}${answer.pathname}`).toBe('https://a.test/bye');
    expect([...answer.searchParams]).toEqual([['state', state]]);
    expect(await isAlive(op, tokens.access_token)).toBe(false);
    expect(browser.cookies.has(SESSION)).toBe(false);
  });

  test('E05, security.md 40: the old cookies are anonymous, 50 times, for every use', async () => {
    const { browser, tokens } = await signedIn();
    const thief = copyOf(op, browser);
    await logout(browser, { id_token_hint: tokens.id_token });
    for (let index = 0; index < 50; index += 1)
      expect((await askInFrame(op, thief)).response.error).toBe('login_required');
    const login = await thief.visit(authorizationRequest(op.issuer).url);
    expect(new URL(login.url).pathname).toBe('/u/login');
    expect(login.html).not.toContain('mira@harbour.example');
    const page = await thief.visit(`${op.issuer}oidc/logout`);
    expect(page.html).not.toContain('mira@harbour.example');
  });

  test('E06, C07: access tokens and codes of the session are dead at once', async () => {
    const { browser, tokens } = await signedIn();
    const { code, verifier } = await codeFor(op, browser);
    await logout(browser, { id_token_hint: tokens.id_token });
    expect(await isAlive(op, tokens.access_token)).toBe(false);
    const refused = await redeem(op.issuer, { code, code_verifier: verifier });
    expect([refused.status, ((await refused.json()) as { error: string }).error]).toEqual([
      400,
      'invalid_grant',
    ]);
  });

  test('security.md 63: a genuine hint that has expired is good', async () => {
    const { browser, tokens } = await signedIn();
    op.clock.advance(2 * DAY);
    const page = await logout(browser, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://a.test/bye',
    });
    expect(page.url).toBe('https://a.test/bye');
    expect(await op.store.findSession(claimsOf(tokens.id_token).sid as string)).toMatchObject({
      endReason: 'signed-out',
    });
  });

  test('a hint of the session before it signed in again is a hint of the session', async () => {
    const { browser, tokens } = await signedIn();
    const login = await browser.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
    await browser.submit(login, { username: 'mira', password: PASSWORD });
    await logout(browser, { id_token_hint: tokens.id_token });
    expect(browser.cookies.has(SESSION)).toBe(false);
  });
});

describe('E02, security.md 65: a hint that is not good leads nowhere, and the End-User is asked', () => {
  const bad: Record<string, (idToken: string) => Promise<Record<string, string>>> = {
    'of a strange key': async (idToken) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const header = { alg: 'RS256', typ: 'JWT', kid: headerOf(idToken).kid as string };
      return hint(await new SignJWT(claimsOf(idToken)).setProtectedHeader(header).sign(privateKey));
    },
    'with alg none': async (idToken) => hint(new UnsecuredJWT(claimsOf(idToken)).encode()),
    'with alg none and our kid': async (idToken) => {
      const head = encode({ alg: 'none', typ: 'JWT', kid: headerOf(idToken).kid });
      return hint(`${head}.${idToken.split('.')[1]}.`);
    },
    'as HS256 under the public key': async (idToken) => {
      const jwks = (await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as { keys: object[] };
      const key = jwks.keys.find((jwk) => (jwk as { kid: string }).kid === headerOf(idToken).kid);
      const head = encode({ alg: 'HS256', typ: 'JWT', kid: headerOf(idToken).kid });
      const input = `${head}.${idToken.split('.')[1]}`;
      return hint(`${input}.${createHmac('sha256', JSON.stringify(key)).update(input).digest('base64url')}`);
    },
    'of another issuer, signature and all': async (idToken) => {
      const [head, , signature] = idToken.split('.');
      return hint(`${head}.${encode({ ...claimsOf(idToken), iss: 'https://other.test/' })}.${signature}`);
    },
    'of another client than client_id': async (idToken) => ({ ...hint(idToken), client_id: 'spa-b' }),
    'that is no token': async () => hint('nonsense'),
  };
  for (const [name, make] of Object.entries(bad)) {
    test(`${name}: no redirect, session kept until confirmed`, async () => {
      const { browser, tokens } = await signedIn();
      const parameters = { ...(await make(tokens.id_token)), post_logout_redirect_uri: 'https://b.test/bye' };
      const page = await logout(browser, parameters, { referer: 'https://a.test/' });
      await expectKept(browser, tokens.access_token, page);
      expect(formOf(page).action).toBe('/u/logout');
      const confirmed = await browser.submit(page, { decision: 'sign-out' });
      expect(new URL(confirmed.url).origin).toBe(new URL(op.issuer).origin);
      expect(await isAlive(op, tokens.access_token)).toBe(false);
    });
  }

  test('an access token is no hint', async () => {
    const { browser, tokens } = await signedIn();
    const page = await logout(browser, { id_token_hint: tokens.access_token });
    await expectKept(browser, tokens.access_token, page);
  });

  test('of another End-User or another session: asked, and the page names who would be signed out', async () => {
    const { browser, tokens } = await signedIn();
    for (const other of [await signedIn('auth0|otto'), await signedIn()]) {
      const page = await logout(browser, { id_token_hint: other.tokens.id_token });
      await expectKept(browser, tokens.access_token, page);
      expect(page.html).toContain('mira@harbour.example');
      expect(await isAlive(op, other.tokens.access_token)).toBe(true);
    }
  });
});

describe('security.md 64, 65: without a hint', () => {
  test('a stranger’s link asks; one click signs out and goes to the registered URI, with state', async () => {
    const { browser, tokens } = await signedIn();
    const parameters = { client_id: 'spa-a', post_logout_redirect_uri: 'https://a.test/bye', state: 's' };
    const page = await logout(browser, parameters, { referer: 'https://evil.test/' });
    await expectKept(browser, tokens.access_token, page);
    const confirmed = await browser.submit(page, { decision: 'sign-out' });
    expect(confirmed.url).toBe('https://a.test/bye?state=s');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });

  test('without client_id there is no list to hold the address against: no redirect, not even confirmed', async () => {
    const { browser } = await signedIn();
    const page = await logout(browser, { post_logout_redirect_uri: 'https://a.test/bye' });
    const confirmed = await browser.submit(page, { decision: 'sign-out' });
    expect(confirmed.html).toContain('You are signed out');
  });

  test('a form changed on the way leads nowhere', async () => {
    const { browser, tokens } = await signedIn();
    const page = await logout(browser, { client_id: 'spa-a' });
    const refused = await browser.submit(page, { return_to: 'https://evil.test/' });
    expect(refused.status).toBe(400);
    await expectKept(browser, tokens.access_token, refused);
  });

  test('nobody signed in: signed out it is, also with a hint that names nobody', async () => {
    const nobody = new HttpBrowser(op.issuer);
    expect((await logout(nobody, {})).html).toContain('You are signed out');
    expect((await logout(nobody, { id_token_hint: 'nonsense' })).html).toContain('You are signed out');
  });

  test('certification: from a page of a participant, too, it asks', async () => {
    for (const parameters of [{}, { client_id: 'spa-a', post_logout_redirect_uri: 'https://a.test/bye' }]) {
      const { browser, tokens } = await signedIn();
      const from = { referer: 'https://a.test/', 'sec-fetch-site': 'cross-site' };
      const page = await logout(browser, parameters, from);
      await expectKept(browser, tokens.access_token, page);
      expect(formOf(page).action).toBe('/u/logout');
    }
  });

  test('an address of the tenant’s list leads back after the click, without any client', async () => {
    const { browser, tokens } = await signedIn();
    const parameters = { post_logout_redirect_uri: 'https://harbour.test/bye', state: 's' };
    const page = await logout(browser, parameters);
    await expectKept(browser, tokens.access_token, page);
    const confirmed = await browser.submit(page, { decision: 'sign-out' });
    expect(confirmed.url).toBe('https://harbour.test/bye?state=s');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });
});

describe('a good hint without the session’s cookies', () => {
  /** As oauth2-proxy and other back ends call: no cookie, nothing that a browser says. */
  function call(parameters: Record<string, string>, headers: Record<string, string> = {}, method = 'GET') {
    const query = new URLSearchParams(parameters).toString();
    const nobody = new HttpBrowser(op.issuer);
    return method === 'POST'
      ? nobody.send('POST', `${op.issuer}oidc/logout`, new URLSearchParams(parameters), headers)
      : nobody.send('GET', `${op.issuer}oidc/logout?${query}`, null, headers);
  }

  test.each(['GET', 'POST'])(
    'of a server it ends the session of its sid, by %s, as its client’s',
    async (method) => {
      const { browser, tokens } = await signedIn();
      const answer = await call({ id_token_hint: tokens.id_token }, { accept: '*/*' }, method);
      expect(answer.status).toBe(200);
      expect(await isAlive(op, tokens.access_token)).toBe(false);
      expect((await askInFrame(op, browser)).response.error).toBe('login_required');
      expect(answer.headers.get('set-cookie')).toBeNull();
      const { sid } = claimsOf(tokens.id_token);
      const events = await op.store.findEvents({ after: 0, since: 0, atMost: 10_000 });
      expect(
        events.filter((event) => event.sid === sid && event.name === 'session.signed-out'),
      ).toMatchObject([{ clientId: 'spa-a', userId: 'auth0|mira' }]);
      // Once more: it is so.
      expect((await call({ id_token_hint: tokens.id_token }, {}, method)).status).toBe(200);
    },
  );

  test('of a server it leads to the registered address, where one is asked for', async () => {
    const { tokens } = await signedIn();
    const parameters = { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://a.test/bye' };
    const answer = await call(parameters);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://a.test/bye']);
  });

  test('of a server it is refused where it is 30 days old, or bad, or there is none', async () => {
    const { tokens } = await signedIn();
    for (const parameters of [{}, { id_token_hint: 'nonsense' }, { id_token_hint: tokens.access_token }])
      expect(await call(parameters as Record<string, string>)).toMatchObject({ status: 400 });
    op.clock.advance(30 * DAY + 1_000);
    const refused = await call({ id_token_hint: tokens.id_token });
    expect([refused.status, /signed out/i.test(refused.html)]).toEqual([400, false]);
    const { sid } = claimsOf(tokens.id_token);
    expect(await op.store.findSession(String(sid))).toMatchObject({ endedAt: null });
  });

  test('of a server it is refused where its client holds nothing of the session', async () => {
    const { browser, tokens } = await signedIn();
    const hint = await ownIdToken({ ...claimsOf(tokens.id_token), aud: 'spa-b' });
    const refused = await call({ id_token_hint: hint });
    expect([refused.status, refused.headers.get('location')]).toEqual([400, null]);
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    expect((await askInFrame(op, browser)).response.code).toBeDefined();
  });

  test('what a browser sends is no server’s call: Origin, fetch metadata, a cookie, its Accept', async () => {
    for (const headers of [
      { origin: 'https://a.test' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      { cookie: 'a=b' },
      { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
      { accept: 'image/avif,image/webp,*/*;q=0.8' },
    ]) {
      const { tokens } = await signedIn();
      await call({ id_token_hint: tokens.id_token }, headers as unknown as Record<string, string>);
      expect(await isAlive(op, tokens.access_token), JSON.stringify(headers)).toBe(true);
    }
  });

  test('of another browser it asks without a name, leads nowhere before the click, and the click ends the session', async () => {
    const { browser, tokens } = await signedIn();
    const nobody = new HttpBrowser(op.issuer);
    const page = await logout(nobody, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://a.test/bye',
    });
    await expectKept(browser, tokens.access_token, page);
    expect(page.html).not.toContain('mira@harbour.example');
    expect(page.html).not.toContain('You are signed out');
    const confirmed = await nobody.submit(page, { decision: 'sign-out' });
    expect(confirmed.url).toBe('https://a.test/bye');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });

  test('of another browser the form ends no other session than the one it asked about', async () => {
    const { tokens } = await signedIn();
    const other = await signedIn('auth0|otto');
    const nobody = new HttpBrowser(op.issuer);
    const page = await logout(nobody, { id_token_hint: tokens.id_token });
    const sid = String(claimsOf(other.tokens.id_token).sid);
    const refused = await nobody.submit(page, { decision: 'sign-out', sid });
    expect(refused.status).toBe(403);
    expect(await isAlive(op, other.tokens.access_token)).toBe(true);
  });

  test('of another browser and 30 days old it ends nothing, and nobody is told that it did', async () => {
    const { tokens } = await signedIn();
    op.clock.advance(30 * DAY + 1_000);
    const page = await logout(new HttpBrowser(op.issuer), {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://a.test/bye',
    });
    expect([page.status, new URL(page.url).origin]).toEqual([400, new URL(op.issuer).origin]);
    expect(page.html).not.toContain('You are signed out');
  });

  /** Signed by the server’s own key, which nobody else has: what it would have issued. */
  async function ownIdToken(claims: Record<string, unknown>): Promise<string> {
    const keys = await loadKeyring(op.store, op.secrets, op.clock.now);
    const { kid, privateKey } = await keys.current('RS256');
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey);
  }
});

test('E08: signing in on a form that stood open during a sign-out gives a new session, and nothing of the old', async () => {
  const { browser, tokens } = await signedIn();
  const login = await browser.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
  await logout(browser, { id_token_hint: tokens.id_token });
  const callback = await browser.submit(login, { username: 'mira', password: PASSWORD });
  expect(answerOf(callback).has('code')).toBe(true);
  expect(await isAlive(op, tokens.access_token)).toBe(false);
  const fresh = await tokensFor(op, browser);
  expect(claimsOf(fresh.id_token).sid).not.toBe(claimsOf(tokens.id_token).sid);
});

test('security.md 71: the signed-out page counts every application that took part, silent ones too', async () => {
  const { browser, tokens } = await signedIn();
  const b = { client_id: 'spa-b', redirect_uri: 'https://b.test/cb' };
  const { request, response } = await askInFrame(op, browser, b);
  await redeem(
    op.issuer,
    { ...b, code: response.code ?? '', code_verifier: request.verifier },
    { origin: 'https://b.test', 'sec-fetch-mode': 'cors' },
  );
  const page = await logout(browser, { id_token_hint: tokens.id_token });
  expect(page.html.replaceAll(/<\/?bdi>/g, '')).toContain('signed out here and in 2 applications');
});

const hint = (id_token_hint: string) => ({ id_token_hint });
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
function headerOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
