import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser, type Page } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { INITIAL_TOKEN, manage, register } from '../rig/registration.js';
import { answerOf, authorizationRequest, redeem, signIn } from '../rig/relying-party.js';
import { expectRefusedPage, jsonOf, type Overrides, PAGE_OF_A } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const DESK = { client_id: 'conf-c', client_secret: 'a-secret-of-the-desk-that-is-long-enough' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CALLBACK = 'https://c.test/cb';

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const desk = file.clients.find(({ client_id }) => client_id === 'conf-c');
  file.clients.push({
    ...desk,
    client_id: 'pushing',
    name: 'Pushing',
    require_pushed_authorization_requests: true,
  });
  file.tenant.sojourn = { client_registration: { mode: 'token', initial_access_tokens: [INITIAL_TOKEN] } };
  op = await startDeployment({ tenantFile: file });
});
afterAll(() => op.stop());

/** What the client pushes: a request of the desk. */
function requestOf(overrides: Overrides = {}): URLSearchParams {
  const request = { client_id: 'conf-c', redirect_uri: CALLBACK, ...overrides };
  return new URL(authorizationRequest(op.issuer, request).url).searchParams;
}

async function push(overrides: Overrides = {}, fields: Record<string, string> = {}) {
  const body = requestOf(overrides);
  for (const [name, value] of Object.entries({ client_secret: DESK.client_secret, ...fields }))
    body.set(name, value);
  return jsonOf(await fetch(`${op.issuer}oauth/par`, { method: 'POST', body }));
}

async function pushed(overrides: Overrides = {}): Promise<string> {
  const { status, body } = await push(overrides);
  if (status !== 201) throw new Error(`not pushed: ${JSON.stringify(body)}`);
  return String(body.request_uri);
}

const addressOf = (request_uri: string, more: Record<string, string> = {}) =>
  `${op.issuer}authorize?${new URLSearchParams({ client_id: 'conf-c', request_uri, ...more })}`;

const session = () => browserWithSession(op);
const codeOf = (page: Page) => answerOf(page).get('code');

describe('RFC 9126 §2: a client pushes its request', () => {
  test('and gets a request_uri of its own, with whose help a browser gets a code', async () => {
    const response = await fetch(`${op.issuer}oauth/par`, {
      method: 'POST',
      body: new URLSearchParams([...requestOf({ state: 's' }), ['client_secret', DESK.client_secret]]),
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toContain('no-store');
    const body = (await response.json()) as { request_uri: string; expires_in: number };
    expect(body).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{22,}$/),
      expires_in: 60,
    });
    const answer = answerOf(await (await session()).visit(addressOf(body.request_uri)));
    expect([answer.get('state'), answer.has('code'), answer.get('iss')]).toEqual(['s', true, op.issuer]);
  });

  test.each(['form', 'JSON'])('authenticated by Basic, as %s', async (type) => {
    const fields = Object.fromEntries(requestOf({ client_id: null }));
    const credentials = Buffer.from(`${DESK.client_id}:${DESK.client_secret}`).toString('base64');
    const response = await fetch(`${op.issuer}oauth/par`, {
      method: 'POST',
      body: type === 'form' ? new URLSearchParams(fields) : JSON.stringify(fields),
      headers: {
        authorization: `Basic ${credentials}`,
        ...(type === 'JSON' && { 'content-type': 'application/json' }),
      },
    });
    const { request_uri } = (await response.json()) as { request_uri: string };
    expect(codeOf(await (await session()).visit(addressOf(request_uri)))).not.toBeNull();
  });

  test('discovery names the endpoint', async () => {
    const { body } = await jsonOf(await fetch(`${op.issuer}.well-known/openid-configuration`));
    expect(body).toMatchObject({
      pushed_authorization_request_endpoint: `${op.issuer}oauth/par`,
      require_pushed_authorization_requests: false,
    });
  });

  test.each([
    ['a wrong secret', {}, { client_secret: 'guessed' }, 401, 'invalid_client'],
    ['no redirect_uri', { redirect_uri: null }, {}, 400, 'invalid_request'],
    ['an unregistered redirect_uri', { redirect_uri: 'https://evil.test/' }, {}, 400, 'invalid_request'],
    ['no response_type', { response_type: null }, {}, 400, 'invalid_request'],
    ['an unknown response_type', { response_type: 'x' }, {}, 400, 'unsupported_response_type'],
    ['one that is not registered', { response_type: 'id_token' }, {}, 400, 'unauthorized_client'],
    ['an unknown audience', { audience: 'https://nowhere.test/' }, {}, 400, 'invalid_target'],
    ['a code_challenge that is none', { code_challenge: 'x' }, {}, 400, 'invalid_request'],
    ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, {}, 400, 'invalid_request'],
    ['claims that are none', { claims: '[' }, {}, 400, 'invalid_request'],
    ['an object that is none', { request: 'x.y.z' }, {}, 400, 'invalid_request_object'],
  ])('%s is refused at once', async (_name, overrides: Overrides, fields, status, error) => {
    expect(await push(overrides, fields)).toMatchObject({ status, body: { error } });
  });

  test('a parameter twice, parameters in the query, another body: refused', async () => {
    const body = new URLSearchParams([...requestOf(), ['client_secret', DESK.client_secret]]);
    const ask = async (path: string, sent: string, type = FORM['content-type']) =>
      (await httpRequest('POST', `${op.issuer}${path}`, { 'content-type': type }, sent)).status;
    expect(await ask('oauth/par', `${body}&scope=openid`)).toBe(400);
    expect(await ask('oauth/par?x=1', body.toString())).toBe(400);
    expect(await ask('oauth/par', '[', 'application/json')).toBe(400);
    expect(await ask('oauth/par', 'x', 'text/plain')).toBe(415);
    expect((await fetch(`${op.issuer}oauth/par?${body}`)).status).toBe(405);
  });

  test('RFC 9126 §2.3: one larger than a request may be is refused as too large, whatever makes it so', async () => {
    const claims = JSON.stringify({ userinfo: { name: { value: 'x'.repeat(3_900) } } });
    const long = { state: '"'.repeat(4_000), nonce: '"'.repeat(1_000), scope: 'x '.repeat(2_000), claims };
    expect(await push(long)).toMatchObject({ status: 413, body: { error: 'invalid_request' } });
    const huge = await httpRequest('POST', `${op.issuer}oauth/par`, FORM, 'x'.repeat(1_000_000)).catch(
      () => null,
    );
    if (huge !== null) expect([400, 413]).toContain(huge.status);
    expect((await push()).status).toBe(201);
  });

  test('a client that has to push is refused without', async () => {
    const request = { client_id: 'pushing', redirect_uri: CALLBACK };
    const url = new URL(authorizationRequest(op.issuer, request).url);
    expect(answerOf(await (await session()).visit(url.href)).get('error')).toBe('invalid_request');
    // Nothing that stands in a query looks like a push.
    url.searchParams.set('sojourn_pushed', 'x');
    expect(answerOf(await (await session()).visit(url.href)).get('error')).toBe('invalid_request');
    const request_uri = await pushed({ client_id: 'pushing' });
    const address = addressOf(request_uri, { client_id: 'pushing' });
    const fresh = new HttpBrowser(op.issuer);
    const page = await fresh.visit(address);
    // Also after the login page, where the request is validated anew.
    expect(codeOf(await fresh.submit(page, { username: 'mira', password: PASSWORD }))).not.toBeNull();
  });

  test('a client that registers itself can say so, and reads it back', async () => {
    const { status, body } = await register(op, {
      redirect_uris: [CALLBACK],
      require_pushed_authorization_requests: true,
    });
    expect([status, body.require_pushed_authorization_requests]).toEqual([201, true]);
    const { registration_client_uri: uri, registration_access_token: token, client_id } = body;
    expect(await manage(String(uri), 'GET', String(token))).toEqual({ status: 200, body });
    const url = authorizationRequest(op.issuer, { client_id: String(client_id), redirect_uri: CALLBACK }).url;
    expect(answerOf(await (await session()).visit(url)).get('error')).toBe('invalid_request');
  });
});

describe('RFC 9126 §4: a browser brings it back', () => {
  test('what the browser brings beside it counts for nothing', async () => {
    const request_uri = await pushed({ state: 'pushed', scope: 'openid' });
    const more = { state: 'beside', redirect_uri: 'https://evil.test/', prompt: 'none', response_type: 'x' };
    const page = await (await session()).visit(addressOf(request_uri, more));
    expect([page.url.startsWith(CALLBACK), answerOf(page).get('state')]).toEqual([true, 'pushed']);
    expect(codeOf(page)).not.toBeNull();
  });

  test('by POST as well', async () => {
    const browser = await session();
    const body = new URLSearchParams({ client_id: 'conf-c', request_uri: await pushed() });
    const kept = await browser.send('POST', `${op.issuer}authorize`, body, { cookie: '' });
    const page = await browser.visit(new URL(kept.headers.get('location') ?? '', op.issuer).href);
    expect(codeOf(page)).not.toBeNull();
  });

  test('A13: of another client, made up, or a minute old: refused by a page, and never sent on', async () => {
    const browser = await session();
    const request_uri = await pushed();
    expectRefusedPage(await browser.visit(addressOf(request_uri, { client_id: 'third-d' })));
    expectRefusedPage(await browser.visit(addressOf(`${request_uri}x`)));
    expectRefusedPage(await browser.visit(addressOf('urn:ietf:params:oauth:request_uri:')));
    op.clock.advance(60_000);
    expectRefusedPage(await browser.visit(addressOf(request_uri)));
  });

  test('A13: is answered once, however many ask at once', async () => {
    const browser = await session();
    const request_uri = await pushed();
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.visit(addressOf(request_uri))));
    expect(pages.filter((page) => page.url.startsWith(`${CALLBACK}?code=`))).toHaveLength(1);
    for (const page of pages.filter(({ url }) => !url.startsWith(CALLBACK))) expectRefusedPage(page);
  });

  test('a login page may be loaded again, in two tabs too, after the minute as well; one of them is answered', async () => {
    const browser = new HttpBrowser(op.issuer);
    const address = addressOf(await pushed());
    const [one, two] = [await browser.visit(address), await browser.visit(address)];
    for (const page of [one, two]) expect(page.html).toContain('name="password"');
    op.clock.advance(120_000);
    const done = await browser.submit(one as Page, { username: 'mira', password: PASSWORD });
    expect(codeOf(done)).not.toBeNull();
    const again = await browser.submit(two as Page, { username: 'mira', password: PASSWORD });
    expect(again.url.startsWith(op.issuer)).toBe(true);
    expectRefusedPage(again);
  });

  test('loaded again when all is done, it leads the same browser to the end of its sign-in, and nobody else anywhere', async () => {
    const browser = new HttpBrowser(op.issuer);
    const address = addressOf(await pushed());
    const page = await browser.visit(address);
    const state = new URL(page.url).searchParams.get('state');
    await browser.submit(page, { username: 'mira', password: PASSWORD });
    const again = await browser.send('GET', address, null, {});
    expect([again.status, again.headers.get('location')]).toEqual([303, `/continue?state=${state}`]);
    const elsewhere = await (await session()).visit(address);
    expectRefusedPage(elsewhere);
    expect(elsewhere.html).not.toContain(String(state));
  });

  test('a refusal uses it up as well', async () => {
    const request_uri = await pushed({ prompt: 'none' });
    const nobody = new HttpBrowser(op.issuer);
    expect(answerOf(await nobody.visit(addressOf(request_uri))).get('error')).toBe('login_required');
    expectRefusedPage(await (await session()).visit(addressOf(request_uri)));
  });

  test('what it held does not stand in the store in clear, nor its handle', async () => {
    const text: string[] = [];
    const { keepPushedRequest } = op.store;
    op.store.keepPushedRequest = (row) => {
      text.push(JSON.stringify(row));
      return keepPushedRequest(row);
    };
    const request_uri = await pushed({ login_hint: 'mira@harbour.example' });
    op.store.keepPushedRequest = keepPushedRequest;
    expect(text).toHaveLength(1);
    expect(text[0]).not.toContain('mira');
    expect(text[0]).not.toContain(request_uri.split(':').at(-1));
  });
});

describe('from a page', () => {
  const fields = () => {
    const request = { client_id: 'spa-a', redirect_uri: 'https://a.test/cb' };
    return new URL(authorizationRequest(op.issuer, request).url).searchParams.toString();
  };
  const ask = (headers: Record<string, string>) =>
    httpRequest('POST', `${op.issuer}oauth/par`, { ...FORM, ...headers }, fields());

  test('of its own web origin it is answered, with CORS', async () => {
    const answer = await ask(PAGE_OF_A);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://a.test');
    const preflight = await httpRequest('OPTIONS', `${op.issuer}oauth/par`, {
      origin: 'https://a.test',
      'access-control-request-method': 'POST',
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://a.test',
    ]);
  });

  test('of a foreign origin it is refused', async () => {
    const answer = await ask({ ...PAGE_OF_A, origin: 'https://evil.test' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect((await ask({ 'sec-fetch-mode': 'navigate', origin: 'https://a.test' })).status).toBe(403);
  });
});

describe('independent clients', () => {
  const AUTHENTICATION = client.ClientSecretPost(DESK.client_secret);

  test('openid-client: pushes, signs in, exchanges', async () => {
    const config = await client.discovery(new URL(op.issuer), 'conf-c', undefined, AUTHENTICATION, {
      execute: [client.allowInsecureRequests],
    });
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const url = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...{ state, nonce },
    });
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const page = await signIn(new HttpBrowser(op.issuer), { url: url.href, state, nonce, verifier });
    expect(answerOf(page).get('state')).toBe(state);
    const response = await redeem(
      op.issuer,
      { ...DESK, redirect_uri: CALLBACK, code: codeOf(page) ?? '', code_verifier: verifier },
      {},
    );
    expect(response.status).toBe(200);
  });

  test('oauth4webapi: a DPoP proof at the endpoint binds the code to its key', async () => {
    const server = {
      issuer: op.issuer,
      pushed_authorization_request_endpoint: `${op.issuer}oauth/par`,
    };
    const desk: oauth.Client = {
      client_id: 'conf-c',
      [oauth.clockSkew]: (op.clock.now() - Date.now()) / 1000,
    };
    const DPoP = oauth.DPoP(desk, await oauth.generateKeyPair('ES256'));
    const other = oauth.DPoP(desk, await oauth.generateKeyPair('ES256'));
    const verifier = oauth.generateRandomCodeVerifier();
    const parameters = {
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    const ask = async (more: Record<string, string> = {}) => {
      const authentication = oauth.ClientSecretPost(DESK.client_secret);
      const options = { DPoP, [oauth.allowInsecureRequests]: true };
      const send = () =>
        oauth.pushedAuthorizationRequest(server, desk, authentication, { ...parameters, ...more }, options);
      const first = await oauth
        .processPushedAuthorizationResponse(server, desk, await send())
        .catch((error: unknown) => {
          if (oauth.isDPoPNonceError(error)) return null;
          throw error;
        });
      return first ?? oauth.processPushedAuthorizationResponse(server, desk, await send());
    };
    const { request_uri } = await ask();
    const code = codeOf(await (await session()).visit(addressOf(request_uri))) ?? '';

    const grant = async (handle: oauth.DPoPHandle | null) => {
      const token = { issuer: op.issuer, token_endpoint: `${op.issuer}oauth/token` };
      const answer = new URLSearchParams({ code, iss: op.issuer });
      const validated = oauth.validateAuthResponse(token, desk, answer);
      const send = () =>
        oauth.authorizationCodeGrantRequest(
          token,
          desk,
          oauth.ClientSecretPost(DESK.client_secret),
          validated,
          CALLBACK,
          verifier,
          { ...(handle && { DPoP: handle }), [oauth.allowInsecureRequests]: true },
        );
      const response = await send();
      if (response.headers.get('dpop-nonce') === null || response.status === 200) return jsonOf(response);
      await oauth.processAuthorizationCodeResponse(token, desk, response).catch(() => null);
      return jsonOf(await send());
    };
    expect(await grant(null)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await grant(other)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await grant(DPoP)).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });

    await expect(ask({ dpop_jkt: 'x'.repeat(43) })).rejects.toMatchObject({ error: 'invalid_dpop_proof' });
  });
});
