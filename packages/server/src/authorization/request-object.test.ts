import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client/client.js';
import { buildConfiguration } from '../configuration/build-configuration.js';
import { Parameters } from '../http/parameters.js';
import { parseAuthenticationRequest } from './authentication-request.js';
import { KNOWN_PARAMETERS } from './known-parameters.js';
import {
  decideRequestObject,
  isExpectedAlg,
  parseRequestedParameters,
  parseRequestObject,
} from './request-object.js';

const ISSUER = 'https://op.test/';
const NOW = Date.UTC(2026, 10, 20, 12);
const SECONDS = NOW / 1000;
const DIGEST = 'd'.repeat(43);
const PINNED = `https://a.test/pinned#${DIGEST}`;

const configuration = buildConfiguration(
  [
    ['plain', {}],
    ['by-reference', { request_uris: ['https://a.test/request', PINNED] }],
    ['by-value', { request_object_signing_alg: 'ES256' }],
    ['unsigned', { request_object_signing_alg: 'none' }],
  ].map(([id, sojourn]) => ({
    kind: 'client' as const,
    id: id as string,
    document: {
      client_id: id,
      client_secret: 's',
      callbacks: ['https://a.test/cb', 'https://a.test/other'],
      web_origins: ['https://a.test'],
      sojourn,
    },
  })),
  (_purpose, sealed) => sealed,
);
const clientOf = (id: string) => configuration.clients.get(id) as Client;

const QUERY = { client_id: 'by-reference', request_uri: 'https://a.test/request', response_type: 'code' };
const decide = (parameters: Record<string, string>) =>
  decideRequestObject(new Parameters(Object.entries(parameters)), configuration);

describe('security.md 86: one by reference is off unless registered', () => {
  test.each([
    ['no request object', { client_id: 'by-reference' }],
    ['an unknown client', { ...QUERY, client_id: 'nobody' }],
    ['no client', { request_uri: 'https://a.test/request' }],
    ['a client that registered no address', { ...QUERY, client_id: 'by-value' }],
  ])('%s: parameters are judged as they stand', (_name, parameters: Record<string, string>) => {
    expect(decide(parameters)).toEqual({ next: 'parse' });
  });

  test.each(['plain', 'by-reference', 'by-value', 'unsigned'])(
    'OIDC Core §6.1: one by value is read, whatever %s registered',
    (client_id) => {
      expect(decide({ client_id, request: 'x' })).toMatchObject({ next: 'read', jwt: 'x' });
    },
  );

  test('OIDC Core §6.2: a registered fragment is part of the name, one that the request adds a hash to check', () => {
    expect(decide({ ...QUERY, request_uri: PINNED })).toMatchObject({
      address: 'https://a.test/pinned',
      digest: null,
    });
    expect(decide({ ...QUERY, request_uri: `https://a.test/request#${DIGEST}` })).toMatchObject({
      address: 'https://a.test/request',
      digest: DIGEST,
    });
  });

  test('RFC 9126 §2.2: one that was pushed is opened, whatever addresses the client registered', () => {
    const request_uri = 'urn:ietf:params:oauth:request_uri:x';
    for (const client_id of ['plain', 'by-reference'])
      expect(decide({ client_id, request_uri })).toMatchObject({ next: 'open', handle: 'x' });
  });

  test('a parameter that stands twice', () => {
    const twice = [...Object.entries(QUERY), ['state', 'a'], ['state', 'b']] as [string, string][];
    expect(decideRequestObject(new Parameters(twice), configuration)).toEqual({ next: 'parse' });
  });

  test.each([
    ['https://a.test/request', 'fetch'],
    [`https://a.test/request#${DIGEST}`, 'fetch'],
    [PINNED, 'fetch'],
    ['https://a.test/pinned', 'refuse'],
    [`https://a.test/pinned#${'e'.repeat(43)}`, 'refuse'],
    ['https://a.test/request?x', 'refuse'],
    ['https://a.test/request/', 'refuse'],
    ['https://A.test/request', 'refuse'],
    ['http://a.test/request', 'refuse'],
    ['file:///etc/passwd', 'refuse'],
    ['urn:ietf:params:oauth:request_uri', 'refuse'],
  ])('I01: %s: %s', (request_uri, next) => {
    expect(decide({ ...QUERY, request_uri })).toMatchObject({
      next,
      ...(next === 'refuse' && { refusal: { error: 'invalid_request_uri' } }),
    });
  });

  test('OIDC Core §6.1: "request" and "request_uri" parameters MUST NOT be used together', () => {
    expect(decide({ ...QUERY, request: 'x' })).toMatchObject({ refusal: { error: 'invalid_request' } });
  });

  test('security.md 87: one by value is at most 8 KiB', () => {
    const ofLength = (length: number) => decide({ client_id: 'by-value', request: 'x'.repeat(length) });
    expect(ofLength(8_192)).toMatchObject({ next: 'read' });
    expect(ofLength(8_193)).toMatchObject({ refusal: { error: 'invalid_request_object' } });
  });

  test('I01: whatever is asked, only what the named client registered is fetched', () => {
    const uri = fc.oneof(
      fc.webUrl({ withFragments: true }),
      fc.string(),
      fc
        .tuple(fc.constantFrom('https://a.test/request', PINNED), fc.nat(90), fc.string({ maxLength: 3 }))
        .map(([registered, at, piece]) => registered.slice(0, at) + piece + registered.slice(at)),
    );
    const client = fc.constantFrom(...configuration.clients.keys(), 'nobody');
    let fetches = 0;
    fc.assert(
      fc.property(client, uri, (client_id, request_uri) => {
        const decision = decide({ client_id, request_uri });
        if (decision.next !== 'fetch') return;
        fetches += 1;
        expect(client_id).toBe('by-reference');
        expect(['https://a.test/request', PINNED]).toContain(
          request_uri === PINNED ? PINNED : request_uri.split('#')[0],
        );
        expect(decision.address).toBe(request_uri.split('#')[0]);
      }),
      { numRuns: 3_000 },
    );
    expect(fetches).toBeGreaterThan(10);
  });
});

const segment = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const jwtOf = (header: unknown, claims: unknown, signature = '') =>
  `${segment(header)}.${segment(claims)}.${signature}`;

describe('OIDC Core §6.1: what a request object is', () => {
  test('unsigned, and signed', () => {
    expect(parseRequestObject(jwtOf({ alg: 'none' }, { state: 's' }))).toMatchObject({
      alg: 'none',
      kid: null,
      claims: { state: 's' },
    });
    const header = { alg: 'RS256', kid: 'a', typ: 'oauth-authz-req+jwt' };
    expect(parseRequestObject(jwtOf(header, {}, 'x'))).toMatchObject({ alg: 'RS256', kid: 'a' });
  });

  test.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['two segments', `${segment({ alg: 'none' })}.${segment({})}`],
    ['four segments', `${jwtOf({ alg: 'none' }, {})}.x`],
    ['a JWE', `${segment({ alg: 'RSA-OAEP', enc: 'A128GCM' })}.a.b.c.d`],
    ['10 000 periods', '.'.repeat(10_000)],
    ['a header that is no JSON', jwtOf('x', {})],
    ['claims that are no JSON', jwtOf({ alg: 'none' }, 'x')],
    ['claims that are a list', jwtOf({ alg: 'none' }, [])],
    ['claims that are null', jwtOf({ alg: 'none' }, 'null')],
    ['no alg', jwtOf({}, {})],
    ['an alg that is no text', jwtOf({ alg: ['none'] }, {})],
    ['none with something like a signature', jwtOf({ alg: 'none' }, {}, 'AAAA')],
    ['crit', jwtOf({ alg: 'RS256', crit: ['b64'], b64: false }, {}, 'x')],
    ['security.md 80: an ID token’s or access token’s type', jwtOf({ alg: 'RS256', typ: 'at+jwt' }, {}, 'x')],
  ])('%s is none', (_name, jwt) => {
    expect(parseRequestObject(jwt)).toBeNull();
  });

  test('whatever a text holds, it is read or not, and nothing is thrown', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseRequestObject(text)));
    fc.assert(
      fc.property(fc.json(), fc.json(), (head, claims) => {
        const object = parseRequestObject(`${segment(head)}.${segment(claims)}.`);
        if (object !== null) expect(object.alg).toBeTypeOf('string');
      }),
    );
  });
});

describe('security.md 84: the registration says which algorithm', () => {
  test.each([
    ['plain', ['none', 'RS256', 'PS256', 'ES256', 'EdDSA']],
    ['by-value', ['ES256']],
    ['unsigned', ['none']],
  ])('%s: %s', (id, expected) => {
    const tried = ['none', 'None', 'NONE', '', 'HS256', 'HS512', 'RS256', 'PS256', 'ES256', 'EdDSA', 'dir'];
    expect(tried.filter((alg) => isExpectedAlg(clientOf(id), alg))).toEqual(expected);
  });
});

const read = (claims: object, query: Record<string, string> = QUERY, alg = 'none') =>
  parseRequestedParameters(
    { jwt: '', alg, kid: null, claims: claims as Record<string, unknown> },
    new Parameters(Object.entries(query)),
    clientOf('by-reference'),
    { issuer: ISSUER, now: NOW },
  );
const pairsOf = (claims: object, query: Record<string, string> = QUERY) => {
  const parsed = read(claims, query);
  return parsed.ok ? Object.fromEntries(parsed.parameters.pairs) : parsed.description;
};

describe('OIDC Core §6.1: parameters of the object supersede those beside it', () => {
  test('and those beside it that it does not name stay', () => {
    const query = { ...QUERY, scope: 'openid', state: 'beside', redirect_uri: 'https://evil.test/' };
    const claims = {
      scope: 'openid email',
      redirect_uri: 'https://a.test/cb',
      iss: 'by-reference',
      jti: 'x',
    };
    expect(pairsOf(claims, query)).toEqual({
      client_id: 'by-reference',
      response_type: 'code',
      scope: 'openid email',
      state: 'beside',
      redirect_uri: 'https://a.test/cb',
    });
  });

  test('numbers, and claims as JSON', () => {
    const claims = { max_age: 86_400, claims: { userinfo: { name: null } } };
    expect(pairsOf(claims)).toMatchObject({ max_age: '86400', claims: '{"userinfo":{"name":null}}' });
  });

  test('RFC 8707 §2: several resources', () => {
    const parsed = read({ resource: ['https://x.test/', 'https://y.test/', 'https://x.test/'] });
    expect(parsed.ok && parsed.parameters.getAll('resource')).toEqual(['https://x.test/', 'https://y.test/']);
  });

  test.each([
    { scope: ['openid'] },
    { state: {} },
    { state: null },
    { prompt: true },
    { state: 'a\0b' },
    { nonce: '\ud800' },
    { resource: ['https://x.test/', 1] },
    { resource: ['https://x.test/\0'] },
  ])('a parameter of another type, or one that no query could hold: %j', (claims) => {
    expect(read(claims).ok).toBe(false);
  });

  test('any parameters give the same request, whichever of them stand in the object', () => {
    const whole = {
      ...{ client_id: 'by-reference', redirect_uri: 'https://a.test/cb', response_type: 'code' },
      ...{ scope: 'openid email', state: 's', nonce: 'n', prompt: 'login', max_age: '5', ui_locales: 'de' },
    };
    const parse = (parameters: Parameters) =>
      parseAuthenticationRequest(parameters, configuration, ISSUER, () => null);
    const direct = parse(new Parameters(Object.entries(whole)));
    expect(direct.outcome).toBe('valid');
    const names = Object.keys(whole).filter((name) => name !== 'client_id');
    fc.assert(
      fc.property(fc.subarray(names), fc.boolean(), (inside, both) => {
        const claims = Object.entries(whole).filter(([name]) => inside.includes(name));
        const beside = Object.entries(whole).filter(([name]) => both || !inside.includes(name));
        const parsed = read(Object.fromEntries(claims), {
          request_uri: QUERY.request_uri,
          ...Object.fromEntries(beside),
        });
        const request = parsed.ok ? parse(parsed.parameters) : null;
        if (request?.outcome !== 'valid' || direct.outcome !== 'valid') throw new Error('not valid');
        const { parameters, ...rest } = request.request;
        const { parameters: expected, ...same } = direct.request;
        expect(rest).toEqual(same);
        expect(Object.fromEntries(parameters)).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  test('security.md 2: whatever an object says, an answer goes to a redirect URI of the client that the query names', () => {
    const name = fc.constantFrom(...KNOWN_PARAMETERS, '__proto__', 'iss', 'aud', 'constructor');
    const value = fc.oneof(
      fc.constantFrom('by-value', 'by-reference', 'code', 'https://a.test/cb', 'https://evil.test/', ISSUER),
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
    );
    const good = { redirect_uri: 'https://a.test/cb', scope: 'openid' };
    let answers = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 5 }), (drawn) => {
        // As JSON.parse makes them: `__proto__` is a member like any other.
        const claims = JSON.parse(JSON.stringify({ ...good, ...Object.fromEntries(drawn) })) as object;
        const parsed = read(claims);
        if (!parsed.ok) return;
        expect(parsed.parameters.has('request') || parsed.parameters.has('request_uri')).toBe(false);
        for (const [, text] of parsed.parameters.pairs) expect(text).not.toMatch(/\0|\p{Surrogate}/u);
        const request = parseAuthenticationRequest(parsed.parameters, configuration, ISSUER, () => null);
        if (request.outcome === 'untrusted') return;
        answers += 1;
        const { client, target } = request.outcome === 'valid' ? request.request : request;
        expect(client.clientId).toBe('by-reference');
        expect(client.callbacks).toContain(target.redirectUri);
      }),
      { numRuns: 3_000 },
    );
    expect(answers).toBeGreaterThan(100);
  });
});

describe('OIDC Core §6.1, RFC 9101 §4: what an object may not say', () => {
  const SIGNED = { iss: 'by-reference', aud: ISSUER };

  test.each([
    [{ request: 'x' }],
    [{ request_uri: 'https://a.test/other' }],
    [{ client_id: 'plain' }],
    [{ client_id: null }],
    [{ response_type: 'id_token' }],
    [{ response_type: ['code'] }],
    [{ iss: 'plain' }],
    [{ aud: 'https://other.test/' }],
    [{ aud: [] }],
    [{ aud: ISSUER.slice(0, -1) }],
    [{ sub: 'by-reference' }],
  ])('%j', (claims: object) => {
    expect(read(claims).ok).toBe(false);
    expect(read({ ...SIGNED, ...claims }, QUERY, 'ES256').ok).toBe(false);
  });

  test('response_type is compared as the set of words it is', () => {
    const query = { ...QUERY, response_type: 'code id_token' };
    expect(read({ response_type: 'id_token code' }, query).ok).toBe(true);
    expect(read({ response_type: 'id_token' }, query).ok).toBe(false);
  });

  test('security.md 81: a signed one names its client and this server', () => {
    expect(read({}).ok).toBe(true);
    expect(read(SIGNED, QUERY, 'ES256').ok).toBe(true);
    expect(read({ ...SIGNED, aud: ['https://other.test/', ISSUER] }, QUERY, 'ES256').ok).toBe(true);
    for (const missing of ['iss', 'aud'])
      expect(read({ ...SIGNED, [missing]: undefined }, QUERY, 'ES256').ok).toBe(false);
  });

  test.each([
    ['exp', -9, true],
    ['exp', -10, false],
    ['exp', -120, false],
    ['nbf', 10, true],
    ['nbf', 11, false],
    ['iat', 10, true],
    ['iat', 120, false],
    ['iat', -120, true],
  ])('H04: %s %i seconds from now: %s', (name, distance, ok) => {
    expect(read({ [name]: SECONDS + distance }).ok).toBe(ok);
    expect(read({ [name]: String(SECONDS + distance) }).ok).toBe(false);
  });

  test('an exp is obeyed and not demanded, by value or by reference', () => {
    const byValue = { client_id: 'by-reference', request: 'x' };
    for (const query of [QUERY, byValue]) {
      expect(read(SIGNED, query, 'ES256').ok).toBe(true);
      expect(read({ ...SIGNED, exp: SECONDS + 60 }, query, 'ES256').ok).toBe(true);
      expect(read({ ...SIGNED, exp: SECONDS - 60 }, query, 'ES256').ok).toBe(false);
    }
  });
});
