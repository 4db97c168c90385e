import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { authorizationRequest, signIn } from '../rig/relying-party.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const MINUTE = 60_000;
const user = (name: string) => ({
  user_id: `auth0|${name}`,
  email: `${name}@harbour.example`,
  password: PASSWORD,
});

async function start(trustedProxies: readonly string[] = []): Promise<Deployment> {
  const file = tenantFile();
  const users = [...file.users, ...['nils', 'rosa', 'vera', 'kim'].map(user)];
  return startDeployment({ tenantFile: { ...file, users }, trustedProxies });
}

async function tryPassword(
  op: Deployment,
  username: string,
  password: string,
  browser = new HttpBrowser(op.issuer),
): Promise<Page> {
  const login = await browser.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
  return browser.submit(login, { username, password });
}
const isSignedIn = (page: Page) => page.url.includes('code=');

describe('security.md 52: the throttle of an account', () => {
  let op: Deployment;
  beforeAll(async () => {
    op = await start();
  });
  afterAll(() => op.stop());

  test('F07: of 100 wrong passwords at once ten are verified; the right one during the lock gets the same answer', async () => {
    const browsers = Array.from({ length: 100 }, () => new HttpBrowser(op.issuer));
    const pages = await Promise.all(
      browsers.map((browser) => browser.visit(authorizationRequest(op.issuer).url)),
    );
    const before = op.passwordVerifications();
    const answers = await Promise.all(
      pages.map((page, index) =>
        (browsers[index] as HttpBrowser).submit(page, { username: 'mira', password: `wrong ${index}` }),
      ),
    );
    expect(op.passwordVerifications() - before).toBeLessThanOrEqual(12);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(88);

    const comparable = (page: Page) => {
      const { state = '', csrf = '' } = formOf(page).fields;
      return page.html.replaceAll(state, '').replaceAll(csrf, '');
    };
    const wrong = await tryPassword(op, 'mira', 'wrong again');
    const right = await tryPassword(op, 'mira', PASSWORD);
    expect([wrong.status, right.status]).toEqual([429, 429]);
    expect(comparable(right)).toBe(comparable(wrong));
    expect(right.headers.get('retry-after')).toBe(wrong.headers.get('retry-after'));
    expect(right.html).toContain('Too many attempts. Wait');
  });

  test('the wait that is told is the wait that is due', async () => {
    const locked = await tryPassword(op, 'mira', PASSWORD);
    const seconds = Number(locked.headers.get('retry-after'));
    op.clock.advance((seconds - 1) * 1_000);
    expect((await tryPassword(op, 'mira', PASSWORD)).status).toBe(429);
    op.clock.advance(1_000);
    expect(isSignedIn(await tryPassword(op, 'mira', PASSWORD))).toBe(true);
  });

  test('an account that does not exist is locked after as many', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 11; index += 1)
      statuses.push((await tryPassword(op, 'nobody@harbour.example', 'wrong')).status);
    expect(statuses).toEqual([...Array(10).fill(400), 429]);
  });

  test('email, its spellings and nothing else count for one account; a right password gives its place back', async () => {
    for (let index = 0; index < 12; index += 1)
      expect(isSignedIn(await tryPassword(op, 'nils@harbour.example', PASSWORD))).toBe(true);
    const spellings = ['nils@harbour.example', 'NILS@HARBOUR.EXAMPLE', ' nils@harbour.example '];
    for (let index = 0; index < 10; index += 1) await tryPassword(op, spellings[index % 3] ?? '', 'wrong');
    expect((await tryPassword(op, 'nils@harbour.example', PASSWORD)).status).toBe(429);
    expect(isSignedIn(await tryPassword(op, 'rosa@harbour.example', PASSWORD))).toBe(true);
  });

  test('whoever floods an account does not bar its End-User in a browser that has a session, live or expired', async () => {
    const owner = new HttpBrowser(op.issuer);
    await signIn(owner, authorizationRequest(op.issuer), 'vera@harbour.example');
    const formerOwner = new HttpBrowser(op.issuer);
    await signIn(formerOwner, authorizationRequest(op.issuer), 'vera@harbour.example');
    const asked = await formerOwner.visit(`${op.issuer}v2/logout?client_id=spa-a`);
    await formerOwner.submit(asked, { decision: 'sign-out' });
    const ended = new HttpBrowser(op.issuer);
    const cookie = formerOwner.setCookies.find((line) => line.startsWith('__Host-sojourn.session=v1'));
    ended.cookies.set('__Host-sojourn.session', /=([^;]*)/.exec(cookie ?? '')?.[1] ?? '');

    op.clock.advance(4 * 24 * 60 * MINUTE);
    for (let index = 0; index < 10; index += 1) await tryPassword(op, 'vera@harbour.example', 'wrong');
    expect((await tryPassword(op, 'vera@harbour.example', PASSWORD)).status).toBe(429);
    // The cookie of a session that ended opens no guesses of its own.
    expect((await tryPassword(op, 'vera@harbour.example', PASSWORD, ended)).status).toBe(429);
    expect(isSignedIn(await tryPassword(op, 'vera@harbour.example', PASSWORD, owner))).toBe(true);
    // Nor does a live one open any at somebody else's account.
    for (let index = 0; index < 10; index += 1) await tryPassword(op, 'kim@harbour.example', 'wrong');
    expect((await tryPassword(op, 'kim@harbour.example', PASSWORD, owner)).status).toBe(429);
  });

  test('an account’s other name gives no more guesses, and a right password frees both', async () => {
    op.clock.advance(16 * MINUTE);
    for (let index = 0; index < 10; index += 1)
      await tryPassword(op, index % 2 === 0 ? 'mira' : 'mira@harbour.example', 'wrong');
    const before = op.passwordVerifications();
    for (const name of ['mira', 'mira@harbour.example', 'MIRA'])
      expect((await tryPassword(op, name, PASSWORD)).status).toBe(429);
    expect(op.passwordVerifications()).toBe(before);
    op.clock.advance(16 * MINUTE);
    for (let index = 0; index < 12; index += 1)
      expect(isSignedIn(await tryPassword(op, 'mira', PASSWORD))).toBe(true);
    expect(isSignedIn(await tryPassword(op, 'mira@harbour.example', PASSWORD))).toBe(true);
  });

  test('sign-in and sign-up share the count: every path that tests a secret', async () => {
    op.clock.advance(16 * MINUTE);
    for (let index = 0; index < 10; index += 1) await tryPassword(op, 'rosa@harbour.example', 'wrong');
    const browser = new HttpBrowser(op.issuer);
    const page = await browser.visit(authorizationRequest(op.issuer, { screen_hint: 'signup' }).url);
    const answer = await browser.submit(page, { email: 'rosa@harbour.example', password: 'good lanterns' });
    expect(answer.status).toBe(429);
  });
});

describe('security.md 52, 89, F09: the throttle of a network', () => {
  /** Spends 100 attempts at different accounts, from these addresses in turn. Returns how many were limited. */
  async function spend(op: Deployment, addresses: readonly string[]): Promise<number> {
    const browser = new HttpBrowser(op.issuer);
    const login = await browser.visit(authorizationRequest(op.issuer).url);
    const pages: Page[] = [];
    for (let start = 0; start < 100; start += 20) {
      const posts = Array.from({ length: 20 }, (_, index) =>
        browser.submit(
          login,
          { username: `nobody-${start + index}`, password: 'wrong' },
          { 'x-forwarded-for': addresses[(start + index) % addresses.length] ?? '' },
        ),
      );
      pages.push(...(await Promise.all(posts)));
    }
    return pages.filter(({ status }) => status === 429).length;
  }
  const from = (op: Deployment, address: string, headers: Record<string, string> = {}) =>
    tryPassword(
      op,
      'somebody@else.example',
      'wrong',
      new HttpBrowser(op.issuer, { 'x-forwarded-for': address, ...headers }),
    );

  test('an IPv6 /64 in all spellings is one network, the next /64 another', async () => {
    const op = await start(['127.0.0.1']);
    const spellings = [
      '2001:db8:0:1::1',
      '2001:DB8::1:ffff:0:0:2',
      '2001:0db8:0000:0001:0000:0000:0000:0003',
    ];
    expect(await spend(op, spellings)).toBe(0);
    expect((await from(op, '2001:db8:0:1:abcd:ef01:2345:6789')).status).toBe(429);
    expect((await from(op, '2001:db8:0:2::1')).status).toBe(400);
    await op.stop();
  });

  test('an IPv4 address, also written as IPv6, is one network; of a chain the last untrusted entry counts', async () => {
    const op = await start(['127.0.0.1']);
    expect(await spend(op, ['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107'])).toBe(0);
    expect((await from(op, '203.0.113.7')).status).toBe(429);
    // The client wrote the front of the chain itself; the proxy appended the address it saw.
    expect((await from(op, '198.51.100.1, 203.0.113.7')).status).toBe(429);
    expect((await from(op, '203.0.113.8')).status).toBe(400);
    await op.stop();
  });

  test('without trusted proxies a forged X-Forwarded-For or Forwarded is nothing', async () => {
    const op = await start();
    const made = Array.from({ length: 100 }, (_, index) => `203.0.113.${index}`);
    expect(await spend(op, made)).toBe(0);
    expect((await from(op, '192.0.2.77', { forwarded: 'for=192.0.2.78' })).status).toBe(429);
    await op.stop();
  });
});
