import { createPublicKey, hash, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compareCost, TIMES_AT_MOST } from '../rig/cost.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { forge, forgeriesOf, type Json, stranger } from '../rig/forged-jwt.js';
import { HttpBrowser, type Page, submissionOf } from '../rig/http-browser.js';
import { type OtherServer, startOtherServer } from '../rig/other-server.js';
import { INITIAL_TOKEN, manage, register } from '../rig/registration.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { expectRefusedPage } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

type Claims = Record<string, unknown>;
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

const CALLBACK = 'https://c.test/cb';
const digestOf = (text: string) => hash('sha256', text, 'base64url');
const FIXED = new UnsecuredJWT({ scope: 'openid', redirect_uri: CALLBACK }).encode();

let op: Deployment;
let other: OtherServer;
let browser: HttpBrowser;
let keys: Record<'RS256' | 'PS256' | 'ES256', Pair>;
let jwks: { keys: Json[] };
beforeAll(async () => {
  other = await startOtherServer();
  keys = {
    RS256: await generateKeyPair('RS256'),
    PS256: await generateKeyPair('PS256'),
    ES256: await generateKeyPair('ES256'),
  };
  jwks = {
    keys: await Promise.all(
      Object.entries(keys).map(async ([kid, pair]) => ({ ...(await exportJWK(pair.publicKey)), kid })),
    ),
  };
  const file = tenantFile();
  const desk = (client_id: string, sojourn: object) => ({
    client_id,
    name: client_id,
    app_type: 'regular_web',
    client_secret: 'a-secret-of-the-desk-that-is-long-enough',
    callbacks: [CALLBACK, 'https://c.test/second'],
    grant_types: ['authorization_code'],
    sojourn: { request_uris: [`${other.origin}/object`], ...sojourn },
  });
  const fixed = [
    ...PATHS_OF_NOTHING.map((path) => `${other.origin}${path}`),
    `${other.origin}/fixed#${digestOf(FIXED)}`,
  ];
  op = await startDeployment({
    tenantFile: {
      ...file,
      tenant: {
        ...file.tenant,
        sojourn: { client_registration: { mode: 'token', initial_access_tokens: [INITIAL_TOKEN] } },
      },
      clients: [
        ...file.clients,
        desk('by-reference', {}),
        desk('elsewhere', { request_uris: [...fixed.slice(0, 10)] }),
        desk('fixed', { request_uris: fixed.slice(10) }),
        desk('inside', { request_uris: INSIDE }),
        desk('keyed', { jwks }),
        desk('strict', { jwks, request_object_signing_alg: 'RS256' }),
        desk('publishing', { jwks_uri: `${other.origin}/jwks`, request_object_signing_alg: 'ES256' }),
        desk('unsigned', { jwks, request_object_signing_alg: 'none' }),
      ],
    },
    outbound: {
      allow: ['request_uri', 'jwks'].map((purpose) => ({ purpose, host: 'localhost', port: other.port })),
      extraCa: other.certificate.cert,
      // One of the tests below waits for its end.
      timeoutMs: 3_000,
    },
  });
  browser = await browserWithSession(op);
});
afterAll(async () => {
  await op.stop();
  await other.stop();
});
beforeEach(() => {
  other.requests.length = 0;
});

/** I06: where nothing usable is, each for another reason. */
const PATHS_OF_NOTHING = [
  ...['/missing', '/slow', '/moved', '/error', '/text'],
  ...['/no-json', '/encrypted', '/huge', '/packed', '/cut'],
];

/** I02: registered by an operator who knows no better; the guard does. */
const INSIDE = [
  ...['https://127.0.0.1/r', 'https://[::1]/r', 'https://169.254.169.254/r', 'https://10.0.0.1/r'],
  ...['https://2130706433/r', 'https://[::ffff:127.0.0.1]/r', 'https://localhost:1/r', 'https://intranet/r'],
];

function serve(path: string, text: string): void {
  other.answer(path, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/oauth-authz-req+jwt' }).end(text);
  });
}

/** What stands beside an object: what OIDC Core §6.1 wants there, and a redirect URI for refusals. */
function besideFor(clientId: string, overrides: Record<string, string | null> = {}): string {
  return authorizationRequest(op.issuer, {
    client_id: clientId,
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: 'beside',
    nonce: null,
    code_challenge: null,
    code_challenge_method: null,
    ...overrides,
  }).url;
}

async function ask(
  clientId: string,
  overrides: Record<string, string | null>,
  asking: HttpBrowser = browser,
): Promise<Page> {
  return asking.visit(besideFor(clientId, overrides));
}

/** What the client is told for an object that it serves. */
async function askBy(clientId: string, object: string, overrides: Record<string, string | null> = {}) {
  serve('/object', object);
  return answerOf(await ask(clientId, { request_uri: `${other.origin}/object`, ...overrides }));
}

const unsigned = (claims: Claims) => new UnsecuredJWT(claims).encode();

function signed(clientId: string, alg: keyof typeof keys, claims: Claims = {}, header: Json = {}) {
  const seconds = Math.floor(op.clock.now() / 1000);
  const said = { iss: clientId, aud: op.issuer, exp: seconds + 60, state: 'inside', ...claims };
  return new SignJWT(said).setProtectedHeader({ alg, kid: alg, ...header }).sign(keys[alg].privateKey);
}

describe('OIDC Core §6.2: a request by reference', () => {
  test('the object’s parameters supersede those beside it', async () => {
    const object = unsigned({ redirect_uri: 'https://c.test/second', state: 'inside', prompt: 'none' });
    serve('/object', object);
    const page = await ask('by-reference', {
      request_uri: `${other.origin}/object`,
      redirect_uri: 'https://evil.test/',
      prompt: 'login',
    });
    expect(page.url).toMatch(/^https:\/\/c\.test\/second\?/);
    expect(answerOf(page).get('state')).toBe('inside');
    expect(answerOf(page).has('code')).toBe(true);
    expect(other.requests).toEqual(['GET /object']);
    const { cookie, authorization, referer } = other.lastHeaders();
    expect([cookie, authorization, referer]).toEqual([undefined, undefined, undefined]);
  });

  test('what is not in the object is taken from beside it, so that one object serves many requests', async () => {
    const answer = await askBy('by-reference', `${unsigned({ redirect_uri: CALLBACK })}\n`);
    expect([answer.get('state'), answer.has('code')]).toEqual(['beside', true]);
  });

  test('what a sign-in keeps is the object that was read when it began: nothing is fetched again', async () => {
    serve(
      '/object',
      unsigned({ redirect_uri: CALLBACK, state: 'inside', login_hint: 'mira@harbour.example' }),
    );
    const url = besideFor('by-reference', {
      request_uri: `${other.origin}/object`,
      redirect_uri: null,
      state: null,
    });
    const fresh = new HttpBrowser(op.issuer);
    const page = await fresh.visit(url);
    expect(page.html).toContain('value="mira@harbour.example"');
    serve('/object', unsigned({ redirect_uri: 'https://c.test/second', state: 'changed' }));
    const done = await signIn(fresh, { url: page.url, state: '', nonce: '', verifier: '' });
    expect(done.url).toMatch(/^https:\/\/c\.test\/cb\?/);
    expect(answerOf(done).get('state')).toBe('inside');
    expect(other.requests).toEqual(['GET /object']);
  });

  test('a posted request has its object fetched once, by the GET that follows', async () => {
    serve('/object', unsigned({ redirect_uri: CALLBACK, state: 'inside' }));
    const request_uri = `${other.origin}/object`;
    const { searchParams } = new URL(besideFor('by-reference', { request_uri, redirect_uri: null }));
    const posted = await browser.send('POST', `${op.issuer}authorize`, searchParams, {
      ...{ cookie: '', origin: 'https://c.test', 'sec-fetch-site': 'cross-site' },
      ...{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    });
    expect([posted.status, other.requests]).toEqual([303, []]);
    const page = await browser.visit(new URL(posted.headers.get('location') ?? '', op.issuer).href);
    expect([answerOf(page).get('state'), answerOf(page).has('code')]).toEqual(['inside', true]);
    expect(other.requests).toEqual(['GET /object']);
  });

  test('a fragment that the request adds is the hash of what must be there', async () => {
    const object = unsigned({ redirect_uri: CALLBACK });
    serve('/object', object);
    const request_uri = `${other.origin}/object#${digestOf(object)}`;
    expect(answerOf(await ask('by-reference', { request_uri })).has('code')).toBe(true);
    serve('/object', unsigned({ redirect_uri: CALLBACK, scope: 'openid email' }));
    expect(answerOf(await ask('by-reference', { request_uri })).get('error')).toBe('invalid_request_uri');
  });

  test('a fragment that was registered is part of the name, whatever it was made of, and nothing is kept', async () => {
    const fixed = { request_uri: `${other.origin}/fixed#${digestOf(FIXED)}` };
    serve('/fixed', FIXED);
    expect(answerOf(await ask('fixed', fixed)).has('code')).toBe(true);
    serve('/fixed', unsigned({ redirect_uri: CALLBACK, state: 'changed' }));
    expect(answerOf(await ask('fixed', fixed)).get('state')).toBe('changed');
    other.requests.length = 0;
    const loose = await ask('fixed', { request_uri: `${other.origin}/fixed` });
    expect([answerOf(loose).get('error'), other.requests]).toEqual(['invalid_request_uri', []]);
  });
});

describe('security.md 86, I01: unregistered, http, file:, internal, or off: refused, no fetch seen', () => {
  test('what the client did not register', async () => {
    serve('/unregistered', unsigned({ redirect_uri: CALLBACK }));
    const connections = other.connections();
    const tried = [
      `${other.origin}/unregistered`,
      `${other.origin}/object?x`,
      `${other.origin}/object/../unregistered`,
      `${other.origin.replace('https:', 'http:')}/object`,
      `https://user@localhost:${other.port}/object`,
      'file:///etc/passwd',
      'http://169.254.169.254/latest/meta-data/',
      'urn:example:request:x',
      'x',
    ];
    for (const request_uri of tried) {
      const answer = answerOf(await ask('by-reference', { request_uri }));
      expect([request_uri, answer.get('error')]).toEqual([request_uri, 'invalid_request_uri']);
      expect(answer.get('state')).toBe('beside');
    }
    expect(other.connections()).toBe(connections);
  });

  test('what another client registered; and a client that registered none says it has none', async () => {
    serve('/fixed', FIXED);
    const request_uri = `${other.origin}/fixed#${digestOf(FIXED)}`;
    expect(answerOf(await ask('by-reference', { request_uri })).get('error')).toBe('invalid_request_uri');
    expect(answerOf(await ask('conf-c', { request_uri })).get('error')).toBe('request_uri_not_supported');
    expect(other.requests).toEqual([]);
  });

  test('I02: what a registration should not have named', async () => {
    const connections = other.connections();
    for (const request_uri of INSIDE) {
      const answer = answerOf(await ask('inside', { request_uri }));
      expect([request_uri, answer.get('error')]).toEqual([request_uri, 'invalid_request_uri']);
    }
    expect(other.connections()).toBe(connections);
  });
});

describe('OIDC Core §6.1: a request by value', () => {
  test('unsigned is what the query would be: discovery says so, and every client may send one', async () => {
    const metadata = await (await fetch(`${op.issuer}.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({
      request_parameter_supported: true,
      request_object_signing_alg_values_supported: expect.arrayContaining(['none']),
    });
    for (const clientId of ['conf-c', 'by-reference', 'keyed', 'unsigned']) {
      const request = unsigned({ redirect_uri: CALLBACK, state: 'inside' });
      const answer = answerOf(await ask(clientId, { request }));
      expect([clientId, answer.get('state'), answer.has('code')]).toEqual([clientId, 'inside', true]);
    }
  });

  test('unsigned is refused of a client that registered how it signs, and grants nothing that the query could not', async () => {
    for (const clientId of ['strict', 'publishing']) {
      const answer = answerOf(await ask(clientId, { request: unsigned({ redirect_uri: CALLBACK }) }));
      expect([clientId, answer.get('error')]).toEqual([clientId, 'invalid_request_object']);
    }
    const elsewhere = unsigned({ redirect_uri: 'https://evil.test/' });
    expectRefusedPage(await ask('conf-c', { request: elsewhere }));
  });

  test('a signed one needs no exp', async () => {
    const request = await signed('keyed', 'ES256', { exp: undefined });
    expect(answerOf(await ask('keyed', { request })).has('code')).toBe(true);
  });

  test.each([
    ['not signed as registered', 'strict', 'invalid_request_object', {}],
    ['for another client', 'conf-c', 'invalid_request_object', { client_id: 'keyed' }],
    ['with a parameter that is none', 'conf-c', 'invalid_request_object', { max_age: {} }],
    ['that asks for what the client may not', 'conf-c', 'unauthorized_client', { response_type: 'id_token' }],
  ])(
    'one %s is refused by the response_mode and with the state in it',
    async (_name, clientId, error, claims) => {
      const request = unsigned({
        redirect_uri: CALLBACK,
        state: 'inside',
        response_mode: 'form_post',
        ...claims,
      });
      const type = (claims as { response_type?: string }).response_type ?? 'code';
      const page = await ask(clientId, { request, state: null, redirect_uri: null, response_type: type });
      const { url, fields } = submissionOf(page);
      expect([page.status, page.headers.get('location'), url]).toEqual([200, null, CALLBACK]);
      expect(fields).toMatchObject({ error, state: 'inside' });
    },
  );

  test('what an unverified object aims at is held to what a query is held to', async () => {
    const aimed = async (claims: Claims) =>
      ask('strict', { request: unsigned(claims), redirect_uri: CALLBACK });
    expectRefusedPage(await aimed({ redirect_uri: 'https://evil.test/' }));
    expectRefusedPage(await aimed({ response_mode: 'web_message' }));
    const page = await aimed({ state: 's'.repeat(5_000) });
    expect([answerOf(page).get('error'), answerOf(page).has('state')]).toEqual([
      'invalid_request_object',
      false,
    ]);
  });
});

describe('I04, I06: the caller learns nothing of where the server was sent', () => {
  test('refused, timeout, 404, a redirect, no JWT: one answer for all, and nothing is followed', async () => {
    serve('/object', unsigned({ redirect_uri: CALLBACK }));
    other.answer('/slow', () => {});
    other.answer('/moved', (_request, response) =>
      response.writeHead(302, { location: `${other.origin}/object` }).end(FIXED),
    );
    other.answer('/error', (_request, response) => response.writeHead(500).end(FIXED));
    serve('/text', 'ami-id\nhostname\n');
    serve('/no-json', 'e30.no json.');
    serve('/encrypted', `${Buffer.from('{"alg":"RSA-OAEP","enc":"A128GCM"}').toString('base64url')}.a.b.c.d`);
    serve('/huge', `${FIXED}${' '.repeat(70_000)}`);
    other.answer('/packed', (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(FIXED),
    );
    other.answer('/cut', (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write(FIXED);
      setTimeout(() => response.destroy(), 20);
    });
    const asked = [
      ...PATHS_OF_NOTHING.map((path) => ['elsewhere', `${other.origin}${path}`] as const),
      ...INSIDE.map((uri) => ['inside', uri] as const),
      ['by-reference', `${other.origin}/object#${'x'.repeat(43)}`] as const,
    ];
    const answers = await Promise.all(
      asked.map(async ([clientId, request_uri]) => (await ask(clientId, { request_uri })).url),
    );
    expect(new Set(answers).size).toBe(1);
    const answer = new URL(answers[0] as string).searchParams;
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'invalid_request_uri', iss: op.issuer });
    expect(other.requests.filter((request) => request === 'GET /object')).toHaveLength(1);
  });

  test('a silent request is told of the request, never login_required', async () => {
    const request_uri = `${other.origin}/missing`;
    const answer = answerOf(await ask('elsewhere', { request_uri, prompt: 'none' }));
    expect(answer.get('error')).toBe('invalid_request_uri');
  });
});

describe('security.md 2: a refusal only goes where it may', () => {
  test.each([
    ['no redirect_uri beside an object that is not there', '/missing', null],
    ['an unregistered one beside it', '/missing', 'https://evil.test/'],
  ])('%s', async (_name, path, redirect_uri) => {
    const request_uri = `${other.origin}${path}`;
    expectRefusedPage(await ask('elsewhere', { request_uri, redirect_uri }));
    expectRefusedPage(await ask('elsewhere', { request_uri: 'https://unregistered.test/', redirect_uri }));
  });

  test('an unregistered redirect_uri in the object, whatever stands beside it', async () => {
    serve('/object', unsigned({ redirect_uri: 'https://evil.test/' }));
    expectRefusedPage(await ask('by-reference', { request_uri: `${other.origin}/object` }));
    const request = await signed('strict', 'RS256', { redirect_uri: 'https://evil.test/' });
    expectRefusedPage(await ask('strict', { request }));
  });

  test('a client that the query does not name, or names twice, has nothing fetched', async () => {
    const request_uri = `${other.origin}/object`;
    expectRefusedPage(await ask('nobody', { request_uri }));
    const url = besideFor('by-reference', { request_uri });
    expectRefusedPage(await browser.visit(`${url}&client_id=by-reference`));
    const twice = await browser.visit(`${url}&request_uri=${encodeURIComponent(request_uri)}`);
    expect(answerOf(twice).get('error')).toBe('invalid_request');
    expect(other.requests).toEqual([]);
  });

  test('client_id and response_type must agree; request and request_uri do not go together', async () => {
    for (const claims of [{ client_id: 'strict' }, { response_type: 'id_token' }, { request_uri: 'x' }]) {
      const answer = await askBy('by-reference', unsigned({ redirect_uri: CALLBACK, ...claims }));
      expect([claims, answer.get('error')]).toEqual([claims, 'invalid_request_object']);
    }
    const both = { request: await signed('strict', 'RS256'), request_uri: `${other.origin}/object` };
    expect(answerOf(await ask('strict', both)).get('error')).toBe('invalid_request');
  });
});

describe('RFC 9101 §6.2: signed objects', () => {
  test.each(['RS256', 'PS256', 'ES256'] as const)('%s by a registered key', async (alg) => {
    const answer = await askBy('keyed', await signed('keyed', alg));
    expect([answer.get('state'), answer.has('code')]).toEqual(['inside', true]);
  });

  test('by a key that the client publishes, fetched anew for one that is not known', async () => {
    const pair = await generateKeyPair('ES256');
    const publish = async (kid: string) =>
      other.serve('/jwks', { keys: [{ ...(await exportJWK(pair.publicKey)), kid }] });
    const object = (kid: string) =>
      new SignJWT({ iss: 'publishing', aud: op.issuer })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(pair.privateKey);
    await publish('a');
    expect((await askBy('publishing', await object('a'))).has('code')).toBe(true);
    await publish('b');
    op.clock.advance(60_000);
    expect((await askBy('publishing', await object('b'))).has('code')).toBe(true);
    expect(other.requests.filter((request) => request === 'GET /jwks')).toHaveLength(2);
    other.answer('/jwks', (_request, response) => response.writeHead(500).end());
    op.clock.advance(601_000);
    expect((await askBy('publishing', await object('b'))).get('error')).toBe('invalid_request_object');
  });

  test('the registered algorithm goes before what the keys could verify', async () => {
    const errors = async (clientId: string, alg: keyof typeof keys) =>
      (await askBy(clientId, await signed(clientId, alg))).get('error');
    expect(await errors('strict', 'RS256')).toBeNull();
    expect(await errors('strict', 'PS256')).toBe('invalid_request_object');
    expect(await errors('strict', 'ES256')).toBe('invalid_request_object');
    expect(await errors('unsigned', 'RS256')).toBe('invalid_request_object');
    const bare = unsigned({ redirect_uri: CALLBACK });
    expect((await askBy('unsigned', bare)).has('code')).toBe(true);
    expect((await askBy('keyed', bare)).has('code')).toBe(true);
    expect((await askBy('strict', bare)).get('error')).toBe('invalid_request_object');
  });

  test.each(['RS256', 'ES256'] as const)(
    'H01, H02: no forgery of a %s object is taken, by reference or by value, and nothing else is fetched',
    async (alg) => {
      const clientId = alg === 'RS256' ? 'strict' : 'publishing';
      other.serve('/jwks', jwks);
      op.clock.advance(601_000);
      const genuine = await signed(clientId, alg, {}, { typ: 'JWT' });
      expect((await askBy(clientId, genuine)).has('code')).toBe(true);
      expect(answerOf(await ask(clientId, { request: genuine })).has('code')).toBe(true);
      const forgeries = forgeriesOf(genuine, jwks.keys, `${other.origin}/listener/`);
      expect(forgeries.length).toBeGreaterThan(35);
      for (const [name, object] of forgeries) {
        const byReference = await askBy(clientId, object);
        expect([name, byReference.has('code')]).toEqual([name, false]);
        expect(byReference.get('error')).toMatch(/^invalid_request_(?:object|uri)$/);
        const byValue = answerOf(await ask(clientId, { request: object }));
        expect([name, byValue.get('error')]).toEqual([name, 'invalid_request_object']);
      }
      expect(other.requests.join()).not.toContain('/listener/');
    },
  );

  test('H02: where any algorithm would do, a public key is still no secret', async () => {
    const published = jwks.keys.find(({ kid }) => kid === 'RS256') as Json;
    const key = createPublicKey({ key: published as never, format: 'jwk' });
    const secrets = [
      key.export({ type: 'spki', format: 'pem' }),
      key.export({ type: 'spki', format: 'der' }),
      JSON.stringify(published),
      'a-secret-of-the-desk-that-is-long-enough',
      '',
    ];
    const claims = { iss: 'keyed', aud: op.issuer, redirect_uri: CALLBACK };
    for (const secret of secrets) {
      for (const alg of ['HS256', 'HS384']) {
        const answer = await askBy('keyed', forge({ alg, kid: 'RS256' }, claims, secret));
        expect(answer.get('error')).toBe('invalid_request_object');
      }
    }
    const byStranger = forge({ alg: 'RS256', kid: 'RS256' }, claims, stranger.RS256.privateKey);
    expect((await askBy('keyed', byStranger)).get('error')).toBe('invalid_request_object');
  });

  test('H04: expired, not yet valid, for another server, by another client', async () => {
    const seconds = Math.floor(op.clock.now() / 1000);
    const errorOf = async (claims: Claims) =>
      answerOf(await ask('strict', { request: await signed('strict', 'RS256', claims) })).get('error');
    expect(await errorOf({ exp: seconds - 9 })).toBeNull();
    expect(await errorOf({ nbf: seconds + 9, iat: seconds + 9 })).toBeNull();
    for (const claims of [
      { exp: seconds - 120 },
      { nbf: seconds + 120 },
      { iat: seconds + 120 },
      { aud: 'https://other.test/' },
      { aud: undefined },
      { iss: 'keyed' },
      { iss: undefined },
    ])
      expect([claims, await errorOf(claims)]).toEqual([claims, 'invalid_request_object']);
  });

  test('security.md 80: a client assertion is no request object', async () => {
    const jti = randomUUID();
    const error = async (claims: Claims, header: Json = {}) =>
      answerOf(await ask('strict', { request: await signed('strict', 'RS256', claims, header) })).get(
        'error',
      );
    expect(await error({ jti })).toBeNull();
    expect(await error({ jti, sub: 'strict' })).toBe('invalid_request_object');
    expect(await error({ jti }, { typ: 'oauth-authz-req+jwt' })).toBeNull();
    expect(await error({ jti }, { typ: 'dpop+jwt' })).toBe('invalid_request_object');
  });

  test('security.md 83, 87: size and depth cost little', async () => {
    const deep = `{"claims":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const hostile = `${none}.${Buffer.from(deep).toString('base64url')}.`;
    expect((await askBy('by-reference', hostile)).get('error')).toMatch(/^invalid_request/);
    const times = await compareCost(
      () => askBy('by-reference', hostile),
      () => askBy('by-reference', `${none}.${Buffer.from('{}').toString('base64url')}.`),
    );
    expect(times).toBeLessThanOrEqual(TIMES_AT_MOST);
    const long = await ask('strict', {
      request: await signed('strict', 'RS256', { nonce: 'n'.repeat(6_000) }),
    });
    expect(answerOf(long).get('error')).toBe('invalid_request_object');
  });
});

describe('registration', () => {
  const GOOD = { redirect_uris: [CALLBACK] };

  test('RFC 7591 §3.2.1: what was registered is answered, and can be read back', async () => {
    const metadata = {
      request_uris: [`${other.origin}/object`, `https://c.test/r#${digestOf('x')}`],
      request_object_signing_alg: 'ES256',
      jwks,
    };
    const { status, body } = await register(op, { ...GOOD, ...metadata });
    expect([status, body]).toMatchObject([201, metadata]);
    const { registration_client_uri, registration_access_token } = body;
    const read = await manage(String(registration_client_uri), 'GET', String(registration_access_token));
    expect(read).toEqual({ status: 200, body });
  });

  test.each([
    ['javascript:alert(1)'],
    ['http://c.test/r'],
    ['file:///etc/passwd'],
    ['/r'],
    ['https://c.test/r#fragment'],
    [`https://c.test/r#${'x'.repeat(44)}`],
    ['https://user@c.test/r'],
    [`https://c.test/${'r'.repeat(500)}`],
    ...INSIDE.map((uri): [string] => [uri]),
  ])('security.md 10, I02: request_uris: %s', async (uri) => {
    const connections = other.connections();
    const { status, body } = await register(op, { ...GOOD, request_uris: [`${other.origin}/object`, uri] });
    expect([status, body.error]).toEqual([400, 'invalid_client_metadata']);
    expect(other.connections()).toBe(connections);
  });

  test.each([
    ['eleven of them', { request_uris: Array.from({ length: 11 }, (_, index) => `https://c.test/${index}`) }],
    ['a text', { request_uris: 'https://c.test/r' }],
    ['HS256', { request_object_signing_alg: 'HS256' }],
    ['an algorithm without keys', { request_object_signing_alg: 'RS256' }],
  ])('%s', async (_name, metadata) => {
    expect(await register(op, { ...GOOD, ...metadata })).toMatchObject({
      status: 400,
      body: { error: 'invalid_client_metadata' },
    });
  });

  test.each([
    [{ request_uris: ['http://c.test/r'] }, 'sojourn.request_uris'],
    [{ request_uris: ['https://c.test/r#x'] }, 'base64url SHA-256'],
    [{ request_object_signing_alg: 'RS256' }, 'request_object_signing_alg RS256 needs the public keys'],
  ])('the same in a tenant file: %j', async (sojourn, told) => {
    const client = { client_id: 'new', name: 'New', client_secret: 's', callbacks: [CALLBACK], sojourn };
    await expect(op.load({ clients: [client] })).rejects.toThrow(told);
  });
});
