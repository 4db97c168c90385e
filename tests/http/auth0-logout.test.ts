import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser, type Page } from '../rig/http-browser.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { tokensFor } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const tenant = { ...file.tenant, allowed_logout_urls: ['https://harbour.test/bye'] };
  op = await startDeployment({ tenantFile: { ...file, tenant } });
});
afterAll(() => op.stop());

async function signedIn() {
  const browser = await browserWithSession(op);
  return { browser, tokens: await tokensFor(op, browser) };
}
const FROM_A = { referer: 'https://a.test/', 'sec-fetch-site': 'cross-site' };

describe('/v2/logout (auth0-wire.md 7, security.md 66)', () => {
  test('from a page of the client it ends the session at once and goes to the registered address', async () => {
    const { browser, tokens } = await signedIn();
    const page = await browser.visit(
      `${op.issuer}v2/logout?client_id=spa-a&returnTo=https%3A%2F%2Fa.test%2Fbye&federated`,
      FROM_A,
    );
    expect(page.url).toBe('https://a.test/bye');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });

  test('security.md 67: the session has ended before the browser leaves, whether or not the application answers', async () => {
    const { browser, tokens } = await signedIn();
    const copy = new HttpBrowser(op.issuer);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    // The answer that would send the browser on is not followed: as if the application’s address were dead.
    const left = await browser.send(
      'GET',
      `${op.issuer}v2/logout?client_id=spa-a&returnTo=https://a.test/bye`,
      null,
      {
        ...FROM_A,
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
    );
    expect(left.headers.get('location')).toBe('https://a.test/bye');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
    const again = await copy.visit(authorizationRequest(op.issuer, { prompt: 'none' }).url);
    expect(answerOf(again).get('sojourn_reason')).toBe('session-ended');
  });

  test('from a page of a participant it ends the session, also for another client or none', async () => {
    for (const query of ['client_id=spa-b', '']) {
      const { browser, tokens } = await signedIn();
      await browser.visit(`${op.issuer}v2/logout?${query}`, FROM_A);
      expect(await isAlive(op, tokens.access_token)).toBe(false);
    }
  });

  test('without client_id the tenant’s list counts, and only it', async () => {
    const { browser } = await signedIn();
    const refused = await browser.visit(`${op.issuer}v2/logout?returnTo=https://a.test/bye`, FROM_A);
    expect(refused.status).toBe(400);
    const page = await browser.visit(`${op.issuer}v2/logout?returnTo=https://harbour.test/bye`, FROM_A);
    expect(page.url).toBe('https://harbour.test/bye');
  });

  test('the named client’s page counts only where it takes part in the session', async () => {
    const { browser, tokens } = await signedIn();
    const from = { referer: 'https://b.test/', 'sec-fetch-site': 'cross-site' };
    const page = await browser.visit(`${op.issuer}v2/logout?client_id=spa-b`, from);
    expect(page.html).toContain('action="/u/logout"');
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('a page of the server acts at once, in a browser that says so and in one that sends Referer alone', async () => {
    for (const says of [{ 'sec-fetch-site': 'same-origin' }, { referer: `${op.issuer}u/account` }]) {
      const { browser, tokens } = await signedIn();
      // As `visit` sends it, but for what an old browser leaves out.
      const page = await browser.send('GET', `${op.issuer}v2/logout`, null, { accept: 'text/html', ...says });
      expect(page.html).toContain('You are signed out');
      expect(await isAlive(op, tokens.access_token)).toBe(false);
    }
    const { browser, tokens } = await signedIn();
    // Over another site and back: the Referer is ours still, the way here is not.
    await browser.visit(`${op.issuer}v2/logout`, { referer: op.issuer, 'sec-fetch-site': 'cross-site' });
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('a good id_token_hint acts at once, for applications whose pages send no Referer', async () => {
    const { browser, tokens } = await signedIn();
    const page = await browser.visit(
      `${op.issuer}v2/logout?client_id=spa-a&returnTo=https://a.test/bye&id_token_hint=${tokens.id_token}`,
    );
    expect(page.url).toBe('https://a.test/bye');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });

  test('typed, from a stranger or without a referrer it asks, and one click does it', async () => {
    for (const headers of [
      {},
      { referer: 'https://evil.test/', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'cross-site' },
      { referer: 'https://a.test.evil.test/', 'sec-fetch-site': 'cross-site' },
      { referer: 'http://a.test/', 'sec-fetch-site': 'cross-site' },
    ]) {
      const { browser, tokens } = await signedIn();
      const page = await browser.visit(
        `${op.issuer}v2/logout?client_id=spa-a&returnTo=https://a.test/bye`,
        headers,
      );
      expect(page.html).toContain('action="/u/logout"');
      expect(await isAlive(op, tokens.access_token)).toBe(true);
      expect((await browser.submit(page, { decision: 'sign-out' })).url).toBe('https://a.test/bye');
      expect(await isAlive(op, tokens.access_token)).toBe(false);
    }
  });
});

describe('E09: what is no visit changes nothing, whoever sends it', () => {
  const requests: Record<string, Record<string, string>> = {
    'an image': { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' },
    'an iframe': { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' },
    'a frame': { 'sec-fetch-dest': 'frame', 'sec-fetch-mode': 'navigate' },
    'an object': { 'sec-fetch-dest': 'object', 'sec-fetch-mode': 'navigate' },
    'fetch no-cors': { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'no-cors' },
    'fetch cors': { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors', origin: 'https://a.test' },
    'a prefetch': { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'sec-purpose': 'prefetch' },
    'a prerender': {
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      'sec-purpose': 'prefetch;prerender',
    },
    'an old prefetch': { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'navigate', purpose: 'prefetch' },
  };
  for (const [name, headers] of Object.entries(requests)) {
    test(name, async () => {
      const { browser, tokens } = await signedIn();
      const before = browser.setCookies.length;
      for (const path of [
        'v2/logout?client_id=spa-a&returnTo=https://a.test/bye',
        `oidc/logout?id_token_hint=${tokens.id_token}`,
      ]) {
        const answer = await browser.send('GET', `${op.issuer}${path}`, null, { ...FROM_A, ...headers });
        expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
      }
      expect(browser.setCookies).toHaveLength(before);
      expect(await isAlive(op, tokens.access_token)).toBe(true);
    });
  }
});

/** What an attacker makes of `https://a.test/bye`, which spa-a registered. */
const MUTANTS = [
  'https://evil.test/bye',
  '//evil.test/bye',
  '//a.test/bye',
  '/\\evil.test',
  '\\\\evil.test',
  'https:evil.test',
  'https:/evil.test',
  'https:///evil.test',
  'https:a.test/bye',
  'https://a.test\t/bye',
  ' https://a.test/bye',
  'https://a.test/bye ',
  'https://a.test/bye\n',
  'https://a.test/bye\r\nSet-Cookie: x=y',
  'https://a.test@evil.test/bye',
  'https://evil.test#@a.test/bye',
  'https://user:pass@a.test/bye',
  'https://a.test.evil.test/bye',
  'https://a.test:443/bye',
  'https://a.test:444/bye',
  'https://A.test/bye',
  'HTTPS://a.test/bye',
  'http://a.test/bye',
  'https://a.test/bye%3fnext=https://evil.test',
  'https://evil.test?https://a.test/bye',
  'https://evil.test/?x#https://a.test/bye',
  'https://a.test/bye/',
  'https://a.test/x/../bye',
  'https://a.test/%62ye',
  'https://b.test/bye',
  'javascript:alert(1)//https://a.test/bye',
  'data:text/html,https://a.test/bye',
  'https://harbour.test/bye',
  'bye',
  '/',
];

describe(`E03: ${MUTANTS.length} mutants of a registered address lead nowhere, and nobody is signed out`, () => {
  const leads = (page: Page) => page.headers.get('location') ?? 'nowhere';
  for (const mutant of MUTANTS) {
    test(JSON.stringify(mutant), async () => {
      const { browser, tokens } = await signedIn();
      const encoded = encodeURIComponent(mutant);
      for (const path of [
        `v2/logout?client_id=spa-a&returnTo=${encoded}`,
        `oidc/logout?client_id=spa-a&post_logout_redirect_uri=${encoded}`,
        `oidc/logout?id_token_hint=${tokens.id_token}&post_logout_redirect_uri=${encoded}`,
      ]) {
        const page = await browser.visit(`${op.issuer}${path}`, FROM_A);
        expect([page.status, leads(page)]).toEqual([400, 'nowhere']);
        expect(page.html).not.toContain('evil.test');
      }
      expect(await isAlive(op, tokens.access_token)).toBe(true);
      // Without a session as well.
      const nobody = new HttpBrowser(op.issuer);
      const page = await nobody.visit(`${op.issuer}v2/logout?client_id=spa-a&returnTo=${encoded}`);
      expect([page.status, leads(page)]).toEqual([400, 'nowhere']);
    });
  }

  test('a query or fragment of its own leads on from /v2/logout, as at Auth0, and from nowhere else', async () => {
    for (const more of ['?next=https%3A%2F%2Fevil.test', '#fragment', '?a=b%0D%0ASet-Cookie:x=y']) {
      const { browser, tokens } = await signedIn();
      const address = encodeURIComponent(`https://a.test/bye${more}`);
      const exact = await browser.visit(
        `${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}&post_logout_redirect_uri=${address}`,
      );
      expect([exact.status, leads(exact)]).toEqual([400, 'nowhere']);
      expect(await isAlive(op, tokens.access_token)).toBe(true);
      const page = await browser.visit(`${op.issuer}v2/logout?client_id=spa-a&returnTo=${address}`, FROM_A);
      expect(page.url).toBe(`https://a.test/bye${more}`);
      expect(page.headers.get('set-cookie')).not.toContain('x=y');
    }
  });

  test('the query stays through the question', async () => {
    const { browser, tokens } = await signedIn();
    const asked = await browser.visit(
      `${op.issuer}v2/logout?client_id=spa-a&returnTo=${encodeURIComponent('https://a.test/bye?a=b#c')}`,
    );
    expect((await browser.submit(asked, { decision: 'sign-out' })).url).toBe('https://a.test/bye?a=b#c');
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });

  test('the client’s list is not the tenant’s, and the other way round', async () => {
    const nobody = new HttpBrowser(op.issuer);
    for (const query of [
      'client_id=spa-a&returnTo=https://harbour.test/bye',
      'client_id=spa-b&returnTo=https://a.test/bye',
      'returnTo=https://a.test/bye',
      'client_id=unknown&returnTo=https://a.test/bye',
      'client_id=spa-a&client_id=spa-b&returnTo=https://a.test/bye',
      'client_id=spa-a&returnTo=https://a.test/bye&returnTo=https://evil.test/',
    ])
      expect((await nobody.visit(`${op.issuer}v2/logout?${query}`)).status, query).toBe(400);
  });
});

describe('E04: hostile parameters of sign-out pages', () => {
  const HOSTILE = '"><svg onload=1>\'<script>alert(1)</script>';
  test('appear on no page, and make no element', async () => {
    const { browser } = await signedIn();
    const plain = (await browser.visit(`${op.issuer}v2/logout?client_id=spa-a`)).html;
    const tags = (html: string) => html.match(/<\w+/g)?.sort();
    for (const query of [
      `client_id=spa-a&state=${encodeURIComponent(HOSTILE)}&ui_locales=${encodeURIComponent(HOSTILE)}`,
      `client_id=spa-a&federated=${encodeURIComponent(HOSTILE)}`,
    ]) {
      const { html } = await browser.visit(`${op.issuer}v2/logout?${query}`);
      expect(tags(html)).toEqual(tags(plain));
      expect(html).not.toContain('onload=1');
    }
    for (const path of [
      `v2/logout?client_id=${encodeURIComponent(HOSTILE)}`,
      `v2/logout?client_id=spa-a&returnTo=${encodeURIComponent(HOSTILE)}`,
      `oidc/logout?id_token_hint=${encodeURIComponent(HOSTILE)}`,
      `u/signed-out?x=${encodeURIComponent(HOSTILE)}`,
    ])
      expect((await browser.visit(`${op.issuer}${path}`)).html).not.toMatch(/<svg onload|alert\(1\)/);
  });
});
