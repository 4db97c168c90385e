import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser, type Page } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { expectRefusedPage } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';
import { verifyDiscovery } from './discovery.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const CALLBACK = 'https://c.test/cb';

interface Key {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: Record<string, unknown>;
}

interface Party {
  readonly clientId: string;
  readonly key: Key;
  /** Of its DPoP proofs. */
  readonly dpop: Key;
}

let op: Deployment;
let [first, second] = [] as unknown as [Party, Party];
/** An RSA key that the first client has registered too. */
let rsa: Key;
let stranger: Key;

async function makeKey(alg: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)) } };
}

beforeAll(async () => {
  const keys = await Promise.all(['ES256', 'ES256', 'PS256', 'ES256', 'RS256', 'ES256'].map(makeKey));
  const [one, two, three, four, five, six] = keys as [Key, Key, Key, Key, Key, Key];
  first = { clientId: 'fapi-1', key: one, dpop: two };
  second = { clientId: 'fapi-2', key: three, dpop: four };
  [rsa, stranger] = [five, six];
  const file = tenantFile();
  const client = ({ clientId }: Party, registered: Key[]) => ({
    client_id: clientId,
    name: clientId,
    app_type: 'regular_web',
    token_endpoint_auth_method: 'private_key_jwt',
    callbacks: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    sojourn: {
      profile: 'fapi2',
      jwks: { keys: registered.map(({ jwk }, index) => ({ ...jwk, kid: `${clientId}-${index}` })) },
    },
  });
  file.clients.push(client(first, [first.key, rsa]), client(second, [second.key]));
  // A tenant whose codes live longer than the profile allows.
  file.tenant.sojourn = { authorization_code_lifetime_in_seconds: 600 };
  op = await startDeployment({ tenantFile: file });
});
afterAll(() => op.stop());

const seconds = () => Math.floor(op.clock.now() / 1000);
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

interface Assertion {
  readonly claims?: Record<string, unknown>;
  readonly key?: Key;
  readonly kid?: string;
}

/** What the suite's clients authenticate with: addressed to the issuer, for a minute. */
async function authentication(
  { clientId, key }: Party,
  how: Assertion = {},
): Promise<Record<string, string>> {
  const now = seconds();
  const claims = { iss: clientId, sub: clientId, aud: op.issuer, jti: randomUUID(), iat: now, nbf: now };
  const { alg, privateKey } = how.key ?? key;
  const client_assertion = await new SignJWT({ ...claims, exp: now + 60, ...how.claims })
    .setProtectedHeader({ alg, kid: how.kid ?? `${clientId}-0` })
    .sign(privateKey);
  return { client_id: clientId, client_assertion_type: ASSERTION_TYPE, client_assertion };
}

interface Proof {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: Key;
}

async function proofOf(party: Party, method: string, path: string, how: Proof = {}): Promise<string> {
  const { alg, privateKey, jwk } = how.key ?? party.dpop;
  const claims = {
    htm: method,
    htu: `${op.issuer}${path}`,
    jti: randomUUID(),
    iat: seconds(),
    ...how.claims,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk, ...how.header } as never)
    .sign(privateKey);
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const answer = await httpRequest(
    'POST',
    `${op.issuer}${path}`,
    form,
    new URLSearchParams(fields).toString(),
  );
  return { ...answer, body: JSON.parse(answer.text || '{}') as Record<string, unknown> };
}

/** Posts with a proof, and again with the nonce that is asked for. */
async function postWithProof(
  party: Party,
  path: string,
  makeFields: () => Promise<Record<string, string>>,
  how: Proof = {},
): Promise<Answer> {
  const answer = await post(path, await makeFields(), { dpop: await proofOf(party, 'POST', path, how) });
  const nonce = answer.headers.get('dpop-nonce');
  if (answer.body.error !== 'use_dpop_nonce' || nonce === null) return answer;
  const again = { ...how, claims: { ...how.claims, nonce } };
  return post(path, await makeFields(), { dpop: await proofOf(party, 'POST', path, again) });
}

interface Pushed extends Answer {
  readonly verifier: string;
  readonly request: Readonly<Record<string, string>>;
}

/** What the suite's clients push; `null` leaves a parameter out. */
async function push(
  party: Party = first,
  overrides: Record<string, string | null> = {},
  how: Assertion & { proof?: Proof } = {},
): Promise<Pushed> {
  const verifier = randomBytes(32).toString('base64url');
  const all: Record<string, string | null> = {
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: randomBytes(8).toString('hex'),
    nonce: randomBytes(8).toString('hex'),
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
    ...overrides,
  };
  const request = Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null),
  );
  const makeFields = async () => ({ ...request, ...(await authentication(party, how)) });
  const answer =
    how.proof === undefined
      ? await post('oauth/par', await makeFields())
      : await postWithProof(party, 'oauth/par', makeFields, how.proof);
  return { status: answer.status, body: answer.body, verifier, request };
}

const addressOf = (party: Party, { body }: Answer, more: Record<string, string> = {}) =>
  `${op.issuer}authorize?${new URLSearchParams({ client_id: party.clientId, request_uri: String(body.request_uri), ...more })}`;

/** The answer that a signed-in browser brings back. */
async function authorize(party: Party, pushed: Pushed, browser?: HttpBrowser): Promise<URLSearchParams> {
  expect([pushed.status, pushed.body.error]).toEqual([201, undefined]);
  const page = await (browser ?? (await browserWithSession(op))).visit(addressOf(party, pushed));
  expect(page.url.startsWith(`${CALLBACK}?`)).toBe(true);
  const answer = new URL(page.url).searchParams;
  expect([answer.get('iss'), answer.get('state')]).toEqual([op.issuer, pushed.request.state ?? null]);
  return answer;
}

async function codeOf(party: Party, pushed: Pushed): Promise<string> {
  const code = (await authorize(party, pushed)).get('code');
  if (code === null) throw new Error('no code');
  return code;
}

interface Exchange {
  readonly fields?: Record<string, string | null>;
  readonly assertion?: Assertion;
  readonly proof?: Proof | null;
}

async function exchange(
  party: Party,
  { code, verifier }: { code: string; verifier: string },
  { fields = {}, assertion, proof = {} }: Exchange = {},
): Promise<Answer> {
  const makeFields = async () => {
    const all = {
      ...{ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: verifier },
      ...(await authentication(party, assertion)),
      ...fields,
    };
    return Object.fromEntries(
      Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null),
    );
  };
  return proof === null
    ? post('oauth/token', await makeFields())
    : postWithProof(party, 'oauth/token', makeFields, proof);
}

async function userinfo(
  party: Party,
  accessToken: string,
  { scheme = 'DPoP', ...how }: Proof & { scheme?: string } = {},
  makeProof: (proof: string) => string | null = (proof) => proof,
): Promise<number> {
  const claims = { ath: sha256(accessToken), ...how.claims };
  const proof = makeProof(await proofOf(party, 'GET', 'userinfo', { ...how, claims }));
  const headers = { authorization: `${scheme} ${accessToken}`, ...(proof !== null && { dpop: proof }) };
  return (await httpRequest('GET', `${op.issuer}userinfo`, headers)).status;
}

/** The whole flow, with whatever a module changes of it. */
async function signIn(
  party: Party = first,
  overrides: Record<string, string | null> = {},
  how: Parameters<typeof push>[2] & Exchange = {},
) {
  const pushed = await push(party, overrides, how);
  const code = await codeOf(party, pushed);
  const { status, body } = await exchange(
    party,
    { code, verifier: pushed.verifier },
    { proof: how.proof ?? {} },
  );
  expect([status, body.error]).toEqual([200, undefined]);
  expect(body.token_type).toBe('DPoP');
  const idToken = claimsOf(String(body.id_token));
  expect(idToken).toMatchObject({ iss: op.issuer, aud: party.clientId });
  expect(idToken.nonce ?? null).toBe(pushed.request.nonce ?? null);
  expect(await userinfo(party, String(body.access_token))).toBe(200);
  return { code, verifier: pushed.verifier, accessToken: String(body.access_token), body, pushed };
}

/** Another sign-in's code, not exchanged yet. */
async function fresh(party: Party = first, overrides: Record<string, string | null> = {}) {
  const pushed = await push(party, overrides);
  return { code: await codeOf(party, pushed), verifier: pushed.verifier };
}

const refused = (...errors: string[]) => ({
  status: expect.toSatisfy((status: number) => status === 400 || status === 401),
  body: { error: expect.toSatisfy((error: string) => errors.includes(error)) },
});
const INVALID_CLIENT = { status: 401, body: { error: 'invalid_client' } };
const INVALID_REQUEST = { status: 400, body: { error: 'invalid_request' } };
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } };

/** The suite's names without their prefix; modules of signed requests, other markets and mutual TLS do not apply. */
describe('fapi2-security-profile-final: private_key_jwt, dpop, openid_connect, plain_fapi', () => {
  test('happy-flow', async () => {
    for (const party of [first, second]) {
      const { body } = await signIn(party);
      expect(
        JSON.parse(Buffer.from(String(body.id_token).split('.')[0] ?? '', 'base64url').toString()).alg,
      ).toBe('ES256');
    }
  });

  test('discovery-end-point-verification', async () => {
    const response = await fetch(`${op.issuer}.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      pushed_authorization_request_endpoint: `${op.issuer}oauth/par`,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: expect.arrayContaining(['code']),
      grant_types_supported: expect.arrayContaining(['authorization_code']),
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt']),
      token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['PS256', 'ES256']),
      dpop_signing_alg_values_supported: expect.arrayContaining(['PS256', 'ES256']),
      id_token_signing_alg_values_supported: expect.arrayContaining(['ES256']),
    });
    expect(verifyDiscovery).toBeTypeOf('function');
  });

  test('user-rejects-authentication', async () => {
    const pushed = await push(first, { prompt: 'consent' });
    const browser = await browserWithSession(op);
    const page = await browser.visit(addressOf(first, pushed));
    const answer = new URL((await browser.press(page, 'deny')).url).searchParams;
    expect([answer.get('error'), answer.get('iss')]).toEqual(['access_denied', op.issuer]);
    expect([...answer.keys()].sort()).toEqual(['error', 'error_description', 'iss', 'state']);
  });

  test('access-token-type-header-case-sensitivity', async () => {
    const { accessToken } = await signIn();
    for (const scheme of ['DPoP', 'dpop', 'DPOP', 'dPoP'])
      expect([scheme, await userinfo(first, accessToken, { scheme })]).toEqual([scheme, 200]);
  });

  test('attempt-reuse-authorization-code-after-one-second', async () => {
    const signedIn = await signIn();
    op.clock.advance(1_000);
    expect(await exchange(first, signedIn)).toMatchObject(INVALID_GRANT);
    expect(await userinfo(first, signedIn.accessToken)).toBe(401);
  });

  test('ensure-token-endpoint-fails-with-expired-auth-code', async () => {
    const late = await fresh();
    op.clock.advance(60_000);
    expect(await exchange(first, late)).toMatchObject(INVALID_GRANT);
  });

  test('ensure-authorization-code-is-bound-to-client', async () => {
    expect(await exchange(second, await fresh(first))).toMatchObject(INVALID_GRANT);
  });

  test.each([
    ['ensure-authorization-request-with-64-char-nonce-success', { nonce: 'n'.repeat(64) }],
    ['ensure-authorization-request-with-long-nonce', { nonce: 'n'.repeat(384) }],
    ['ensure-authorization-request-with-long-state', { state: 's'.repeat(384) }],
    ['ensure-authorization-request-without-nonce-success', { nonce: null }],
    ['ensure-authorization-request-without-state-success', { state: null }],
    ['ensure-other-scope-order-succeeds', { scope: 'email openid' }],
  ])('%s', async (_name, overrides: Record<string, string | null>) => {
    await signIn(first, overrides);
  });

  test('ensure-client-assertion-in-token-endpoint', async () => {
    const fields = { client_assertion: null, client_assertion_type: null };
    expect(await exchange(first, await fresh(), { fields })).toMatchObject(
      refused('invalid_client', 'invalid_request'),
    );
  });

  test('ensure-client-id-in-token-endpoint', async () => {
    // The name and assertion of the second client, signed by the key of the first.
    const answer = await exchange({ ...second, key: first.key }, await fresh(first));
    expect(answer).toMatchObject(refused('invalid_client', 'invalid_grant'));
  });

  test.each([
    [
      'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails',
      () => ({ claims: { exp: seconds() - 300 } }),
    ],
    ['ensure-client-assertion-with-no-sub-fails', () => ({ claims: { sub: undefined } })],
    ['ensure-client-assertion-with-wrong-aud-fails', () => ({ claims: { aud: 'https://other.test/' } })],
    ['ensure-signed-client-assertion-with-RS256-fails', () => ({ key: rsa, kid: 'fapi-1-1' })],
  ])('%s', async (_name, make: () => Assertion) => {
    expect(await exchange(first, await fresh(), { assertion: make() })).toMatchObject(INVALID_CLIENT);
    expect(await push(first, {}, make())).toMatchObject(INVALID_CLIENT);
  });

  test.each([
    ['par-test-array-as-audience-fails', () => [op.issuer, `${op.issuer}oauth/par`]],
    ['par-test-par-endpoint-url-as-audience-fails', () => `${op.issuer}oauth/par`],
    ['par-test-token-endpoint-url-as-audience-fails', () => `${op.issuer}oauth/token`],
  ])('%s', async (_name, aud: () => string | string[]) => {
    expect(await push(first, {}, { claims: { aud: aud() } })).toMatchObject(INVALID_CLIENT);
    // One element that is right is still no text.
    expect(await push(first, {}, { claims: { aud: [op.issuer] } })).toMatchObject(INVALID_CLIENT);
  });

  test('par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted', async () => {
    const at = seconds() + 8;
    expect((await push(first, {}, { claims: { iat: at, nbf: at } })).status).toBe(201);
  });

  test('par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails', async () => {
    const at = seconds() + 65;
    expect(await push(first, {}, { claims: { iat: at, nbf: at, exp: at + 60 } })).toMatchObject(
      INVALID_CLIENT,
    );
  });

  test('ensure-holder-of-key-required', async () => {
    const code = await fresh();
    expect(await exchange(first, code, { proof: null })).toMatchObject(
      refused('invalid_request', 'invalid_dpop_proof', 'invalid_grant'),
    );
    // The refusal spent nothing.
    expect((await exchange(first, code)).status).toBe(200);
  });

  test('dpop-negative-tests', async () => {
    const { accessToken } = await signIn();
    const ask = (how: Proof & { scheme?: string } = {}, makeProof?: (proof: string) => string | null) =>
      userinfo(first, accessToken, how, makeProof);
    expect(await ask()).toBe(200);
    const tried: [string, Promise<number>][] = [
      ['two proofs', ask({}, (proof) => `${proof}, ${proof}`)],
      ['no JWT', ask({}, () => 'x')],
      ['no proof', ask({}, () => null)],
      ['as a bearer token', ask({ scheme: 'Bearer' })],
      ['as a bearer token without proof', ask({ scheme: 'Bearer' }, () => null)],
      ...(['jti', 'htm', 'htu', 'iat', 'ath'] as const).map((name): [string, Promise<number>] => [
        `without ${name}`,
        ask({ claims: { [name]: undefined } }),
      ]),
      ['another typ', ask({ header: { typ: 'jwt' } })],
      ['no typ', ask({ header: { typ: undefined } })],
      ['no jwk', ask({ header: { jwk: undefined } })],
      ['another key', ask({ key: stranger })],
      ['by RS256', ask({ key: rsa })],
      ['another key named', ask({ header: { jwk: stranger.jwk } })],
      ['another method', ask({ claims: { htm: 'POST' } })],
      ['another address', ask({ claims: { htu: `${op.issuer}oauth/token` } })],
      ['another token', ask({ claims: { ath: sha256('another') } })],
      ['an hour old', ask({ claims: { iat: seconds() - 3_600 } })],
      ['an hour early', ask({ claims: { iat: seconds() + 3_600 } })],
    ];
    for (const [name, status] of tried) {
      const found = await status;
      expect([name, found === 400 || found === 401]).toEqual([name, true]);
    }
    const jti = randomUUID();
    expect([await ask({ claims: { jti } }), await ask({ claims: { jti } })]).toEqual([200, 401]);
  });

  test('FAPI 2.0 §5.4.1: a DPoP key of RS256 gets no token', async () => {
    expect(await exchange(first, await fresh(), { proof: { key: rsa } })).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof' },
    });
  });

  test('check-dpop-proof-nbf-exp', async () => {
    await signIn(first, {}, { proof: { claims: { nbf: seconds(), exp: seconds() + 300 } } });
  });

  test.each([
    ['ensure-dpopproof-with-iat-10seconds-before-succeeds', -10],
    ['ensure-dpopproof-with-iat-10seconds-after-succeeds', 10],
  ])('%s', async (_name, distance) => {
    const proof = { claims: { iat: seconds() + distance } };
    const { accessToken } = await signIn(first, {}, { proof });
    expect(await userinfo(first, accessToken, { claims: { iat: seconds() + distance } })).toBe(200);
  });

  test('ensure-dpop-auth-code-binding-success', async () => {
    await signIn(first, { dpop_jkt: await calculateJwkThumbprint(first.dpop.jwk as never) });
  });

  test('ensure-dpopproof-at-par-endpoint-binding-success', async () => {
    await signIn(first, {}, { proof: {} });
  });

  test('ensure-mismatched-dpop-jkt-fails', async () => {
    const dpop_jkt = await calculateJwkThumbprint(stranger.jwk as never);
    expect(await push(first, { dpop_jkt }, { proof: {} })).toMatchObject(
      refused('invalid_request', 'invalid_dpop_proof'),
    );
  });

  test('ensure-token-endpoint-fails-with-mismatched-dpop-jkt', async () => {
    const dpop_jkt = await calculateJwkThumbprint(stranger.jwk as never);
    expect(await exchange(first, await fresh(first, { dpop_jkt }))).toMatchObject(
      refused('invalid_request', 'invalid_grant', 'invalid_dpop_proof'),
    );
  });

  test('ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt', async () => {
    const pushed = await push(first, {}, { proof: {} });
    const code = { code: await codeOf(first, pushed), verifier: pushed.verifier };
    expect(await exchange(first, code, { proof: { key: stranger } })).toMatchObject(
      refused('invalid_request', 'invalid_grant', 'invalid_dpop_proof'),
    );
  });

  test('ensure-redirect-uri-in-authorization-request', async () => {
    expect(await push(first, { redirect_uri: null })).toMatchObject(INVALID_REQUEST);
  });

  test('ensure-registered-redirect-uri', async () => {
    expect(await push(first, { redirect_uri: `${CALLBACK}/unregistered` })).toMatchObject(INVALID_REQUEST);
  });

  test.each([
    ['ensure-response-type-code-idtoken-fails', 'code id_token'],
    ['ensure-response-type-token-fails', 'token'],
  ])('%s', async (_name, response_type) => {
    expect(await push(first, { response_type })).toMatchObject(
      refused('unsupported_response_type', 'invalid_request', 'unauthorized_client'),
    );
  });

  test('ensure-unsigned-authorization-request-without-using-par-fails', async () => {
    const { request } = await push(first);
    const query = new URLSearchParams({ ...request, client_id: first.clientId });
    const page = await (await browserWithSession(op)).visit(`${op.issuer}authorize?${query}`);
    const answer = new URL(page.url).searchParams;
    expect([answer.get('error'), answer.get('state')]).toEqual(['invalid_request', request.state]);
    expect([...answer.keys()].sort()).toEqual(['error', 'error_description', 'iss', 'state']);
  });

  test('par-ensure-pkce-required', async () => {
    const none = { code_challenge: null, code_challenge_method: null };
    expect(await push(first, none)).toMatchObject(INVALID_REQUEST);
  });

  test('par-plain-pkce-rejected', async () => {
    const plain = { code_challenge: 'c'.repeat(43), code_challenge_method: 'plain' };
    expect(await push(first, plain)).toMatchObject(INVALID_REQUEST);
  });

  test('ensure-pkce-code-verifier-required', async () => {
    const fields = { code_verifier: null };
    expect(await exchange(first, await fresh(), { fields })).toMatchObject(
      refused('invalid_grant', 'invalid_request'),
    );
  });

  test('incorrect-pkce-code-verifier-rejected', async () => {
    const fields = { code_verifier: 'v'.repeat(43) };
    expect(await exchange(first, await fresh(), { fields })).toMatchObject(INVALID_GRANT);
  });

  test('par-attempt-reuse-request_uri', async () => {
    const pushed = await push();
    const browser = await browserWithSession(op);
    await authorize(first, pushed, browser);
    expectRefusedPage(await browser.visit(addressOf(first, pushed)));
  });

  test('par-attempt-to-use-expired-request_uri', async () => {
    const pushed = await push();
    op.clock.advance(Number(pushed.body.expires_in) * 1_000);
    expectRefusedPage(await (await browserWithSession(op)).visit(addressOf(first, pushed)));
  });

  test('par-attempt-to-use-request_uri-for-different-client', async () => {
    const pushed = await push(first);
    expectRefusedPage(await (await browserWithSession(op)).visit(addressOf(second, pushed)));
  });

  test('par-ensure-reused-request-uri-prior-to-auth-completion-succeeds', async () => {
    const pushed = await push();
    const browser = new HttpBrowser(op.issuer);
    const shown: Page[] = [];
    for (let visit = 0; visit < 2; visit += 1) shown.push(await browser.visit(addressOf(first, pushed)));
    expect(shown.every(({ html }) => html.includes('name="password"'))).toBe(true);
    const done = await browser.submit(shown[1] as Page, { username: 'mira', password: PASSWORD });
    expect(new URL(done.url).searchParams.has('code')).toBe(true);
  });

  test('par-attempt-invalid-http-method', async () => {
    const fields = new URLSearchParams(await authentication(first));
    for (const method of ['GET', 'PUT']) {
      const url = `${op.issuer}oauth/par${method === 'GET' ? `?${fields}` : ''}`;
      const { status } = await httpRequest(method, url, {});
      expect([method, status]).toEqual([method, 405]);
    }
  });

  test('par-authorization-request-containing-request_uri-form-param', async () => {
    const request_uri = String((await push()).body.request_uri);
    expect(await push(first, { request_uri })).toMatchObject(INVALID_REQUEST);
  });

  test('refresh-token', async () => {
    const offline = { scope: 'openid offline_access' };
    const { body } = await signIn(first, offline);
    const refresh_token = String(body.refresh_token);
    const refresh = (party: Party, proof: Proof | null = {}) => {
      const makeFields = async () => ({
        ...{ grant_type: 'refresh_token', refresh_token },
        ...(await authentication(party)),
      });
      return proof === null
        ? makeFields().then((fields) => post('oauth/token', fields))
        : postWithProof(party, 'oauth/token', makeFields, proof);
    };
    // FAPI 2.0 §5.3.2.1: not rotated, so that the one that is held stays good.
    for (let time = 0; time < 2; time += 1) {
      op.clock.advance(60_000);
      const again = await refresh(first);
      expect(again).toMatchObject({ status: 200, body: { token_type: 'DPoP', refresh_token } });
      expect(await userinfo(first, String(again.body.access_token))).toBe(200);
    }
    expect(await refresh(second)).toMatchObject(INVALID_GRANT);
    expect(await refresh(first, null)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
  });
});

describe('what a client of the profile may be registered with', () => {
  test.each([
    [
      'a secret',
      { token_endpoint_auth_method: 'client_secret_post', client_secret: 'x'.repeat(40) },
      'private_key_jwt',
    ],
    ['ID tokens by RS256', { jwt_configuration: { alg: 'RS256' } }, 'fapi2 needs ES256'],
    ['the implicit grant', { grant_types: ['authorization_code', 'implicit'] }, 'no implicit grant'],
    ['an address without TLS', { callbacks: ['http://c.test/cb'] }, 'https'],
  ])('not with %s', async (_name, changes, told) => {
    const jwks = { keys: [{ ...first.key.jwk, kid: 'a' }] };
    const client = {
      ...{ client_id: 'fapi-3', name: 'Three', app_type: 'regular_web', callbacks: [CALLBACK] },
      ...{ token_endpoint_auth_method: 'private_key_jwt', sojourn: { profile: 'fapi2', jwks } },
    };
    await op.load({ clients: [client] });
    await expect(op.load({ clients: [{ ...client, ...changes }] })).rejects.toThrow(told);
  });

  test('FAPI 2.0 §5.3.2.1: no token in a query', async () => {
    const { accessToken } = await signIn();
    const { status } = await httpRequest('GET', `${op.issuer}userinfo?access_token=${accessToken}`, {});
    expect(status).toBe(401);
  });
});
