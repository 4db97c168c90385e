import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, HttpBrowser, type Page } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem, signIn } from '../rig/relying-party.js';
import { claimsOf } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

const signUpRequest = () => authorizationRequest(op.issuer, { screen_hint: 'signup' });

async function signUp(email: string, password: string, browser = new HttpBrowser(op.issuer)): Promise<Page> {
  const page = await browser.visit(signUpRequest().url);
  return browser.submit(page, { email, password });
}

const hasCode = (page: Page) => URL.canParse(page.url) && answerOf(page).has('code');

describe('sign up', () => {
  test('makes an account, signs it in, and the account signs in again elsewhere', async () => {
    const browser = new HttpBrowser(op.issuer);
    const request = signUpRequest();
    const callback = await browser.submit(await browser.visit(request.url), {
      email: 'Ines@Harbour.example',
      password: 'three small lanterns',
    });
    const response = await redeem(op.issuer, {
      code: answerOf(callback).get('code') ?? '',
      code_verifier: request.verifier,
    });
    const claims = claimsOf(((await response.json()) as { id_token: string }).id_token);
    expect(claims).toMatchObject({ email: 'Ines@Harbour.example', email_verified: false });
    expect(claims.sub).toMatch(/^auth0\|/);
    const elsewhere = new HttpBrowser(op.issuer);
    const again = await signIn(
      elsewhere,
      authorizationRequest(op.issuer),
      'ines@harbour.example',
      'three small lanterns',
    );
    expect(hasCode(again)).toBe(true);
  });

  test('security.md 56: a password has at least 8 characters, may have hundreds, of any kind, none cut off; common ones are refused', async () => {
    const long = 'lantern '.repeat(30);
    const kinds = { short: 'lantern', eight: 'lnterns8', long, emoji: '🌊'.repeat(8), spaces: '  a  b   c ' };
    const verdicts: Record<string, boolean> = {};
    for (const [name, password] of Object.entries(kinds))
      verdicts[name] = hasCode(await signUp(`${name}@kinds.example`, password));
    expect(verdicts).toEqual({ short: false, eight: true, long: true, emoji: true, spaces: true });
    for (const common of ['password', 'Password1', '12345678', 'common@kinds.example'])
      expect(hasCode(await signUp('common@kinds.example', common)), common).toBe(false);

    const tryIt = async (password: string) =>
      hasCode(
        await signIn(
          new HttpBrowser(op.issuer),
          authorizationRequest(op.issuer),
          'long@kinds.example',
          password,
        ),
      );
    expect(await tryIt(long)).toBe(true);
    expect(await tryIt(long.slice(0, 72))).toBe(false);
    expect(await tryIt(long.slice(0, -1))).toBe(false);
  });

  test('a refused password is not written back into the page, the email is', async () => {
    const page = await signUp('typed@kinds.example', 'lantrn7');
    expect(page.status).toBe(400);
    expect(page.html).not.toContain('lantrn7');
    expect(page.html).toContain('value="typed@kinds.example"');
  });

  test('J05: an address that is taken, in any case or normalisation, makes no second account', async () => {
    for (const twin of ['mira@harbour.example', 'MIRA@HARBOUR.EXAMPLE', 'ｍｉｒａ@harbour.example']) {
      const page = await signUp(twin, 'another good password');
      expect(page.status, twin).toBe(400);
      expect(page.html).toContain('exists already');
    }
    const callback = await signIn(new HttpBrowser(op.issuer), authorizationRequest(op.issuer));
    expect(hasCode(callback)).toBe(true);
  });

  test('an address of letters that only look like others makes no account, and the page says why', async () => {
    for (const email of ['\u043etto@harbour.example', '\u0441\u043e\u0441\u043e@harbour.example']) {
      const page = await signUp(email, 'three small lanterns');
      expect(page.status).toBe(400);
      expect(page.html).toContain('Some letters in this address only look like others.');
    }
    expect(
      hasCode(await signUp('\u0438\u0440\u0438\u043d\u0430@harbour.example', 'three small lanterns')),
    ).toBe(true);
  });

  test('an account that was imported with such an address signs in as before', async () => {
    const email = '\u043elga@harbour.example';
    await op.load({ users: [{ user_id: 'auth0|olga', email, password: PASSWORD }] });
    expect(hasCode(await signIn(new HttpBrowser(op.issuer), authorizationRequest(op.issuer), email))).toBe(
      true,
    );
  });

  test('of eight sign-ups of one address at once one makes the account and is signed in', async () => {
    const browsers = Array.from({ length: 8 }, () => new HttpBrowser(op.issuer));
    const pages = await Promise.all(
      browsers.map((browser, index) => signUp('rush@harbour.example', `good password ${index}`, browser)),
    );
    expect(pages.filter(hasCode)).toHaveLength(1);
    const signedIn = browsers.filter((browser) => browser.cookies.has('__Host-sojourn.session'));
    expect(signedIn).toEqual([browsers[pages.findIndex(hasCode)]]);
  });

  test('security.md 52: asking whether an address is taken is counted, and told nothing more after ten', async () => {
    const ask = async () => (await signUp('otto@harbour.example', 'another good password')).status;
    const statuses: number[] = [];
    for (let index = 0; index < 11; index += 1) statuses.push(await ask());
    expect(statuses).toEqual([...Array(10).fill(400), 429]);
  });

  test('where a tenant closed it, there is no way in: no link, no page, no form', async () => {
    const browser = new HttpBrowser(op.issuer);
    const page = await browser.visit(signUpRequest().url);
    expect(new URL(page.url).pathname).toBe('/u/signup');
    const database = (disable_signup: boolean) => ({
      databases: [{ name: 'Username-Password-Authentication', options: { disable_signup } }],
    });
    await op.load(database(true));
    try {
      const posted = await browser.submit(page, { email: 'late@harbour.example', password: PASSWORD });
      expect(posted.status).toBe(200);
      expect(await op.store.findUserByIdentifier('late@harbour.example')).toBeNull();
      const login = await browser.visit(authorizationRequest(op.issuer).url);
      expect(login.html).not.toContain('/u/signup');
      const { state = '' } = formOf(login).fields;
      expect(new URL((await browser.visit(`${op.issuer}u/signup?state=${state}`)).url).pathname).toBe(
        '/u/login',
      );
    } finally {
      await op.load(database(false));
    }
  });
});
