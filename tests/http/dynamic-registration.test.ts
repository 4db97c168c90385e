import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareCost, TIMES_AT_MOST } from '../rig/cost.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { type OtherServer, startOtherServer } from '../rig/other-server.js';
import { INITIAL_TOKEN, manage, register, registered, tokensOf } from '../rig/registration.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { jsonOf } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
let other: OtherServer;
beforeAll(async () => {
  other = await startOtherServer();
  op = await startDeployment({
    tenantFile: withRegistration({ mode: 'token', initial_access_tokens: [INITIAL_TOKEN] }),
    outbound: {
      allow: ['sector', 'logo'].map((purpose) => ({ purpose, host: 'localhost', port: other.port })),
      extraCa: other.certificate.cert,
      timeoutMs: 20_000,
    },
  });
});
afterAll(async () => {
  await op.stop();
  await other.stop();
});

function withRegistration(client_registration: object): ReturnType<typeof tenantFile> {
  const file = tenantFile();
  return { ...file, tenant: { ...file.tenant, sojourn: { client_registration } } };
}

const DAY = 24 * 60 * 60 * 1000;
const GOOD = { redirect_uris: ['https://c.test/cb'] };
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PUBLIC_EC = EC.publicKey.export({ format: 'jwk' });

describe('who may register', () => {
  test('nobody by default, and metadata names no endpoint', async () => {
    const closed = await startDeployment({ tenantFile: tenantFile() });
    try {
      expect((await register(closed, GOOD)).status).toBe(404);
      expect((await manage(`${closed.issuer}oidc/register/spa-a`, 'GET', 'x')).status).toBe(404);
      const metadata = await fetch(`${closed.issuer}.well-known/openid-configuration`);
      expect(await metadata.json()).not.toHaveProperty('registration_endpoint');
      const flags = { enable_dynamic_client_registration: true };
      await closed.load({ tenant: { friendly_name: 'Harbour', flags } });
      expect((await register(closed, GOOD, null)).status).toBe(201);
      const now = await (await fetch(`${closed.issuer}.well-known/openid-configuration`)).json();
      expect(now).toHaveProperty('registration_endpoint', `${closed.issuer}oidc/register`);
    } finally {
      await closed.stop();
    }
  });

  test('RFC 7591 §3: with an initial access token, which the store does not hold', async () => {
    for (const token of [null, 'x', INITIAL_TOKEN.slice(1), `${INITIAL_TOKEN}1`])
      expect(await register(op, GOOD, token)).toMatchObject({
        status: 401,
        body: { error: 'invalid_token' },
      });
    const { status } = await register(op, GOOD);
    expect(status).toBe(201);
    expect(JSON.stringify(await op.store.findConfiguration())).not.toContain(INITIAL_TOKEN);
  });

  test('mode token without tokens, and tokens that can be guessed, do not load', async () => {
    const tenant = (client_registration: object) => ({ tenant: { sojourn: { client_registration } } });
    await expect(op.load(tenant({ mode: 'token' }))).rejects.toThrow('initial_access_tokens');
    await expect(op.load(tenant({ mode: 'token', initial_access_tokens: ['guess'] }))).rejects.toThrow();
  });

  test('security.md 87: so many from one network, and so many in all', async () => {
    const open = await startDeployment({ tenantFile: withRegistration({ mode: 'open', most_clients: 3 }) });
    try {
      const statuses: number[] = [];
      for (let index = 0; index < 62; index += 1) statuses.push((await register(open, GOOD, null)).status);
      expect(statuses.slice(0, 3)).toEqual([201, 201, 201]);
      expect(new Set(statuses.slice(3, 60))).toEqual(new Set([403]));
      expect(statuses.slice(60)).toEqual([429, 429]);
    } finally {
      await open.stop();
    }
  });

  test('a client that nobody uses makes room after a week, one that was used never', async () => {
    const policy = { mode: 'token', initial_access_tokens: [INITIAL_TOKEN], most_clients: 2 };
    const crowded = await startDeployment({ tenantFile: withRegistration(policy) });
    try {
      const used = await registered(crowded);
      const unused = await registered(crowded);
      const tokens = await tokensOf(crowded, used);
      crowded.clock.advance(7 * DAY - 1_000);
      expect((await register(crowded, GOOD)).status).toBe(403);
      crowded.clock.advance(2_000);
      expect((await register(crowded, GOOD)).status).toBe(201);
      expect((await register(crowded, GOOD)).status).toBe(403);

      const statusOf = async ({
        registration_client_uri: uri,
        registration_access_token: token,
      }: typeof used) => (await manage(String(uri), 'GET', String(token))).status;
      expect([await statusOf(used), await statusOf(unused)]).toEqual([200, 401]);
      expect(tokens.access_token).toBeDefined();
      const { url } = authorizationRequest(crowded.issuer, {
        client_id: unused.client_id,
        redirect_uri: 'https://c.test/cb',
      });
      expect((await new HttpBrowser(crowded.issuer).visit(url)).status).toBe(400);
    } finally {
      await crowded.stop();
    }
  });

  test('how long is a setting, down to a second', async () => {
    const policy = { mode: 'token', initial_access_tokens: [INITIAL_TOKEN], most_clients: 1 };
    const crowded = await startDeployment({
      tenantFile: withRegistration({ ...policy, unused_lifetime_in_seconds: 1 }),
    });
    try {
      expect((await register(crowded, GOOD)).status).toBe(201);
      expect((await register(crowded, GOOD)).status).toBe(403);
      crowded.clock.advance(1_001);
      expect((await register(crowded, GOOD)).status).toBe(201);
    } finally {
      await crowded.stop();
    }
  });
});

describe('RFC 7591 §3.2.1: what was registered is answered, and can be read back (RFC 7592 §2.1)', () => {
  test('a client that says little gets the defaults', async () => {
    const { status, body } = await register(op, { ...GOOD, unknown_member: { a: 1 }, client_name: null });
    expect(status).toBe(201);
    expect(body).toEqual({
      client_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      client_id_issued_at: Math.floor(op.clock.now() / 1000),
      client_secret: expect.stringMatching(/^.{64}$/),
      client_secret_expires_at: 0,
      registration_access_token: expect.stringMatching(/^.{43}$/),
      registration_client_uri: `${op.issuer}oidc/register/${body.client_id}`,
      redirect_uris: ['https://c.test/cb'],
      post_logout_redirect_uris: [],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      application_type: 'web',
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      subject_type: 'public',
      require_pushed_authorization_requests: false,
    });
    const read = await manage(
      String(body.registration_client_uri),
      'GET',
      String(body.registration_access_token),
    );
    expect(read).toEqual({ status: 200, body });
  });

  test('every member that means something comes back', async () => {
    other.serve('/sector-all', ['https://c.test/cb', 'https://d.test/cb']);
    const metadata = {
      redirect_uris: ['https://c.test/cb', 'https://d.test/cb'],
      post_logout_redirect_uris: ['https://c.test/bye'],
      response_types: ['code', 'code id_token'],
      grant_types: ['authorization_code', 'refresh_token', 'implicit'],
      application_type: 'web',
      client_name: 'Bootsbau Søndergård',
      contacts: ['yard@boats.example'],
      logo_uri: `${other.origin}/logo.png`,
      client_uri: 'https://boats.example/',
      policy_uri: 'https://boats.example/privacy',
      tos_uri: 'https://boats.example/terms',
      jwks: { keys: [{ ...RSA, kid: 'a' }] },
      sector_identifier_uri: `${other.origin}/sector-all`,
      subject_type: 'pairwise',
      id_token_signed_response_alg: 'ES256',
      userinfo_signed_response_alg: 'RS256',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'PS256',
      default_max_age: 600,
      require_auth_time: true,
      initiate_login_uri: 'https://c.test/login',
    };
    const { status, body } = await register(op, metadata);
    expect([status, body]).toMatchObject([201, metadata]);
    expect(body).not.toHaveProperty('client_secret');
    const read = await manage(
      String(body.registration_client_uri),
      'GET',
      String(body.registration_access_token),
    );
    expect(read).toEqual({ status: 200, body });
  });

  test('what means nothing here is not registered, and the answer does not say that it was', async () => {
    const ignored = {
      backchannel_logout_uri: 'https://c.test/back',
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: 'https://c.test/front',
      frontchannel_logout_session_required: true,
      software_id: 'boats',
      id_token_encrypted_response_alg: 'RSA-OAEP',
    };
    const { status, body } = await register(op, { ...GOOD, ...ignored });
    expect(status).toBe(201);
    const read = await manage(
      String(body.registration_client_uri),
      'GET',
      String(body.registration_access_token),
    );
    for (const answer of [body, read.body])
      expect(Object.keys(ignored).filter((member) => member in answer)).toEqual([]);
  });

  test('the secret is sealed, the token hashed', async () => {
    const client = await registered(op);
    const stored = JSON.stringify(await op.store.findConfiguration());
    expect(stored).toContain(client.client_id);
    expect(stored).not.toContain(client.client_secret);
    expect(stored).not.toContain(client.registration_access_token);
  });

  test('it signs people in, who are asked: whoever registers is a third party', async () => {
    const client = await registered(op);
    const browser = await browserWithSession(op);
    const { url } = authorizationRequest(op.issuer, {
      client_id: client.client_id,
      redirect_uri: 'https://c.test/cb',
    });
    const page = await browser.visit(url);
    expect(page.html).toContain('id="allow"');
    const tokens = await tokensOf(op, client);
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('token response types only where they were registered', async () => {
    const client = await registered(op, { response_types: ['id_token'], grant_types: ['implicit'] });
    const browser = await browserWithSession(op);
    const answer = async (response_type: string) => {
      const { url } = authorizationRequest(op.issuer, {
        client_id: client.client_id,
        redirect_uri: 'https://c.test/cb',
        response_type,
        prompt: 'none',
      });
      return /[?#&]error=([a-z_]+)/.exec((await browser.visit(url)).url)?.[1];
    };
    expect(await answer('id_token')).toBe('consent_required');
    expect(await answer('id_token token')).toBe('unauthorized_client');
    expect(await answer('code')).toBe('unauthorized_client');
  });

  test('OIDC Dynamic Client Registration §2: default_max_age holds where a request names none', async () => {
    const client = await registered(op, { default_max_age: 600, require_auth_time: true });
    const browser = await browserWithSession(op);
    await tokensOf(op, client, { browser });
    const ask = async (overrides: Record<string, string>) => {
      const { url } = authorizationRequest(op.issuer, {
        client_id: client.client_id,
        redirect_uri: 'https://c.test/cb',
        prompt: 'none',
        scope: 'openid email',
        ...overrides,
      });
      return answerOf(await browser.visit(url)).get('error');
    };
    expect(await ask({})).toBeNull();
    op.clock.advance(601_000);
    expect(await ask({})).toBe('login_required');
    expect(await ask({ max_age: '10000' })).toBeNull();
  });
});

describe('security.md 10, A10, I02: every address is held to the rules of the tenant file', () => {
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'https://c.test/cb#fragment',
    'https://*.c.test/cb',
    'https://user@c.test/cb',
    'http://c.test/cb',
    'com.example.boats:/cb',
    'https://c.test/\tcb',
    '//c.test/cb',
    '/cb',
    '',
  ])('redirect_uris: %s', async (uri) => {
    for (const redirect_uris of [[uri], ['https://c.test/cb', uri]]) {
      const { status, body } = await register(op, { redirect_uris });
      expect([status, body.error]).toEqual([400, 'invalid_redirect_uri']);
      // security.md 88: no reflection.
      expect(String(body.error_description)).not.toContain('c.test');
    }
  });

  test('none at all', async () => {
    for (const metadata of [{}, { redirect_uris: [] }, { redirect_uris: 'https://c.test/cb' }])
      expect(await register(op, metadata)).toMatchObject({ body: { error: 'invalid_redirect_uri' } });
  });

  const MEMBERS = ['logo_uri', 'client_uri', 'policy_uri', 'tos_uri', 'jwks_uri', 'sector_identifier_uri'];
  test.each([...MEMBERS, 'initiate_login_uri'])('%s', async (member) => {
    const before = other.connections();
    const hostile = ['javascript:alert(1)', 'data:image/png,x', 'file:///x', '//c.test/', 'x', '', 7, ['x']];
    const hosts = [
      ...['127.0.0.1', '[::1]', '0.0.0.0', '169.254.169.254', '10.1.2.3', '100.64.0.1', '[fc00::1]'],
      ...['[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '2130706433', '0177.0.0.1', '0x7f.1'],
      ...[`localhost:${other.port + 1}`, 'localhost.', 'x.localhost', 'intranet'],
    ];
    const inside = member === 'initiate_login_uri' ? [] : hosts.map((host) => `https://${host}/`);
    for (const url of [...hostile, ...inside]) {
      if (url === '' && (member === 'logo_uri' || member === 'initiate_login_uri')) continue;
      const { status, body } = await register(op, { ...GOOD, [member]: url });
      expect([url, status, body.error]).toEqual([url, 400, 'invalid_client_metadata']);
    }
    expect(other.connections()).toBe(before);
  });

  test('OIDC Core §4: initiate_login_uri is https (3rd_party-init-login-nohttps), on this machine http as callbacks are', async () => {
    const answer = await register(op, { ...GOOD, initiate_login_uri: 'http://c.test/login' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    const initiate_login_uri = 'http://localhost:8080/login';
    const local = await register(op, { redirect_uris: ['http://localhost:8080/cb'], initiate_login_uri });
    expect(local).toMatchObject({ status: 201, body: { initiate_login_uri } });
  });

  test.each([...MEMBERS, 'request_uris', 'initiate_login_uri'])(
    'a pattern is no address: %s',
    async (member) => {
      for (const url of ['https://*.c.test/x', 'https://c.test/*', 'https://c.test/*/x?a=b']) {
        const value = member === 'request_uris' ? [url] : url;
        const { status, body } = await register(op, { ...GOOD, [member]: value });
        expect([url, status, body.error]).toEqual([url, 400, 'invalid_client_metadata']);
      }
    },
  );

  test('application_type decides which callbacks there may be', async () => {
    const error = async (metadata: object) => (await register(op, metadata)).body.error;
    const native = { application_type: 'native', token_endpoint_auth_method: 'none' };
    expect(await error({ ...native, redirect_uris: ['com.example.boats:/cb', 'http://127.0.0.1/cb'] })).toBe(
      undefined,
    );
    expect(await error({ ...native, redirect_uris: ['boats:/cb'] })).toBe('invalid_redirect_uri');
    const web = { response_types: ['id_token'], grant_types: ['implicit'] };
    expect(await error({ ...web, redirect_uris: ['https://localhost/cb'] })).toBe('invalid_redirect_uri');
    expect(await error({ ...web, redirect_uris: ['http://localhost/cb'] })).toBe('invalid_redirect_uri');
    expect(await error({ redirect_uris: ['http://localhost/cb'] })).toBe(undefined);
  });
});

describe('RFC 7591 §2: metadata that contradicts itself is refused', () => {
  test.each([
    ['code without its grant', { grant_types: ['implicit'] }],
    ['id_token without its grant', { response_types: ['id_token'], grant_types: ['authorization_code'] }],
    ['an unknown response type', { response_types: ['code magic'] }],
    ['an unknown grant type', { grant_types: ['authorization_code', 'password'] }],
    ['an unknown method', { token_endpoint_auth_method: 'tls_client_auth' }],
    ['an unsigned ID token', { id_token_signed_response_alg: 'none' }],
    ['an unsigned userinfo JWT', { userinfo_signed_response_alg: 'none' }],
    ['HS256 without a secret', { id_token_signed_response_alg: 'HS256', token_endpoint_auth_method: 'none' }],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['jwks and jwks_uri', { jwks: { keys: [PUBLIC_EC] }, jwks_uri: 'https://c.test/jwks' }],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }],
    ['a private key', { jwks: { keys: [EC.privateKey.export({ format: 'jwk' })] } }],
    ['no key', { jwks: { keys: [] } }],
    ['an algorithm of another method', { token_endpoint_auth_signing_alg: 'RS256' }],
    [
      'pairwise with several hosts',
      { subject_type: 'pairwise', redirect_uris: ['https://c.test/', 'https://d.test/'] },
    ],
    ['default_max_age below zero', { default_max_age: -1 }],
    ['require_auth_time as text', { require_auth_time: 'true' }],
  ])('%s', async (_name, metadata) => {
    const { status, body } = await register(op, { ...GOOD, ...metadata });
    expect([status, body.error]).toEqual([400, 'invalid_client_metadata']);
  });

  test('H07: an RSA key of 1024 or 16384 bits, or with a huge exponent', async () => {
    const n = (bits: number) => Buffer.alloc(bits / 8, 0xff).toString('base64url');
    const e = Buffer.alloc(64, 0xff).toString('base64url');
    const keys = [
      { kty: 'RSA', n: n(1024), e: 'AQAB' },
      { kty: 'RSA', n: n(16_384), e: 'AQAB' },
      { ...RSA, e },
    ];
    for (const key of keys) {
      const attempt = () => register(op, { ...GOOD, jwks: { keys: [key] } });
      expect((await attempt()).body.error).toBe('invalid_client_metadata');
      const times = await compareCost(attempt, () => register(op, { ...GOOD, jwks: { keys: [] } }));
      expect(times).toBeLessThanOrEqual(TIMES_AT_MOST);
    }
  });

  test('security.md 87: sizes, arrays, depth, prototype keys', async () => {
    const raw = async (body: string, contentType = 'application/json') => {
      const headers = { 'content-type': contentType, authorization: `Bearer ${INITIAL_TOKEN}` };
      return (await fetch(`${op.issuer}oidc/register`, { method: 'POST', headers, body })).status;
    };
    expect(await raw(JSON.stringify({ ...GOOD, client_name: 'x'.repeat(256) }))).toBe(400);
    expect(await raw(JSON.stringify({ redirect_uris: Array(51).fill('https://c.test/cb') }))).toBe(400);
    expect(await raw(JSON.stringify({ ...GOOD, contacts: Array(11).fill('a@b.test') }))).toBe(400);
    expect(await raw(JSON.stringify({ ...GOOD, padding: 'x'.repeat(33_000) }))).toBe(400);
    expect(await raw(`{"redirect_uris":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)).toBe(400);
    expect(await raw('{"redirect_uris":["https://c.test/cb"],"__proto__":{"isAdmin":true}}')).toBe(400);
    expect(await raw('[]')).toBe(400);
    expect(await raw('no JSON')).toBe(400);
    expect(await raw(JSON.stringify(GOOD), 'text/plain')).toBe(415);
    expect(await raw('redirect_uris=x', 'application/x-www-form-urlencoded')).toBe(415);
  });
});

describe('OIDC Dynamic Client Registration §5: sector_identifier_uri lists every redirect URI', () => {
  const registerWith = (path: string) =>
    register(op, { ...GOOD, subject_type: 'pairwise', sector_identifier_uri: `${other.origin}${path}` });

  test('a list with all of them', async () => {
    other.serve('/sector', ['https://c.test/cb', 'https://d.test/cb']);
    expect((await registerWith('/sector')).status).toBe(201);
  });

  test('I06: one answer for a missing entry, another type, a redirect, an error, no document', async () => {
    other.serve('/bad', ['https://d.test/cb']);
    other.serve('/no-list', { 0: 'https://c.test/cb' });
    other.serve('/text', 'https://c.test/cb');
    other.answer('/moved', (_request, response) => response.writeHead(302, { location: '/sector' }).end());
    other.answer('/html', (_request, response) => response.end('<html>'));
    const answers = await Promise.all(
      ['/bad', '/no-list', '/text', '/moved', '/html', '/missing'].map(registerWith),
    );
    const nowhere = { ...GOOD, sector_identifier_uri: 'https://nowhere.invalid/' };
    answers.push(await register(op, nowhere));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
  });
});

describe('RFC 7592: a client keeps its registration', () => {
  test('§2.2 an update replaces everything', async () => {
    const client = await registered(op, { logo_uri: `${other.origin}/logo.png`, default_max_age: 60 });
    const { client_id, client_secret } = client;
    const url = String(client.registration_client_uri);
    const token = String(client.registration_access_token);
    const update = { client_id, client_secret, client_name: 'New', redirect_uris: ['https://c.test/new'] };
    const { status, body } = await manage(url, 'PUT', token, update);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...update, registration_access_token: token });
    expect(body).not.toHaveProperty('logo_uri');
    expect(body).not.toHaveProperty('default_max_age');
    expect(await manage(url, 'GET', token)).toEqual({ status: 200, body });
    const browser = new HttpBrowser(op.issuer);
    const ask = (redirect_uri: string) =>
      browser.visit(authorizationRequest(op.issuer, { client_id, redirect_uri }).url);
    expect((await ask('https://c.test/cb')).status).toBe(400);
    expect((await ask('https://c.test/new')).status).toBe(200);
  });

  test('§2.2 what only the server says is refused, and so are a foreign id and a chosen secret', async () => {
    const client = await registered(op);
    const url = String(client.registration_client_uri);
    const token = String(client.registration_access_token);
    const { client_id } = client;
    const updates = [
      GOOD,
      { ...GOOD, client_id: 'spa-a' },
      { ...GOOD, client_id, client_secret: 'chosen' },
      { ...GOOD, client_id, registration_access_token: token },
      { ...GOOD, client_id, client_id_issued_at: 1 },
    ];
    for (const update of updates)
      expect(await manage(url, 'PUT', token, update)).toMatchObject({
        status: 400,
        body: { error: 'invalid_client_metadata' },
      });
    const bad = { client_id, redirect_uris: ['javascript:alert(1)'] };
    expect(await manage(url, 'PUT', token, bad)).toMatchObject({ body: { error: 'invalid_redirect_uri' } });
  });

  test('§2.3 deletion ends its tokens', async () => {
    const client = await registered(op);
    const tokens = await tokensOf(op, client);
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    const url = String(client.registration_client_uri);
    const token = String(client.registration_access_token);
    expect((await manage(url, 'DELETE', token)).status).toBe(204);
    expect(await isAlive(op, tokens.access_token)).toBe(false);
    for (const method of ['GET', 'DELETE']) expect((await manage(url, method, token)).status).toBe(401);
    expect((await manage(url, 'PUT', token, { ...GOOD, client_id: client.client_id })).status).toBe(401);
    const { url: authorize } = authorizationRequest(op.issuer, { client_id: client.client_id });
    expect((await new HttpBrowser(op.issuer).visit(authorize)).status).toBe(400);
  });

  test('a replacement that loses to a deletion brings nothing back', async () => {
    const client = await registered(op);
    const url = String(client.registration_client_uri);
    const token = String(client.registration_access_token);
    const update = { ...GOOD, client_id: client.client_id };
    const [deleted, ...others] = await Promise.all([
      manage(url, 'DELETE', token),
      ...Array.from({ length: 20 }, () => manage(url, 'PUT', token, update)),
    ]);
    expect(deleted?.status).toBe(204);
    expect(others.every(({ status }) => status === 200 || status === 401)).toBe(true);
    expect((await manage(url, 'GET', token)).status).toBe(401);
  });

  test('a client reads and changes its registration 60 times a minute, whatever it does, and others as often', async () => {
    const client = await registered(op);
    const other = await registered(op);
    const update = { ...GOOD, client_id: client.client_id };
    const ask = (index: number) => {
      const url = String(client.registration_client_uri);
      const token = String(client.registration_access_token);
      return index % 2 === 0 ? manage(url, 'GET', token) : manage(url, 'PUT', token, update);
    };
    const answers = await Promise.all(Array.from({ length: 80 }, (_, index) => ask(index)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
    const limited = await fetch(String(client.registration_client_uri), {
      headers: { authorization: `Bearer ${client.registration_access_token}` },
    });
    expect([limited.status, Number(limited.headers.get('retry-after'))]).toEqual([429, 60]);
    const theirs = await manage(
      String(other.registration_client_uri),
      'GET',
      String(other.registration_access_token),
    );
    expect(theirs.status).toBe(200);
    op.clock.advance(60_001);
    expect((await ask(0)).status).toBe(200);
  });

  test('nobody without its token learns whether it exists', async () => {
    const mine = await registered(op);
    const theirs = await registered(op);
    const token = String(mine.registration_access_token);
    const urls = [
      theirs.client_id,
      'spa-a',
      'nobody',
      '__proto__',
      '',
      '../spa-a',
      `${mine.client_id}/x`,
    ].map((id) => `${op.issuer}oidc/register/${encodeURIComponent(id)}`);
    const answers = await Promise.all(urls.map((url) => manage(url, 'GET', token)));
    answers.push(await manage(String(mine.registration_client_uri), 'GET', null));
    answers.push(await manage(String(mine.registration_client_uri), 'GET', INITIAL_TOKEN));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
  });

  test('security.md 22: no-store', async () => {
    const headers = { authorization: `Bearer ${INITIAL_TOKEN}`, 'content-type': 'application/json' };
    const body = JSON.stringify(GOOD);
    const response = await fetch(`${op.issuer}oidc/register`, { method: 'POST', headers, body });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a tenant file that names a client by its name never means one that chose this name', async () => {
    const squatter = await registered(op, { client_name: 'Harbour Ferry' });
    await op.load({ clients: [{ name: 'Harbour Ferry', callbacks: ['https://ferry.test/cb'] }] });
    const clients = (await op.store.findConfiguration()).filter(
      ({ kind, document }) => kind === 'client' && document.name === 'Harbour Ferry',
    );
    expect(clients).toHaveLength(2);
    const url = String(squatter.registration_client_uri);
    const read = await manage(url, 'GET', String(squatter.registration_access_token));
    expect(read.body.redirect_uris).toEqual(['https://c.test/cb']);
  });
});

describe('registration-logo-uri, registration-policy-uri, registration-tos-uri: shown where people sign in', () => {
  const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex');

  test('on the login, sign-up and consent pages, the logo asked for by the server itself', async () => {
    other.answer('/logo.png', (_request, response) => response.writeHead(200).end(PNG));
    const client = await registered(op, {
      logo_uri: `${other.origin}/logo.png`,
      policy_uri: 'https://boats.example/privacy?a=1&b=2',
      tos_uri: 'https://boats.example/terms',
    });
    const browser = new HttpBrowser(op.issuer);
    const request = { client_id: client.client_id, redirect_uri: 'https://c.test/cb' };
    const login = await browser.visit(authorizationRequest(op.issuer, request).url);
    const signUp = await browser.visit(
      authorizationRequest(op.issuer, { ...request, screen_hint: 'signup' }).url,
    );
    for (const page of [login, signUp]) {
      expect(page.html).toMatch(/<a id="policy" href="https:\/\/boats\.example\/privacy\?a=1&amp;b=2"/);
      expect(page.html).toMatch(/<a id="terms" href="https:\/\/boats\.example\/terms"/);
      expect(page.html).toContain(`src="data:image/png;base64,${PNG.toString('base64')}"`);
      // security.md 9: no third-party resource.
      expect(page.headers.get('content-security-policy')).toContain('img-src data:;');
    }
    const consent = await (await browserWithSession(op)).visit(authorizationRequest(op.issuer, request).url);
    expect(consent.html).toMatch(/id="allow"[\s\S]*id="policy"[\s\S]*id="terms"/);
  });

  test('what is no picture is not shown, and a client without links has none', async () => {
    other.answer('/logo.html', (_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('<svg onload="alert(1)">'),
    );
    const client = await registered(op, { logo_uri: `${other.origin}/logo.html` });
    const request = { client_id: client.client_id, redirect_uri: 'https://c.test/cb' };
    const login = await new HttpBrowser(op.issuer).visit(authorizationRequest(op.issuer, request).url);
    expect(login.html).not.toMatch(/class="face"|id="policy"|id="terms"/);
  });
});

test('OIDC Core §5.3.2: userinfo as a signed JWT where it is registered', async () => {
  const client = await registered(op, { userinfo_signed_response_alg: 'ES256' });
  const tokens = await tokensOf(op, client);
  const response = await fetch(`${op.issuer}userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  expect(response.headers.get('content-type')).toBe('application/jwt');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const jwt = await response.text();
  const { createRemoteJWKSet, jwtVerify } = await import('jose');
  const keys = createRemoteJWKSet(new URL(`${op.issuer}.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(jwt, keys, {
    issuer: op.issuer,
    audience: client.client_id,
    currentDate: new Date(op.clock.now()),
  });
  expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'userinfo+jwt' });
  expect(payload).toMatchObject({ sub: 'auth0|mira', email: 'mira@harbour.example' });
  // security.md 80: it is no ID token.
  const { url } = authorizationRequest(op.issuer, { id_token_hint: jwt, prompt: 'none' });
  const answer = answerOf(await (await browserWithSession(op)).visit(url));
  expect(answer.get('error')).toBe('invalid_request');
  const { body } = await jsonOf(await fetch(`${op.issuer}.well-known/openid-configuration`));
  expect(body.userinfo_signing_alg_values_supported).toContain('ES256');
});
