import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { askInFrame } from '../rig/requests.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const more = [
    { user_id: 'auth0|nils', email: 'nils@harbour.example', password: PASSWORD, blocked: true },
    { user_id: 'auth0|rosa', email: 'rosa@harbour.example' },
  ];
  op = await startDeployment({ tenantFile: { ...file, users: [...file.users, ...more] } });
});
afterAll(() => op.stop());

/** A page without what differs from page to page: state, token and what was typed. */
function comparable(page: Page, typed: string): string {
  const { state = '', csrf = '' } = formOf(page).fields;
  return [state, csrf, typed].reduce((html, value) => html.replaceAll(value, '…'), page.html);
}

async function tryPassword(
  username: string,
  password: string,
): Promise<{ page: Page; verifications: number }> {
  const browser = new HttpBrowser(op.issuer);
  const login = await browser.visit(authorizationRequest(op.issuer).url);
  const before = op.passwordVerifications();
  const page = await browser.submit(login, { username, password });
  return { page, verifications: op.passwordVerifications() - before };
}

describe('sign in', () => {
  test('by email or username: NFKC, trimmed and case-folded', async () => {
    for (const username of ['mira@harbour.example', 'MIRA@Harbour.Example', '  mira  ', 'ＭＩＲＡ']) {
      const callback = await signIn(new HttpBrowser(op.issuer), authorizationRequest(op.issuer), username);
      expect(answerOf(callback).get('code'), username).not.toBeNull();
    }
  });

  test('security.md 5, A05: the posted password is answered 303, and the client gets a GET', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    const form = formOf(login);
    const body = new URLSearchParams({ ...form.fields, username: 'mira', password: PASSWORD });
    let answer = await browser.send('POST', new URL(form.action, op.issuer).href, body, {});
    const statuses = [answer.status];
    while (answer.headers.get('location')?.startsWith('/')) {
      const next = new URL(answer.headers.get('location') ?? '', op.issuer).href;
      expect(next).not.toContain(PASSWORD);
      answer = await browser.send('GET', next, null, {});
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([303, 303]);
    expect(answer.headers.get('location')).toMatch(/^https:\/\/a\.test\/cb\?code=/);
  });

  test('security.md 51, F06: known and unknown users, blocked ones and such without password get the same bytes after exactly one verification', async () => {
    const known = await tryPassword('mira@harbour.example', 'wrong password');
    expect(known.page.status).toBe(400);
    expect(known.verifications).toBe(1);
    const others = {
      unknown: ['nobody@harbour.example', 'wrong password'],
      'blocked, right password': ['nils@harbour.example', PASSWORD],
      'blocked, wrong password': ['nils@harbour.example', 'wrong password'],
      'without password': ['rosa@harbour.example', 'wrong password'],
      'no identifier at all': ['\u202ereversed', 'wrong password'],
      'password over all limits': ['mira@harbour.example', 'x'.repeat(5_000)],
    };
    for (const [name, [username = '', password = '']] of Object.entries(others)) {
      const { page, verifications } = await tryPassword(username, password);
      expect(page.status, name).toBe(400);
      expect(verifications, name).toBe(1);
      expect(comparable(page, username), name).toBe(comparable(known.page, 'mira@harbour.example'));
      expect([...page.headers.keys()], name).toEqual([...known.page.headers.keys()]);
    }
  });

  test('without identifier or password nothing is verified', async () => {
    for (const [username, password] of [
      ['', PASSWORD],
      ['mira', ''],
      ['', ''],
    ]) {
      const { page, verifications } = await tryPassword(username ?? '', password ?? '');
      expect([page.status, verifications]).toEqual([400, 0]);
    }
  });

  test('security.md 54, F13: before the right password there is no session for any endpoint', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    const { state = '' } = formOf(login).fields;
    const isNobody = async () => {
      expect([...browser.cookies.keys()]).toEqual(['__Host-sojourn.browser']);
      const { response } = await askInFrame(op, browser);
      expect(response).toMatchObject({ error: 'login_required', sojourn_reason: 'no-session' });
      for (const path of ['continue', 'u/consent', 'u/select-account']) {
        const page = await browser.visit(`${op.issuer}${path}?state=${state}`);
        expect(new URL(page.url).pathname).toBe('/u/login');
      }
    };
    await isNobody();
    await browser.submit(login, { username: 'mira', password: 'wrong password' });
    await isNobody();
  });

  test('credentials in a URL sign nobody in', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    const before = op.passwordVerifications();
    const page = await browser.visit(`${login.url}&username=mira&password=${PASSWORD}`);
    expect(page.status).toBe(200);
    expect(op.passwordVerifications()).toBe(before);
    expect([...browser.cookies.keys()]).toEqual(['__Host-sojourn.browser']);
  });

  test('login_hint is written into the form, screen_hint=signup leads to the other door', async () => {
    const browser = new HttpBrowser(op.issuer);
    const hinted = await browser.visit(
      authorizationRequest(op.issuer, { login_hint: 'otto@harbour.example' }).url,
    );
    expect(hinted.html).toMatch(/name="username"[^>]*value="otto@harbour\.example"/);
    const signUp = await browser.visit(authorizationRequest(op.issuer, { screen_hint: 'signup' }).url);
    expect(new URL(signUp.url).pathname).toBe('/u/signup');
  });

  test('a finished page has a way back to its application, and does nothing again', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    await browser.submit(login, { username: 'mira', password: PASSWORD });
    const cookies = [...browser.cookies];
    const before = op.passwordVerifications();
    for (const again of [
      await browser.submit(login, { username: 'otto@harbour.example', password: PASSWORD }),
      await browser.visit(login.url),
    ]) {
      expect(again.status).toBe(200);
      expect(again.html).toMatch(/id="continue" href="https:\/\/a\.test"/);
    }
    expect(op.passwordVerifications()).toBe(before);
    expect([...browser.cookies]).toEqual(cookies);
  });

  test('an interaction lives 30 minutes', async () => {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    op.clock.advance(30 * 60_000 - 1);
    expect((await browser.visit(login.url)).status).toBe(200);
    op.clock.advance(1);
    const late = await browser.submit(login, { username: 'mira', password: PASSWORD });
    expect(late.status).toBe(400);
    expect(late.html).toContain('no longer valid');
    expect([...browser.cookies.keys()]).toEqual(['__Host-sojourn.browser']);
  });

  test('J01: of 51 abandoned sign-ins of one browser the oldest is dropped, and the newest can be finished', async () => {
    const browser = new HttpBrowser(op.issuer);
    const pages: Page[] = [];
    for (let index = 0; index < 51; index += 1)
      pages.push(await browser.visit(authorizationRequest(op.issuer).url));
    const [oldest, second] = pages as [Page, Page];
    const newest = pages.at(-1) as Page;
    expect((await browser.visit(oldest.url)).status).toBe(400);
    expect((await browser.visit(second.url)).status).toBe(200);
    const callback = await browser.submit(newest, { username: 'mira', password: PASSWORD });
    expect(answerOf(callback).get('code')).not.toBeNull();
    // All of them together left one cookie of their own.
    expect([...browser.cookies.keys()].sort()).toEqual([
      '__Host-sojourn.browser',
      '__Host-sojourn.session',
      '__Host-sojourn.silent',
    ]);
  });
});
