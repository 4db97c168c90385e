import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigurationDocument } from './configuration.js';
import { buildProblemText } from './problem.js';
import { parseTenantFile } from './tenant-file.js';

function mistakesIn(value: unknown, stored: readonly ConfigurationDocument[] = []): string[] {
  const outcome = parseTenantFile(value, stored);
  return outcome.ok ? [] : outcome.problems.map(buildProblemText);
}

function warningsOf(value: unknown): readonly string[] {
  const outcome = parseTenantFile(value);
  expect(outcome).toMatchObject({ ok: true });
  return outcome.warnings;
}

const shop = { name: 'harbour-shop', client_id: 'harbour-shop', app_type: 'spa' };

describe('mistakes', () => {
  test('are named as a developer wants to read them', () => {
    const origins = ['https://docs.example.com', 'https://shop.example.com/'];
    expect(mistakesIn({ clients: [{ ...shop, web_origins: origins }] })).toEqual([
      'client "harbour-shop": web_origins[1] is "https://shop.example.com/"; an origin has no path: write "https://shop.example.com".',
    ]);
  });

  test('are found all at once, also several in one entry and between entries', () => {
    const mistakes = mistakesIn({
      tenant: {
        session_lifetime: 0,
        default_audience: 'https://nowhere/',
        sojourn: { authorization_code_lifetime_in_seconds: 601 },
      },
      clients: [
        { ...shop, app_type: 'website', callbacks: ['https://a.example/cb#x', 'javascript:alert(1)'] },
        { ...shop, name: 'other' },
        { app_type: 'spa' },
      ],
      resourceServers: [
        {
          identifier: 'https://api/',
          signing_alg: 'HS256',
          signing_secret: 'short',
          token_lifetime: 60,
          token_lifetime_for_web: 61,
        },
      ],
      clientGrants: [{ client_id: 'nobody', audience: 'https://missing/', scope: ['read all'] }],
      databases: [{ name: 'people' }],
      users: [
        { email: 'ada@example.com', connection: 'elsewhere', password: 'x', password_hash: 'md5:abc' },
        { email: 'ADA@example.com' },
        { username: 'a@b' },
        {},
      ],
    });
    expect(mistakes).toEqual([
      'tenant.session_lifetime is 0; expected a number of hours from one second (0.0003) to 8760.',
      'tenant.sojourn.authorization_code_lifetime_in_seconds is 601; expected a whole number of seconds from 1 to 600.',
      'client "harbour-shop": app_type is "website"; expected one of spa, native, regular_web, non_interactive.',
      'API "https://api/": signing_secret is a text of 5 characters; HS256 needs at least 32 bytes.',
      'client grant of "nobody": scope[0] is "read all"; a scope name has no spaces, quotes or backslashes, and at most 280 characters.',
      'client "other": client_id is "harbour-shop"; clients[0] has it already.',
      'user "ADA@example.com": email is "ADA@example.com"; users[0] has it already.',
      'API "https://api/": token_lifetime_for_web is 61; expected at most token_lifetime, which is 60.',
      'client "harbour-shop": callbacks[0] is "https://a.example/cb#x"; a callback has no fragment: write "https://a.example/cb".',
      'client "harbour-shop": callbacks[1] is "javascript:alert(1)"; javascript: addresses run or read locally and are refused everywhere.',
      'clients[2].name is missing; a client has a name, a client_id or both.',
      'user "ada@example.com": password_hash is a text of 7 characters; a user has a password or a password_hash, not both.',
      'user "ada@example.com": password_hash is a text of 7 characters; expected bcrypt ($2a$, $2b$, $2y$) or argon2 ($argon2id$, $argon2i$, $argon2d$).',
      'user "a@b": username is "a@b"; expected 1 to 128 visible characters without @.',
      'users[3].email is missing; a user has an email, a username or both.',
      'tenant.default_audience is "https://nowhere/"; expected the identifier of an API in resourceServers.',
      'client grant of "nobody": client_id is "nobody"; expected the client_id or name of a client.',
      'client grant of "nobody": audience is "https://missing/"; expected the identifier of an API in resourceServers.',
      'user "ada@example.com": connection is "elsewhere"; expected the name of a database: people.',
    ]);
  });

  test('a pattern is no address, wherever it would be fetched or shown', () => {
    const pattern = 'https://*.harbour.example/x';
    const own = ['jwks_uri', 'sector_identifier_uri', 'client_uri', 'policy_uri', 'tos_uri'];
    const sojourn = { ...Object.fromEntries(own.map((field) => [field, pattern])), request_uris: [pattern] };
    const mistakes = mistakesIn({ clients: [{ ...shop, logo_uri: pattern, sojourn }] });
    const patterns = mistakes.filter((mistake) => mistake.includes('wildcards are not supported'));
    expect(patterns).toHaveLength(own.length + 2);
  });

  test('never show a secret', () => {
    const secret = 'correct horse battery staple';
    const mistakes = mistakesIn({
      clients: [
        { ...shop, client_secret: secret, jwt_configuration: { alg: 'HS256' } },
        {
          ...shop,
          name: 'b',
          client_id: 'b',
          client_secret: [secret],
          sojourn: { jwks: { keys: [{ kty: 'RSA', d: secret }] } },
        },
      ],
      users: [{ email: 'a@example.com', password: { is: secret }, password_hash: secret }],
    });
    expect(mistakes.length).toBeGreaterThanOrEqual(5);
    expect(mistakes.join('\n')).not.toContain('horse');
  });

  test('private_key_jwt needs public keys, and private ones are refused', () => {
    const method = { token_endpoint_auth_method: 'private_key_jwt' };
    expect(mistakesIn({ clients: [{ ...shop, ...method }] })).toEqual([
      'client "harbour-shop": sojourn.jwks is missing; token_endpoint_auth_method private_key_jwt needs the public keys of the client.',
    ]);
    const keysOf = (key: object) => ({
      clients: [{ ...shop, ...method, sojourn: { jwks: { keys: [key] } } }],
    });
    expect(mistakesIn(keysOf({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }))).toHaveLength(1);
    expect(mistakesIn(keysOf({ kty: 'oct' }))).toHaveLength(1);
    expect(mistakesIn(keysOf({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }))).toEqual([]);
  });

  test('security.md 87: prototype keys are refused at any depth, and deep nesting ends', () => {
    const poisoned = JSON.parse(
      '{"users":[{"email":"a@example.com","user_metadata":{"a":{"__proto__":{"isAdmin":true}}}}]}',
    );
    expect(mistakesIn(poisoned)).toEqual([
      'users[0].user_metadata.a.__proto__ is a prototype key; no field has this name: remove it.',
    ]);
    const constructed = {
      users: [{ email: 'a@example.com', app_metadata: { constructor: { prototype: { x: 1 } } } }],
    };
    expect(mistakesIn(constructed)).toHaveLength(1);
    const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => ({ inner }), 1);
    expect(mistakesIn({ users: [{ email: 'a@example.com', user_metadata: deep }] })[0]).toContain(
      'nested too deeply',
    );
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  test('the content of the file may be anything', () => {
    for (const value of [
      null,
      undefined,
      3,
      'text',
      [],
      { clients: {} },
      { clients: [3, null] },
      { tenant: [] },
    ]) {
      expect(mistakesIn(value)).not.toEqual([]);
    }
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        parseTenantFile(value);
        parseTenantFile({ clients: [value], users: [value], tenant: value, resourceServers: value });
      }),
    );
  });
});

describe('names that only the store explains', () => {
  test('are found there, and marked as references where they are not', () => {
    const file = {
      clientGrants: [{ client_id: 'Worker', audience: 'https://api/' }],
      tenant: { default_audience: 'https://api/' },
    };
    const outcome = parseTenantFile(file);
    expect(outcome.ok ? [] : outcome.problems.map((problem) => problem.isReference)).toEqual([
      true,
      true,
      true,
    ]);
    const stored = [
      { kind: 'client', id: 'w1', document: { client_id: 'w1', name: 'Worker' } },
      { kind: 'resource-server', id: 'https://api/', document: { identifier: 'https://api/' } },
    ] as const;
    expect(mistakesIn(file, stored)).toEqual([]);
  });
});

test('a native client may have a scheme of one word, and is told that others can take it', () => {
  const native = (callback: string) => ({
    clients: [{ ...shop, app_type: 'native', callbacks: [callback] }],
  });
  expect(mistakesIn(native('demo://cb'))).toEqual([]);
  expect(warningsOf(native('demo://cb'))).toEqual([
    'client "harbour-shop": any application on a device may take the scheme of "demo://cb" for its own; one that is a domain name in reverse, such as com.example.app:/callback, is safer.',
  ]);
  expect(warningsOf(native('com.example.app:/cb'))).toEqual([]);
  expect(mistakesIn(native('intent://cb'))[0]).toContain('belongs to the system, not to an application');
});

test('RFC 8725 §3.12: no client is called what an API is called: its ID tokens would pass for access tokens', () => {
  const api = { identifier: 'harbour-shop' };
  const [ofClient, ofApi] = [
    'client "harbour-shop": client_id is "harbour-shop"; an API has this name too: an ID token would pass for an access token.',
    'API "harbour-shop": identifier is "harbour-shop"; a client has this name too: an ID token would pass for an access token.',
  ];
  expect(mistakesIn({ clients: [shop], resourceServers: [api] })).toEqual([ofClient, ofApi]);
  const stored = (kind: 'client' | 'resource-server', document: Record<string, unknown>) => [
    { kind, id: 'harbour-shop', document },
  ];
  expect(mistakesIn({ clients: [shop] }, stored('resource-server', api))).toEqual([ofClient]);
  expect(mistakesIn({ resourceServers: [api] }, stored('client', shop))).toEqual([ofApi]);
});

describe("an export of Auth0's", () => {
  test('loads, and everything that is left out is named once', () => {
    const warnings = warningsOf({
      tenant: {
        friendly_name: 'Harbour',
        picture_url: '',
        flags: { a: true },
        session_lifetime: 168,
        idle_session_lifetime: 72.5,
      },
      rules: [{ name: 'x' }],
      roles: [],
      nonsense: 1,
      clients: [
        {
          name: 'A',
          app_type: 'spa',
          oidc_logout: {},
          cross_origin_auth: false,
          initiate_login_uri: null,
          logo_uri: '',
          jwt_configuration: { alg: 'RS256', secret_encoded: false },
          refresh_token: {
            rotation_type: 'non-rotating',
            expiration_type: 'non-expiring',
            leeway: 0,
            policies: null,
          },
        },
        { name: 'B', app_type: 'resource_server', cross_origin_auth: false },
      ],
      resourceServers: [
        { identifier: 'https://plain/', token_dialect: 'access_token' },
        { identifier: 'https://roles/', token_dialect: 'rfc9068_profile_authz', enforce_policies: true },
      ],
      clientGrants: [
        { client_id: 'B', audience: 'https://tenant.eu.auth0.com/api/v2/', scope: ['read:users'] },
      ],
      databases: [{ name: 'users', strategy: 'auth0', options: { disable_signup: true, customScripts: {} } }],
    });
    expect(warnings).toEqual([
      'rules: this section is not served yet and was left out.',
      'roles: this section is not served yet and was left out.',
      'nonsense: no such section; it was left out.',
      'tenant.flags.a: no such field; it was left out.',
      'clients[0].jwt_configuration.secret_encoded: no such field; it was left out.',
      'clients[0].oidc_logout: no such field; it was left out.',
      'clients[0].cross_origin_auth: no such field; it was left out (also in 1 other entry).',
      'resourceServers[1].enforce_policies: no such field; it was left out.',
      'databases[0].options.customScripts: no such field; it was left out.',
      'databases[0].strategy: no such field; it was left out.',
      `client "A": refresh_token.leeway is below 5 s, so a lost answer signs people out; 30 is Sojourn's default.`,
      `client "A": refresh_token.rotation_type is "non-rotating"; a public client's refresh tokens always rotate.`,
      'client "B": app_type is "resource_server", which is not served; taken as "regular_web".',
      'API "https://roles/": token_dialect "rfc9068_profile_authz" would put permissions of roles into tokens; it is taken without them.',
      `client grant of "B": Auth0's management API is not here; left out.`,
    ]);
  });

  test('every lifetime goes down to one second', () => {
    const outcome = parseTenantFile({
      tenant: {
        session_lifetime: 1 / 3600,
        sojourn: {
          idle_session_lifetime_in_seconds: 1,
          transaction_lifetime_in_seconds: 1,
          authorization_code_lifetime_in_seconds: 1,
        },
      },
      clients: [
        {
          ...shop,
          jwt_configuration: { lifetime_in_seconds: 1 },
          refresh_token: { token_lifetime: 1, idle_token_lifetime: 1, leeway: 0 },
        },
      ],
      resourceServers: [{ identifier: 'api', token_lifetime: 1, token_lifetime_for_web: 1 }],
    });
    expect(outcome.ok).toBe(true);
  });
});
