import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTACHED, attachedPartition, attachedValue, exchangeInPage, renew } from '../rig/attachments.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { askInFrame, codeFor, expectRefusedPage, FRAME, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, copyOf } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const HOUR = 60 * 60 * 1000;
const TWO = {
  client_id: 'spa-two',
  name: 'Harbour Twins',
  app_type: 'spa',
  callbacks: ['https://one.test/cb', 'https://two.test/cb'],
  web_origins: ['https://one.test', 'https://two.test'],
  grant_types: ['authorization_code'],
  sojourn: { attach: true },
};

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const plain = {
    ...TWO,
    client_id: 'spa-plain',
    name: 'Harbour Plain',
    callbacks: ['https://plain.test/cb'],
    web_origins: ['https://plain.test'],
    sojourn: { attach: false },
  };
  op = await startDeployment({ tenantFile: { ...file, clients: [...file.clients, TWO, plain] } });
});
afterAll(() => op.stop());

const reasonOf = async (browser: HttpBrowser, overrides: Record<string, string> = {}) => {
  const { response } = await askInFrame(op, browser, overrides);
  return response.code === undefined ? `${response.error}: ${response.sojourn_reason}` : 'code';
};

describe('design.md 4: what an attachment is', () => {
  test('security.md 36: __Host-, Secure, HttpOnly, SameSite=None, Partitioned, Path=/, no Domain', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    expect(partition.setCookies).toHaveLength(1);
    const [pair = '', ...attributes] = (partition.setCookies[0] ?? '').split('; ');
    expect(pair).toMatch(ATTACHED);
    expect(attributes.sort()).toEqual([
      'HttpOnly',
      'Max-Age=34560000',
      'Partitioned',
      'Path=/',
      'SameSite=None',
      'Secure',
    ]);
    expect(pair.length).toBeLessThan(4_096);
  });

  test('it answers prompt=none by web_message, and the answer renews', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    const { id_token } = await renew(op, partition);
    const { sid } = claimsOf((await tokensFor(op, browser)).id_token);
    expect(claimsOf(id_token as string)).toMatchObject({ sub: 'auth0|mira', sid });
  });

  test.each(['query', 'fragment', 'form_post'])('it never answers %s', async (response_mode) => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const { url } = authorizationRequest(op.issuer, { prompt: 'none', response_mode });
    const page = await partition.send('GET', url, null, FRAME);
    const answer = `${page.headers.get('location')} ${page.html}`;
    expect(answer).toContain('login_required');
    expect(answer).not.toMatch(/code=|name="code"/);
    expect(await reasonOf(partition)).toBe('code');
  });

  test.each([{}, { prompt: 'login' }, { prompt: 'consent' }, { prompt: 'select_account' }])(
    'it signs nobody in interactively: %o',
    async (overrides) => {
      const partition = await attachedPartition(op, await browserWithSession(op));
      for (const response_mode of ['query', 'web_message']) {
        const request = authorizationRequest(op.issuer, { response_mode, ...overrides });
        const page = await partition.visit(request.url);
        expect(new URL(page.url).pathname).toBe('/u/login');
        expect(page.html).not.toContain('mira');
      }
    },
  );

  test('it signs nobody out', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    for (const path of ['v2/logout?client_id=spa-a', 'oidc/logout']) {
      await partition.visit(op.issuer + path, { referer: 'https://a.test/' });
    }
    expect(await reasonOf(browser)).toBe('code');
    expect(await reasonOf(partition)).toBe('code');
  });
});

describe('design.md 4: it answers only this client, at this origin', () => {
  test('under another client’s cookie name it is worth nothing, and stays good for its own', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    const value = attachedValue(partition);
    const b = { client_id: 'spa-b', redirect_uri: 'https://b.test/cb' };
    const ofB = await attachedPartition(op, browser, b, b, { origin: 'https://b.test' });
    const [name] = [...ofB.cookies.keys()] as [string];
    expect(await reasonOf(ofB, b)).toBe('code');
    const planted = new HttpBrowser(op.issuer);
    planted.cookies.set(name, value);
    expect(await reasonOf(planted, b)).toBe('login_required: no-session');
    expect(await reasonOf(planted)).toBe('login_required: no-session');
    expect(await reasonOf(partition)).toBe('code');
    expect(await reasonOf(ofB, b)).toBe('code');
  });

  test('of one origin it does not answer the client’s other origin', async () => {
    const one = { client_id: 'spa-two', redirect_uri: 'https://one.test/cb' };
    const two = { client_id: 'spa-two', redirect_uri: 'https://two.test/cb' };
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser, one, one, { origin: 'https://one.test' });
    expect(await reasonOf(copyOf(op, partition), two)).toBe('login_required: no-session');
    expect(await reasonOf(partition, one)).toBe('code');
    // Nor under the name that the other origin's has.
    const other = await attachedPartition(op, browser, two, two, { origin: 'https://two.test' });
    const [name] = [...other.cookies.keys()] as [string];
    expect(await reasonOf(other, two)).toBe('code');
    const planted = new HttpBrowser(op.issuer);
    planted.cookies.set(name, attachedValue(partition));
    expect(await reasonOf(planted, two)).toBe('login_required: no-session');
  });

  test('an unregistered origin gets a page, whatever cookie comes along', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const { url } = authorizationRequest(op.issuer, {
      prompt: 'none',
      response_mode: 'web_message',
      redirect_uri: 'https://evil.test/cb',
    });
    expectRefusedPage(await partition.send('GET', url, null, FRAME));
  });
});

describe('design.md 4: switched off', () => {
  test('those that were handed out before answer no more, and do again once it is on', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const [spa] = tenantFile().clients;
    await op.load({ clients: [{ ...spa, sojourn: { attach: false } }] });
    expect(await reasonOf(partition)).toBe('login_required: no-session');
    await op.load({ clients: [spa] });
    expect(await reasonOf(partition)).toBe('code');
  });
});

describe('design.md 4: where none is set', () => {
  const setCookiesOf = async (
    overrides: Record<string, string>,
    headers: Record<string, string>,
  ): Promise<string[]> => {
    const browser = await browserWithSession(op);
    return (await attachedPartition(op, browser, overrides, overrides, headers)).setCookies;
  };

  test('for a client that does not ask for it', async () => {
    const plain = { client_id: 'spa-plain', redirect_uri: 'https://plain.test/cb' };
    expect(await setCookiesOf(plain, { origin: 'https://plain.test' })).toEqual([]);
  });

  test('for another registered origin than the code went to', async () => {
    const one = { client_id: 'spa-two', redirect_uri: 'https://one.test/cb' };
    expect(await setCookiesOf(one, { origin: 'https://two.test' })).toEqual([]);
    expect(await setCookiesOf(one, { origin: 'https://one.test' })).toHaveLength(1);
  });

  test('for a program that is no browser', async () => {
    const { code, verifier } = await codeFor(op, await browserWithSession(op));
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'spa-a',
      redirect_uri: 'https://a.test/cb',
      code,
      code_verifier: verifier,
    });
    const response = await fetch(`${op.issuer}oauth/token`, { method: 'POST', body });
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test('for a confidential client', async () => {
    const c = { client_id: 'conf-c', redirect_uri: 'https://c.test/cb' };
    const { code, verifier } = await codeFor(op, await browserWithSession(op), c);
    const answer = await new HttpBrowser(op.issuer).send(
      'POST',
      `${op.issuer}oauth/token`,
      new URLSearchParams({
        grant_type: 'authorization_code',
        ...c,
        client_secret: 'a-secret-of-the-desk-that-is-long-enough',
        code,
        code_verifier: verifier,
      }),
      {},
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('two End-Users on one browser are never mixed', () => {
  test('an attachment of another session than the cookie’s is ignored and dropped', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    const otto = await browserWithSession(op, 'auth0|otto');
    for (const [name, value] of partition.cookies) otto.cookies.set(name, value);
    const { response, request, page } = await askInFrame(op, otto);
    const [dropped, ...others] = page.headers.getSetCookie();
    expect(dropped).toMatch(ATTACHED);
    expect(dropped).toMatch(/Max-Age=0/);
    expect(dropped).toMatch(/; Partitioned/);
    expect(others).toEqual([]);
    const answer = await exchangeInPage(otto, op, { ...request, code: response.code as string });
    expect(claimsOf((JSON.parse(answer.html) as { id_token: string }).id_token).sub).toBe('auth0|otto');
  });
});

describe('design.md 4: an attachment never widens what its client holds', () => {
  test.each([
    ['another audience', { audience: API }],
    ['another scope', { scope: 'openid profile email phone' }],
    ['an API’s scope', { audience: API, scope: 'openid read:berths' }],
  ])('%s: interaction_required', async (_name, overrides: Record<string, string>) => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    expect(await reasonOf(partition, overrides)).toBe('interaction_required: attachment-cannot-widen');
    expect(await reasonOf(partition, { scope: 'openid' })).toBe('code');
  });

  test('what is held at an API with openid is held at userinfo, too: to ask for less is no widening', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser, {
      audience: API,
      scope: 'openid email read:berths',
    });
    expect(await reasonOf(partition, { scope: 'openid' })).toBe('code');
    expect(await reasonOf(partition, { scope: 'openid email' })).toBe('code');
    expect(await reasonOf(partition, { audience: API, scope: 'openid' })).toBe('code');
    const widening = 'interaction_required: attachment-cannot-widen';
    expect(await reasonOf(partition, { scope: 'openid phone' })).toBe(widening);
    // And not the other way: what is held at userinfo opens no API.
    const plain = await attachedPartition(op, await browserWithSession(op));
    expect(await reasonOf(plain, { audience: API, scope: 'openid' })).toBe(widening);
  });

  test('held at an API without openid, it opens no userinfo', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op), {
      audience: API,
      scope: 'read:berths',
    });
    expect(await reasonOf(partition, { scope: 'openid' })).toBe(
      'interaction_required: attachment-cannot-widen',
    );
  });

  test('what the client was given in this session by hand it may renew; what another client was given it may not', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    const wide = { audience: API, scope: 'openid read:berths' };
    const b = { client_id: 'spa-b', redirect_uri: 'https://b.test/cb' };
    await attachedPartition(op, browser, { ...b, ...wide }, b, { origin: 'https://b.test' });
    expect(await reasonOf(partition, wide)).toBe('interaction_required: attachment-cannot-widen');
    await tokensFor(op, browser, wide);
    expect(await reasonOf(partition, wide)).toBe('code');
    const wider = { ...wide, scope: 'openid read:berths write:berths' };
    expect(await reasonOf(partition, wider)).toBe('interaction_required: attachment-cannot-widen');
  });
});

describe('design.md 4: it dies with its session', () => {
  test('sign-out', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    const page = await browser.visit(`${op.issuer}oidc/logout`, { 'sec-fetch-site': 'same-origin' });
    expect(page.status).toBe(200);
    expect(await reasonOf(partition)).toBe('login_required: session-ended');
  });

  test('expiry, which signs nobody in', async () => {
    const partition = await attachedPartition(op, await browserWithSession(op));
    op.clock.advance(72 * HOUR);
    expect(await reasonOf(partition)).toBe('login_required: session-expired-idle');
  });

  test('another End-User in the same browser', async () => {
    const browser = await browserWithSession(op);
    const partition = await attachedPartition(op, browser);
    const page = await browser.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
    const fields = { username: 'otto@harbour.example', password: 'harbour-lights-42' };
    expect(answerOf(await browser.submit(page, fields)).get('code')).toBeTruthy();
    expect(await reasonOf(partition)).toBe('login_required: session-ended');
  });
});
