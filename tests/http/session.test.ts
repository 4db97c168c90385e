import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem, signIn } from '../rig/relying-party.js';
import { askInFrame, codeFor, tokensFor } from '../rig/requests.js';
import { claimsOf, copyOf, isAlive } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const SESSION = '__Host-sojourn.session';
const SILENT = '__Host-sojourn.silent';

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const more = ['nils', 'rosa', 'vera'].map((name) => ({
    user_id: `auth0|${name}`,
    email: `${name}@harbour.example`,
    password: PASSWORD,
  }));
  op = await startDeployment({ tenantFile: { ...file, users: [...file.users, ...more] } });
});
afterAll(() => op.stop());

async function signedIn(username = 'mira@harbour.example', browser = new HttpBrowser(op.issuer)) {
  await signIn(browser, authorizationRequest(op.issuer, { prompt: 'login' }), username);
  return browser;
}
const sidOf = async (browser: HttpBrowser) => claimsOf((await tokensFor(op, browser)).id_token).sid as string;
const silently = async (browser: HttpBrowser) => (await askInFrame(op, browser)).response;

describe('signing in again', () => {
  test('security.md 34: keeps sid and tokens, replaces the handle, and the old cookies are dead', async () => {
    const browser = await signedIn();
    const tokens = await tokensFor(op, browser);
    const old = copyOf(op, browser);
    op.clock.advance(60_000);
    await signedIn('mira@harbour.example', browser);
    expect(browser.cookies.get(SESSION)).not.toBe(old.cookies.get(SESSION));
    expect(browser.cookies.get(SILENT)).not.toBe(old.cookies.get(SILENT));
    expect(await sidOf(browser)).toBe(claimsOf(tokens.id_token).sid);
    expect(await isAlive(op, tokens.access_token)).toBe(true);

    // By hand at once for whoever has not the binding too; for an answer that is under way, after 30 s.
    const thief = copyOf(op, old);
    thief.cookies.delete('__Host-sojourn.browser');
    const expectLogin = async (jar: HttpBrowser) => {
      const page = await jar.visit(authorizationRequest(op.issuer).url);
      expect(new URL(page.url).pathname).toBe('/u/login');
      expect(page.html).not.toContain('mira@harbour.example');
    };
    await expectLogin(thief);
    op.clock.advance(30_000);
    expect(await silently(old)).toMatchObject({ error: 'login_required', sojourn_reason: 'no-session' });
    await expectLogin(old);
  });

  test('security.md 45: auth_time moves with it, and stays with a code of before and through silent renewal', async () => {
    const browser = await signedIn();
    const firstAt = Math.floor(op.clock.now() / 1000);
    const early = await codeFor(op, browser);
    op.clock.advance(10_000);
    await signedIn('mira@harbour.example', browser);
    const response = await redeem(op.issuer, { code: early.code, code_verifier: early.verifier });
    expect(claimsOf(((await response.json()) as { id_token: string }).id_token).auth_time).toBe(firstAt);
    op.clock.advance(40_000);
    const { request, response: message } = await askInFrame(op, browser);
    const silent = await redeem(op.issuer, { code: message.code ?? '', code_verifier: request.verifier });
    const claims = claimsOf(((await silent.json()) as { id_token: string }).id_token);
    expect([claims.auth_time, claims.amr]).toEqual([firstAt + 10, ['pwd']]);
  });

  test('design.md 3: another End-User ends the former session, its codes and its tokens', async () => {
    const browser = await signedIn();
    const old = copyOf(op, browser);
    const tokens = await tokensFor(op, browser);
    const { code, verifier } = await codeFor(op, browser);
    const sid = claimsOf(tokens.id_token).sid as string;
    await signedIn('otto@harbour.example', browser);

    const otto = claimsOf((await tokensFor(op, browser)).id_token);
    expect(otto.sub).toBe('auth0|otto');
    expect(otto.sid).not.toBe(sid);
    expect(await isAlive(op, tokens.access_token)).toBe(false);
    expect((await redeem(op.issuer, { code, code_verifier: verifier })).status).toBe(400);
    expect(await silently(old)).toMatchObject({ error: 'login_required', sojourn_reason: 'session-ended' });
    expect(await op.store.findSession(sid)).toMatchObject({ endReason: 'replaced-by-another-end-user' });
  });

  test('two users are never mixed: cookies of two sessions answer for the interactive one', async () => {
    const mira = await signedIn();
    const otto = await signedIn('otto@harbour.example');
    const mixed = copyOf(op, mira);
    mixed.cookies.set(SILENT, otto.cookies.get(SILENT) ?? '');
    const { request, response } = await askInFrame(op, mixed);
    const tokens = await redeem(op.issuer, { code: response.code ?? '', code_verifier: request.verifier });
    const claims = claimsOf(((await tokens.json()) as { id_token: string }).id_token);
    expect(claims.sub).toBe('auth0|mira');
    expect(claims.sid).toBe(await sidOf(mira));
  });
});

describe('where a session comes from', () => {
  test('F01: whatever cookie was planted before, signing in makes another; the planted one is anonymous', async () => {
    const attacker = await signedIn('otto@harbour.example');
    const planted: Record<string, string> = {
      'made up': 'v1.k0.AAAAAAAAAAAAAAAAAAAAAA.0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'of the attacker': attacker.cookies.get(SESSION) ?? '',
    };
    for (const [name, value] of Object.entries(planted)) {
      const browser = new HttpBrowser(op.issuer);
      browser.cookies.set(SESSION, value);
      await signedIn('mira@harbour.example', browser);
      expect(browser.cookies.get(SESSION), name).not.toBe(value);
      const thief = new HttpBrowser(op.issuer);
      thief.cookies.set(SESSION, value);
      expect((await silently(thief)).error, name).toBe('login_required');
    }
  });

  test('security.md 35: cookies hold 128 random bits, never the same, and the sid is none of them', async () => {
    const handles = new Set<string>();
    for (let index = 0; index < 5; index += 1) {
      const browser = await signedIn();
      const sid = await sidOf(browser);
      for (const name of [SESSION, SILENT]) {
        const value = browser.cookies.get(name) ?? '';
        const handle = value.split('.')[2] ?? '';
        expect(Buffer.from(handle, 'base64url')).toHaveLength(16);
        handles.add(handle);
        expect(value).not.toContain(sid);
      }
    }
    expect(handles.size).toBe(10);
  });

  test('security.md 44, F11: signing in and out 100 times in one browser gives 100 sids', async () => {
    const browser = new HttpBrowser(op.issuer);
    const sids = new Set<string>();
    for (let index = 0; index < 100; index += 1) {
      await signIn(browser, authorizationRequest(op.issuer));
      const { id_token } = await tokensFor(op, browser);
      sids.add(claimsOf(id_token).sid as string);
      await browser.visit(`${op.issuer}oidc/logout?id_token_hint=${id_token}`);
      expect(browser.cookies.has(SESSION)).toBe(false);
    }
    expect(sids.size).toBe(100);
  });
});

describe('what ends a session from outside (security.md 41, E16)', () => {
  const cases = {
    'a changed password': { user_id: 'auth0|nils', email: 'nils@harbour.example', password: 'new-lights-77' },
    'a blocked account': { user_id: 'auth0|rosa', email: 'rosa@harbour.example', blocked: true },
  };
  for (const [name, user] of Object.entries(cases)) {
    test(`${name} ends sessions, codes and tokens at once, and those of nobody else`, async () => {
      const browser = await signedIn(user.email);
      const other = await signedIn();
      const tokens = await tokensFor(op, browser);
      const { code, verifier } = await codeFor(op, browser);
      op.clock.advance(1);
      await op.load({ users: [user] });
      expect(await isAlive(op, tokens.access_token)).toBe(false);
      expect((await redeem(op.issuer, { code, code_verifier: verifier })).status).toBe(400);
      expect((await silently(browser)).error).toBe('login_required');
      expect((await silently(other)).code).toBeDefined();
      const page = await browser.visit(authorizationRequest(op.issuer).url);
      expect(new URL(page.url).pathname).toBe('/u/login');
    });
  }

  test('the tenant file loaded again, with the same password, ends nothing', async () => {
    const browser = await signedIn('vera@harbour.example');
    op.clock.advance(1);
    await op.load({ users: [{ user_id: 'auth0|vera', email: 'vera@harbour.example', password: PASSWORD }] });
    expect((await silently(browser)).code).toBeDefined();
  });

  test('a password changed while its old value is being verified gives no session', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    const posted = browser.submit(login, { username: 'vera@harbour.example', password: PASSWORD });
    op.clock.advance(1);
    await op.store.changePassword({
      userId: 'auth0|vera',
      passwordHash: 'unreadable',
      now: op.clock.now(),
      events: [],
    });
    const page = await posted;
    expect(answerOf(page).has('code')).toBe(false);
    expect((await silently(browser)).error).toBe('login_required');
  });
});
