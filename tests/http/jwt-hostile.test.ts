import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareCost, TIMES_AT_MOST } from '../rig/cost.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { forgeriesOf, type Json, partsOf, segment } from '../rig/forged-jwt.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { askInFrame, codeFor, type TokenResponse, tokensFor } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

const PROFILED = 'https://profiled.a.test/';

let op: Deployment;
let other: Deployment;
let listener: Server;
let browser: HttpBrowser;
let tokens: TokenResponse;
let jwks: Json[];
const heard: string[] = [];
beforeAll(async () => {
  listener = createServer((request, response) => {
    heard.push(request.url ?? '');
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const file = tenantFile();
  file.resourceServers.push({ identifier: PROFILED, token_dialect: 'rfc9068_profile' });
  op = await startDeployment({ tenantFile: file });
  other = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
  tokens = await tokensFor(op, browser);
  jwks = ((await (await fetch(`${op.issuer}.well-known/jwks.json`)).json()) as { keys: Json[] }).keys;
});
afterAll(async () => {
  await op.stop();
  await other.stop();
  listener.close();
});

const listening = () => `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;

/** What a hint does: a genuine one is answered, another is refused before any session is looked at. */
async function isTakenAsHint(id_token_hint: string): Promise<boolean> {
  const { response } = await askInFrame(op, browser, { id_token_hint });
  if (response.code !== undefined) return true;
  expect(response.error).toBe('invalid_request');
  return false;
}

describe('security.md 79: alg is the key’s own, none is refused, jku, x5u, jwk are not read, kid only looks up', () => {
  test('H01: no forgery of an access token is alive, and the server fetches nothing', async () => {
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    const forgeries = forgeriesOf(tokens.access_token, jwks, listening());
    expect(forgeries.length).toBeGreaterThan(35);
    for (const [name, token] of forgeries) expect([name, await isAlive(op, token)]).toEqual([name, false]);
    expect(heard).toEqual([]);
  });

  test('H01: no forgery of an ID token is taken as a hint', async () => {
    expect(await isTakenAsHint(tokens.id_token)).toBe(true);
    for (const [name, token] of forgeriesOf(tokens.id_token, jwks, listening())) {
      op.clock.advance(1_000);
      expect([name, await isTakenAsHint(token)]).toEqual([name, false]);
    }
    expect(heard).toEqual([]);
  });

  test('H01: no forgery of an ID token signs anybody out without asking', async () => {
    for (const [name, token] of forgeriesOf(tokens.id_token, jwks, listening())) {
      const query = new URLSearchParams({
        id_token_hint: token,
        post_logout_redirect_uri: 'https://a.test/bye',
      });
      const page = await browser.send('GET', `${op.issuer}oidc/logout?${query}`, null, {});
      expect([name, page.headers.get('location')]).toEqual([name, null]);
    }
    expect((await askInFrame(op, browser)).response).toHaveProperty('code');
    expect(heard).toEqual([]);
  });
});

describe('security.md 80: one kind of token is never accepted for another (H03)', () => {
  test.each([
    ['Auth0’s, both of typ JWT', API, 'JWT'],
    ['RFC 9068’s', PROFILED, 'at+jwt'],
  ])(
    'an ID token as an access token, and an access token as a hint, in the dialect %s',
    async (_name, audience, typ) => {
      const { id_token } = tokens;
      const { access_token } = await tokensFor(op, browser, { audience });
      expect(partsOf(id_token).header.typ).toBe('JWT');
      expect(partsOf(access_token).header.typ).toBe(typ);
      expect(await isAlive(op, access_token)).toBe(true);
      expect(await isAlive(op, id_token)).toBe(false);
      expect(await isTakenAsHint(access_token)).toBe(false);
    },
  );

  test('an access token for userinfo alone, whose audience is one text as an ID token’s', async () => {
    const { access_token } = await tokensFor(op, browser);
    expect(partsOf(access_token)).toMatchObject({
      header: { typ: 'JWT' },
      claims: { aud: `${op.issuer}userinfo` },
    });
    expect(await isTakenAsHint(access_token)).toBe(false);
  });

  test('the typ of one written over the other', async () => {
    const retyped = (jwt: string, typ: string) => {
      const [, claims, signature] = jwt.split('.');
      return `${segment({ ...partsOf(jwt).header, typ })}.${claims}.${signature}`;
    };
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'jwt', 'logout+jwt', ''])
      expect(await isAlive(op, retyped(tokens.id_token, typ))).toBe(false);
    expect(await isTakenAsHint(retyped(tokens.access_token, 'JWT'))).toBe(false);
  });

  test('tokens of another deployment', async () => {
    const elsewhere = await tokensFor(other, await browserWithSession(other));
    expect(await isAlive(other, elsewhere.access_token)).toBe(true);
    expect(await isAlive(op, elsewhere.access_token)).toBe(false);
    expect(await isTakenAsHint(elsewhere.id_token)).toBe(false);
  });

  test('a code, a cookie and an attachment are no access tokens', async () => {
    const { code } = await codeFor(op, browser);
    for (const text of [code, ...browser.cookies.values()]) expect(await isAlive(op, text)).toBe(false);
  });

  test('an access token for an API is not accepted at another audience', async () => {
    const scope = 'read:berths';
    const { access_token } = await tokensFor(op, browser, { audience: API, scope });
    expect(await isAlive(op, access_token)).toBe(false);
  });
});

describe('security.md 83: hostile tokens cost little', () => {
  test.each([
    ['1 MB', 'a'.repeat(60_000)],
    ['10 000 periods', '.'.repeat(10_000)],
    ['deep JSON', `${segment('['.repeat(8_000))}.${segment('{}')}.AAAA`],
    ['a JWE', `${segment({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e8, p2s: 'x' })}.a.b.c.d`],
    ['zip', `${segment({ alg: 'dir', enc: 'A128GCM', zip: 'DEF' })}.a.b.c.d`],
    ['a header that is no object', `${segment('"at+jwt"')}.${segment('{}')}.AAAA`],
    ['a header that is null', `${segment('null')}.${segment('{}')}.AAAA`],
  ])('H07: %s', async (_name, token) => {
    const present = async (accessToken: string) => {
      const body = new URLSearchParams({ access_token: accessToken });
      return (await fetch(`${op.issuer}userinfo`, { method: 'POST', body })).status;
    };
    expect(await present(token)).toBe(401);
    // The honest one is as long and verified.
    const { access_token } = await tokensFor(op, browser);
    const times = await compareCost(
      () => present(token),
      () => present(access_token),
    );
    expect(times).toBeLessThanOrEqual(TIMES_AT_MOST);
  });
});

describe('security.md 86: request objects by reference are off until a client registers them, and say so', () => {
  test.each([
    ['request_uri', 'request_uri_not_supported', 'REQUEST_URI'],
    ['registration', 'registration_not_supported', '{}'],
  ])('I01: %s: %s, and nothing is fetched', async (name, error, value) => {
    const values =
      name === 'request_uri' ? [`${listening()}request`, 'file:///etc/passwd', 'urn:x'] : [value];
    for (const text of values) {
      const { url } = authorizationRequest(op.issuer, { [name]: text });
      expect(answerOf(await new HttpBrowser(op.issuer).visit(url)).get('error')).toBe(error);
    }
    expect(heard).toEqual([]);
  });

  test('RFC 6749 §3.1: "Parameters sent without a value MUST be treated as if they were omitted"', async () => {
    const { url } = authorizationRequest(op.issuer);
    for (const name of ['request', 'request_uri', 'registration', 'prompt', 'max_age', 'id_token_hint']) {
      expect([name, answerOf(await browser.visit(`${url}&${name}=`)).has('code')]).toEqual([name, true]);
    }
  });
});
