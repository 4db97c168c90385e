import { createLocalJWKSet, decodeProtectedHeader, importX509, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { askInFrame, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const LEDGER = 'https://asks.a.test/';
const DOCUMENTS = [
  '.well-known/openid-configuration',
  '.well-known/oauth-authorization-server',
  '.well-known/jwks.json',
];

let op: Deployment;
let browser: HttpBrowser;
let metadata: Record<string, string & string[]>;
beforeAll(async () => {
  const file = tenantFile();
  const hours = {
    identifier: 'https://hours.a.test/',
    name: 'Hours',
    token_lifetime: 7_200,
    token_dialect: 'rfc9068_profile',
  };
  const brief = { name: 'Brief', jwt_configuration: { lifetime_in_seconds: 30 } };
  const seconds = { ...file.clients[1], ...brief, client_id: 'spa-brief' };
  op = await startDeployment({
    tenantFile: {
      ...file,
      clients: [...file.clients, seconds],
      resourceServers: [...file.resourceServers, hours],
    },
  });
  browser = await browserWithSession(op);
  const response = await fetch(`${op.issuer}.well-known/openid-configuration`);
  metadata = (await response.json()) as typeof metadata;
});
afterAll(() => op.stop());

describe('OIDC Discovery 1.0 §3', () => {
  test('the issuer is the one that tokens and answers name, with its slash (security.md 4)', async () => {
    expect(metadata.issuer).toBe(op.issuer);
    expect(claimsOf((await tokensFor(op, browser)).id_token).iss).toBe(op.issuer);
    expect((await askInFrame(op, browser)).response.iss).toBe(op.issuer);
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
  });

  test('security.md 16, 18, 86: what it says of PKCE, grants and request objects is so', () => {
    expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
    expect(metadata.grant_types_supported).not.toContain('password');
    expect(metadata.request_parameter_supported).toBe(true);
    expect(metadata.request_uri_parameter_supported).toBe(true);
    expect(metadata.require_request_uri_registration).toBe(true);
    expect(metadata.request_object_signing_alg_values_supported).not.toContain('HS256');
    expect(metadata.response_modes_supported).toEqual(['query', 'fragment', 'form_post', 'web_message']);
    expect(metadata.id_token_signing_alg_values_supported).toEqual(
      expect.arrayContaining(['RS256', 'ES256']),
    );
    expect(metadata.id_token_signing_alg_values_supported).not.toContain('none');
  });

  test('each endpoint it names answers under the issuer', async () => {
    const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name));
    expect(endpoints.length).toBeGreaterThanOrEqual(5);
    for (const [name, url] of endpoints) {
      expect([name, url.startsWith(op.issuer)]).toEqual([name, true]);
      const { status } = await fetch(url, { redirect: 'manual' });
      expect([name, status]).not.toEqual([name, 404]);
    }
  });

  test('RFC 8414 §3: the same document under its name', async () => {
    const other = await fetch(`${op.issuer}.well-known/oauth-authorization-server`);
    expect(await other.json()).toEqual(metadata);
  });

  test('with a second slash before it, as clients ask that were told the issuer with its own', async () => {
    for (const path of DOCUMENTS) {
      const { status, text } = await httpRequest('GET', `${op.issuer}/${path}`);
      expect([status, JSON.parse(text)]).toEqual([200, await (await fetch(op.issuer + path)).json()]);
    }
    expect((await httpRequest('GET', `${op.issuer}/authorize`)).status).toBe(404);
  });

  test('Auth0’s /pem is the certificate of the RSA key that signs now', async () => {
    const { status, headers, text } = await httpRequest('GET', `${op.issuer}pem`);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-pem-file']);
    const { id_token } = await tokensFor(op, browser);
    const currentDate = new Date(op.clock.now());
    await jwtVerify(id_token, await importX509(text, 'RS256'), { issuer: op.issuer, currentDate });
  });

  test('security.md 55: Host and Forwarded change nothing', async () => {
    const headers = {
      'x-forwarded-host': 'evil.test',
      forwarded: 'host=evil.test',
      'x-forwarded-proto': 'https',
    };
    for (const path of DOCUMENTS) {
      const { text } = await httpRequest('GET', op.issuer + path, { ...headers, host: 'evil.test' });
      expect(text).not.toContain('evil');
    }
  });
});

describe('H12: keys and metadata are for everybody', () => {
  test.each(DOCUMENTS)('%s: cacheable for 300 s, CORS open without credentials, no cookies', async (path) => {
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    for (const origin of ['https://anybody.test', 'null']) {
      const { status, headers } = await httpRequest('GET', op.issuer + path, { origin, cookie });
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('public, max-age=300');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.getSetCookie()).toEqual([]);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  test('security.md 82: the key set has an ETag, and an unchanged one is 304', async () => {
    const first = await httpRequest('GET', metadata.jwks_uri as string);
    const etag = first.headers.get('etag') as string;
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await httpRequest('GET', metadata.jwks_uri as string, { 'if-none-match': etag });
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
    expect(again.headers.get('cache-control')).toBe('public, max-age=300');
    const stale = await httpRequest('GET', metadata.jwks_uri as string, { 'if-none-match': '"other"' });
    expect(stale.status).toBe(200);
  });

  test('security.md 82: no private members, distinct kids, an algorithm for each', async () => {
    const { keys } = (await (await fetch(metadata.jwks_uri as string)).json()) as JSONWebKeySet;
    const EC = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
    const RSA = ['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t', 'x5t#S256'];
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(key.kty === 'EC' ? EC : RSA);
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    expect(new Set(keys.map(({ alg }) => alg))).toEqual(new Set(['ES256', 'RS256']));
  });
});

describe('every token verifies with the published keys', () => {
  const verify = async (token: string, options: { audience: string; typ?: string; algorithms: string[] }) => {
    const keys = (await (await fetch(metadata.jwks_uri as string)).json()) as JSONWebKeySet;
    const currentDate = new Date(op.clock.now());
    return jwtVerify(token, createLocalJWKSet(keys), { ...options, issuer: op.issuer, currentDate });
  };

  test('ID token: RS256, typ JWT, aud a string', async () => {
    const { id_token } = await tokensFor(op, browser);
    const { payload } = await verify(id_token, { audience: 'spa-a', typ: 'JWT', algorithms: ['RS256'] });
    expect(payload.aud).toBe('spa-a');
    expect(payload).toMatchObject({ sub: 'auth0|mira', amr: ['pwd'], auth_time: expect.any(Number) });
  });

  test.each([
    ['an API that says ES256', API, 'ES256', 'JWT'],
    ['an API that says nothing', LEDGER, 'RS256', 'JWT'],
    ['an API of the dialect rfc9068_profile', 'https://hours.a.test/', 'RS256', 'at+jwt'],
    ['userinfo', null, 'RS256', 'JWT'],
  ])('RFC 9068 §2: access token for %s', async (_name, audience, alg, typ) => {
    if (audience === LEDGER) {
      const scope = ['openid', 'profile', 'email'];
      const consent = { userId: 'auth0|mira', clientId: 'spa-a', audience: LEDGER, scope, givenAt: 0 };
      await op.store.recordConsent(consent, []);
    }
    const { access_token } = await tokensFor(op, browser, audience === null ? {} : { audience });
    const expected = { audience: audience ?? `${op.issuer}userinfo`, typ, algorithms: [alg] };
    const { payload } = await verify(access_token, expected);
    expect(decodeProtectedHeader(access_token)).toEqual({ alg, typ, kid: expect.any(String) });
    for (const name of ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti', 'scope', 'azp', 'sid'])
      expect(payload).toHaveProperty(name);
    expect(payload).not.toHaveProperty('email');
    expect(await isAlive(op, access_token)).toBe(true);
  });
});

describe('lifetimes of an API and of a client are independent of each other', () => {
  const life = (jwt: string) => {
    const { exp, iat } = claimsOf(jwt) as { exp: number; iat: number };
    return exp - iat;
  };

  test.each([
    ['no API', null, 86_400],
    ['an API of ten minutes', API, 600],
    ['an API of two hours', 'https://hours.a.test/', 7_200],
  ])('%s', async (_name, audience, expected) => {
    const tokens = await tokensFor(op, browser, { audience });
    expect(tokens.expires_in).toBe(expected);
    expect(life(tokens.access_token)).toBe(expected);
    expect(life(tokens.id_token)).toBe(36_000);
  });

  test('a client’s ID token of 30 s beside an access token of ten minutes', async () => {
    const client = { client_id: 'spa-brief', redirect_uri: 'https://b.test/cb' };
    const request = authorizationRequest(op.issuer, { ...client, audience: API });
    const page = await browser.visit(request.url);
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      ...client,
      code: new URL(page.url).searchParams.get('code') as string,
      code_verifier: request.verifier,
    });
    const response = await fetch(`${op.issuer}oauth/token`, { method: 'POST', body });
    const tokens = (await response.json()) as { id_token: string; access_token: string; expires_in: number };
    expect([life(tokens.id_token), life(tokens.access_token), tokens.expires_in]).toEqual([30, 600, 600]);
  });
});
