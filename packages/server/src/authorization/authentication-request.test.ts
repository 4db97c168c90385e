import { RESPONSE_MODES } from '@sojourn/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildConfiguration } from '../configuration/build-configuration.js';
import { Parameters, parseForm } from '../http/parameters.js';
import { parseAuthenticationRequest } from './authentication-request.js';

const API = 'https://api.a.test/';

const configuration = buildConfiguration(
  [
    {
      kind: 'client',
      id: 'spa',
      document: {
        client_id: 'spa',
        app_type: 'spa',
        callbacks: ['https://a.test/cb', 'https://a.test/cb?kept=1', 'https://elsewhere.test/cb'],
        web_origins: ['https://a.test'],
      },
    },
    {
      kind: 'client',
      id: 'web',
      document: { client_id: 'web', client_secret: 's', callbacks: ['https://c.test/'] },
    },
    {
      kind: 'client',
      id: 'machine',
      document: {
        client_id: 'machine',
        client_secret: 's',
        callbacks: ['https://c.test/'],
        grant_types: ['client_credentials'],
      },
    },
    { kind: 'resource-server', id: API, document: { identifier: API, scopes: [{ value: 'read' }] } },
  ],
  (_purpose, sealed) => sealed,
);
const REGISTERED = [...configuration.clients.values()].flatMap(({ callbacks }) => callbacks);

const GOOD: Record<string, string> = {
  client_id: 'spa',
  redirect_uri: 'https://a.test/cb',
  response_type: 'code',
  scope: 'openid',
  state: 's',
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
};

const parsePairs = (pairs: readonly (readonly [string, string])[]) =>
  parseAuthenticationRequest(new Parameters(pairs), configuration, 'https://op.test/', (hint) =>
    hint.startsWith('genuine') ? { sub: 'mira', clientId: 'spa' } : null,
  );
const parse = (overrides: Record<string, string | null> = {}) =>
  parsePairs(
    Object.entries({ ...GOOD, ...overrides }).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    ),
  );
const valid = (overrides: Record<string, string | null> = {}) => {
  const parsed = parse(overrides);
  if (parsed.outcome !== 'valid') throw new Error(JSON.stringify(parsed));
  return parsed.request;
};

describe('OIDC Core §3.1.2.1: what a request says', () => {
  test('the least of it', () => {
    expect(valid()).toMatchObject({
      target: { redirectUri: 'https://a.test/cb', mode: 'query', state: 's' },
      scope: ['openid'],
      api: null,
      nonce: null,
      codeChallenge: 'c'.repeat(43),
      maxAgeSeconds: null,
      hint: null,
      active: null,
    });
  });

  test('security.md 23: unknown scopes are left out, an API’s are granted for that API only', () => {
    const scope = 'openid read write openid offline_access';
    expect(valid({ scope }).scope).toEqual(['openid', 'offline_access']);
    expect(valid({ scope, audience: API }).scope).toEqual(['openid', 'read']);
  });

  test.each([
    ['audience', { audience: API }],
    ['resource', { resource: API }],
    ['both, the same', { audience: API, resource: API }],
    ['with userinfo beside it', { audience: API, resource: 'https://op.test/userinfo' }],
  ])('RFC 8707: the API by %s', (_name, parameters: Record<string, string>) => {
    expect(valid(parameters).api?.identifier).toBe(API);
  });

  test.each([{ audience: 'https://nowhere.test/' }, { audience: API, resource: 'https://other.test/' }])(
    'RFC 8707 §2: invalid_target: %o',
    (parameters) => expect(parse(parameters)).toMatchObject({ outcome: 'refused', error: 'invalid_target' }),
  );

  test.each([
    [{ max_age: '-1' }, 'invalid_request'],
    [{ max_age: '1.5' }, 'invalid_request'],
    [{ max_age: 'x' }, 'invalid_request'],
    [{ max_age: '99999999999' }, 'invalid_request'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ prompt: 'create' }, 'invalid_request'],
    [{ id_token_hint: 'forged' }, 'invalid_request'],
    [{ response_type: null }, 'invalid_request'],
    [{ response_type: 'code foo' }, 'unsupported_response_type'],
    [{ response_type: 'token' }, 'unauthorized_client'],
    [{ request: 'x' }, 'request_not_supported'],
    [{ request_uri: 'https://a.test/r' }, 'request_uri_not_supported'],
    [{ registration: '{}' }, 'registration_not_supported'],
    [{ response_mode: 'jwt' }, 'invalid_request'],
    [{ nonce: 'n'.repeat(1_025) }, 'invalid_request'],
    [{ scope: 's '.repeat(2_049) }, 'invalid_request'],
    [{ login_hint: 'l'.repeat(321) }, 'invalid_request'],
    [{ code_challenge: null, code_challenge_method: null }, 'invalid_request'],
  ])('RFC 6749 §4.1.2.1: %o goes to the client as %s', (overrides: Record<string, string | null>, error) => {
    expect(parse(overrides)).toMatchObject({
      outcome: 'refused',
      error,
      target: { redirectUri: 'https://a.test/cb', state: 's' },
    });
  });

  test.each([
    [{ client_id: null }, 'client-missing'],
    [{ client_id: 'nobody' }, 'client-unknown'],
    [{ redirect_uri: null }, 'redirect-uri-missing'],
    [{ redirect_uri: 'https://c.test/' }, 'redirect-uri-unregistered'],
    [{ redirect_uri: 'https://elsewhere.test/cb', response_mode: 'web_message' }, 'web-origin-unregistered'],
  ])(
    '"MUST NOT automatically redirect the user-agent": %o',
    (overrides: Record<string, string | null>, reason) => {
      expect(parse(overrides)).toMatchObject({ outcome: 'untrusted', reason });
    },
  );

  test('security.md 7: a repeated client_id or redirect_uri is seen behind another repeated parameter', () => {
    for (const name of ['client_id', 'redirect_uri']) {
      const twice: [string, string][] = [
        ['scope', 'email'],
        ['state', 'evil'],
        [name, GOOD[name] as string],
      ];
      const parsed = parsePairs([...Object.entries(GOOD), ...twice]);
      expect(parsed).toMatchObject({ outcome: 'untrusted', reason: 'malformed-request' });
    }
    const stateTwice = parsePairs([...Object.entries(GOOD), ['scope', 'email'], ['state', 'evil']]);
    expect(stateTwice).toMatchObject({ outcome: 'refused', target: { state: null } });
  });

  test('the parameters that are kept are those that mean something', () => {
    const kept = valid({ 'ext-evil': 'x', display: 'page' }).parameters.map(([name]) => name);
    expect(kept).toContain('display');
    expect(kept).not.toContain('ext-evil');
  });

  test('what is kept is parsed to the same request again', () => {
    const request = valid({ prompt: 'login', max_age: '5', audience: API, login_hint: 'mira' });
    expect(parsePairs(request.parameters)).toEqual({ outcome: 'valid', request });
  });
});

describe('properties', () => {
  const name = fc.constantFrom(...Object.keys(GOOD), 'response_mode', 'prompt', 'resource', 'audience');
  const url = fc.oneof(
    fc.constantFrom(...REGISTERED),
    fc.webUrl(),
    fc
      .constantFrom(...REGISTERED)
      .chain((uri) =>
        fc
          .tuple(
            fc.nat(uri.length),
            fc.constantFrom('', '/', '%2e', '\\', '@', '.', '?', '#', '\t', ':443', 'e'),
          )
          .map(([at, piece]) => uri.slice(0, at) + piece + uri.slice(at)),
      ),
  );
  const value = fc.oneof(
    url,
    fc.string(),
    fc.constantFrom('spa', 'web', 'none', 'code', 'S256', ...RESPONSE_MODES),
  );
  const pairs = fc
    .tuple(fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.subarray(Object.entries(GOOD)), fc.boolean())
    .map(([drawn, good, drawnFirst]) => (drawnFirst ? [...drawn, ...good] : [...good, ...drawn]));

  test('security.md 2: no target is ever returned whose redirect URI is not registered for the named client', () => {
    let targets = 0;
    fc.assert(
      fc.property(pairs, (drawn) => {
        const parsed = parsePairs(drawn);
        if (parsed.outcome === 'untrusted') return;
        targets += 1;
        const client = parsed.outcome === 'valid' ? parsed.request.client : parsed.client;
        const target = parsed.outcome === 'valid' ? parsed.request.target : parsed.target;
        expect(drawn.filter(([key]) => key === 'client_id')).toEqual([['client_id', client.clientId]]);
        expect(client.callbacks).toContain(target.redirectUri);
        if (target.mode === 'web_message')
          expect(client.webOrigins).toContain(new URL(target.redirectUri).origin);
      }),
      { numRuns: 5_000 },
    );
    expect(targets).toBeGreaterThan(100);
  });

  test('security.md 7: with any parameter doubled, and resource left out, no request is valid', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(GOOD)), value, fc.boolean(), (doubled, text, first) => {
        const twice: [string, string][] = first
          ? [[doubled, text], ...Object.entries(GOOD)]
          : [...Object.entries(GOOD), [doubled, text]];
        expect(parsePairs(twice).outcome).not.toBe('valid');
      }),
    );
  });

  test('security.md 15: a public client gets a code with a S256 challenge or not at all', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string()),
        fc.option(fc.constantFrom('S256', 'plain', 's256', '')),
        (challenge, method) => {
          const parsed = parse({ code_challenge: challenge, code_challenge_method: method });
          if (parsed.outcome !== 'valid') return;
          expect(method).toBe('S256');
          expect(parsed.request.codeChallenge).toMatch(/^[A-Za-z0-9_-]{43}$/);
        },
      ),
    );
  });

  test('J06: whatever a query holds, it is answered and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const parameters = parseForm(`client_id=spa&redirect_uri=https%3A%2F%2Fa.test%2Fcb&${text}`);
        if (parameters !== null)
          expect(parsePairs(parameters.pairs).outcome).toMatch(/^(valid|refused|untrusted)$/);
      }),
    );
  });
});

describe('what is refused although each part of it is known', () => {
  test.each([
    ['dpop_jkt with a character before or behind a thumbprint', { dpop_jkt: `${'j'.repeat(43)}.` }],
    ['dpop_jkt of 44 characters', { dpop_jkt: 'j'.repeat(44) }],
    [
      'a hint and claims that name two End-Users',
      { id_token_hint: 'genuine', claims: JSON.stringify({ id_token: { sub: { value: 'otto' } } }) },
    ],
  ])('%s', (_name, overrides) => {
    expect(parse(overrides)).toMatchObject({ outcome: 'refused', error: 'invalid_request' });
  });

  test('a hint and claims that name the same one are one', () => {
    const claims = JSON.stringify({ id_token: { sub: { value: 'mira' } } });
    expect(valid({ id_token_hint: 'genuine', claims }).hint).toMatchObject({ sub: 'mira' });
  });

  test('a code for a client that is not registered for codes', () => {
    const machine = { client_id: 'machine', redirect_uri: 'https://c.test/' };
    expect(parse(machine)).toMatchObject({ outcome: 'refused', error: 'unauthorized_client' });
  });
});
