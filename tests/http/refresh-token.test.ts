import { createLocalJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attachedPartition } from '../rig/attachments.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import {
  exchangeFor,
  OFFLINE,
  ONLINE_API,
  PARTIES,
  refresh,
  refreshTenant,
  refreshTokensFor,
} from '../rig/refresh.js';
import { authorizationRequest, signIn } from '../rig/relying-party.js';
import { askInFrame, codeFor, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { API } from '../rig/tenant.js';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({
    tenantFile: refreshTenant({ 'spa-b': { grant_types: ['authorization_code'] } }),
  });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

describe('OIDC Core §11: who may have a refresh token', () => {
  test('a client that lists the grant, and asks for offline_access', async () => {
    const tokens = await refreshTokensFor(op, browser);
    expect(tokens.scope).toBe(OFFLINE);
    expect(tokens.refresh_token).toMatch(/^v1\./);
    const without = await tokensFor(op, browser);
    expect(without).not.toHaveProperty('refresh_token');
    expect(without.scope).toBe('openid profile email');
  });

  test('not a client that does not list it: the rest is granted', async () => {
    const { tokens } = await exchangeFor(op, browser, 'spa-b');
    expect(tokens.scope).toBe('openid profile email');
    expect(tokens).not.toHaveProperty('refresh_token');
    const { body, status } = await refresh(op, 'made-up', {}, 'spa-b');
    expect([status, body.error]).toEqual([400, 'unauthorized_client']);
  });

  test('for an API only where it allows offline access', async () => {
    const offline = await refreshTokensFor(op, browser, 'spa-a', {
      audience: API,
      scope: `${OFFLINE} read:berths`,
    });
    expect(offline.scope).toBe(`${OFFLINE} read:berths`);
    const online = await refreshTokensFor(op, browser, 'spa-a', { audience: ONLINE_API });
    expect(online.scope).toBe('openid profile email');
    expect(online).not.toHaveProperty('refresh_token');
  });

  test('without openid as well: RFC 6749 knows no ID token', async () => {
    const tokens = await refreshTokensFor(op, browser, 'spa-a', { scope: 'profile offline_access' });
    const { body } = await refresh(op, tokens.refresh_token);
    expect(body).toMatchObject({ scope: 'profile offline_access', refresh_token: expect.any(String) });
    expect(body).not.toHaveProperty('id_token');
  });

  test('a third-party client is allowed to by its End-User, who is told what it means', async () => {
    const fresh = await browserWithSession(op);
    const { redirectUri } = PARTIES['third-d'];
    const third = { client_id: 'third-d', redirect_uri: redirectUri, scope: 'openid offline_access' };
    const page = await fresh.visit(authorizationRequest(op.issuer, third).url);
    expect(page.url).toContain('/u/consent');
    expect(page.html).toContain('Stay signed in when you are away');
    await fresh.submit(page, { decision: 'allow' });
    const { refresh_token: token } = await refreshTokensFor(op, fresh, 'third-d', third);
    expect((await refresh(op, token, {}, 'third-d')).status).toBe(200);
    // Agreed to without it, it is asked about.
    const other = await browserWithSession(op, 'auth0|otto');
    const plain = authorizationRequest(op.issuer, { ...third, scope: 'openid' });
    await other.submit(await other.visit(plain.url), { decision: 'allow' });
    const silent = authorizationRequest(op.issuer, { ...third, prompt: 'none' });
    expect((await other.visit(silent.url)).url).toContain('error=consent_required');
  });

  test('design.md 4: an attachment renews what is there and never begins a family', async () => {
    const scope = OFFLINE;
    const partition = await attachedPartition(op, await browserWithSession(op), { scope });
    const { response, request } = await askInFrame(op, partition, { scope });
    const exchange = {
      ...{ grant_type: 'authorization_code', client_id: 'spa-a', redirect_uri: 'https://a.test/cb' },
      ...{ code: response.code ?? '', code_verifier: request.verifier },
    };
    const answer = await partition.send(
      'POST',
      `${op.issuer}oauth/token`,
      new URLSearchParams(exchange),
      PARTIES['spa-a'].headers,
    );
    const tokens = JSON.parse(answer.html) as Record<string, unknown>;
    expect([answer.status, tokens.scope]).toEqual([200, 'openid profile email']);
    expect(tokens).not.toHaveProperty('refresh_token');
  });

  test('with the session’s own cookie a silent answer may', async () => {
    const { response, request } = await askInFrame(op, browser, { scope: OFFLINE });
    const fields = { grant_type: 'authorization_code', redirect_uri: 'https://a.test/cb' };
    const body = new URLSearchParams({
      ...{ ...fields, client_id: 'spa-a', code: response.code ?? '' },
      code_verifier: request.verifier,
    });
    const answer = await browser.send('POST', `${op.issuer}oauth/token`, body, PARTIES['spa-a'].headers);
    expect(JSON.parse(answer.html)).toHaveProperty('refresh_token');
  });
});

describe('RFC 6749 §6 and OIDC Core §12: the answer', () => {
  test('has the fields that published SDKs read, of the types they read them as', async () => {
    const first = await refreshTokensFor(op, browser);
    op.clock.advance(5_000);
    const { status, headers, body } = await refresh(op, first.refresh_token);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBe('https://a.test');
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: OFFLINE,
      id_token: expect.any(String),
      refresh_token: expect.any(String),
    });
    expect(body.refresh_token).not.toBe(first.refresh_token);
    expect(body.access_token).not.toBe(first.access_token);
  });

  test('OIDC Core §12.2: the ID token is of the same authentication, issued now, without a nonce', async () => {
    const first = await refreshTokensFor(op, browser);
    const before = claimsOf(first.id_token);
    op.clock.advance(61_000);
    const { body } = await refresh(op, first.refresh_token);
    const keys = await (await fetch(`${op.issuer}.well-known/jwks.json`)).json();
    const { payload } = await jwtVerify(body.id_token, createLocalJWKSet(keys as never), {
      issuer: op.issuer,
      audience: 'spa-a',
      currentDate: new Date(op.clock.now()),
    });
    const { iss, sub, aud, auth_time, amr, sid, email } = before;
    expect(payload).toMatchObject({ iss, sub, aud, auth_time, amr, sid, email });
    expect(payload.iat).toBe((before.iat as number) + 61);
    expect(before).toHaveProperty('nonce');
    expect(payload).not.toHaveProperty('nonce');
  });

  test('the ID token keeps the moment of its own authorization when the End-User signs in again', async () => {
    const own = new HttpBrowser(op.issuer);
    await signIn(own, authorizationRequest(op.issuer));
    const first = await refreshTokensFor(op, own);
    op.clock.advance(60_000);
    await signIn(own, authorizationRequest(op.issuer, { prompt: 'login' }));
    const { body } = await refresh(op, first.refresh_token);
    const [before, after] = [claimsOf(first.id_token), claimsOf(body.id_token)];
    expect([after.auth_time, after.sid]).toEqual([before.auth_time, before.sid]);
  });

  test('the access token is for the same audience and scope, and belongs to the same session and grant', async () => {
    const scope = 'openid offline_access read:berths';
    const first = await refreshTokensFor(op, browser, 'spa-a', { audience: API, scope });
    const { body } = await refresh(op, first.refresh_token);
    expect(body.expires_in).toBe(600);
    const [before, after] = [claimsOf(first.access_token), claimsOf(body.access_token)];
    const { aud, scope: granted, sub, sid, client_id, grant_id } = before;
    expect(aud).toEqual([API, `${op.issuer}userinfo`]);
    expect(after).toMatchObject({ aud, scope: granted, sub, sid, client_id, grant_id });
    expect(after.jti).not.toBe(before.jti);
  });

  test('auth0-wire.md 3.1: JSON, unknown fields, and what SDKs send beside the token', async () => {
    const { refresh_token } = await refreshTokensFor(op, browser);
    const response = await fetch(`${op.issuer}oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...PARTIES['spa-a'].headers },
      body: JSON.stringify({
        ...{ client_id: 'spa-a', grant_type: 'refresh_token', refresh_token, scope: OFFLINE },
        ...{ redirect_uri: 'https://a.test', max_age: 5, organization: 'org', custom: 'x' },
      }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ scope: OFFLINE, refresh_token: expect.any(String) });
  });

  test.each([
    ['nothing', {}],
    ['no value', { refresh_token: '' }],
  ])('RFC 6749 §5.2: without a token, invalid_request: %s', async (_name, fields: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'spa-a', grant_type: 'refresh_token', ...fields });
    const response = await fetch(`${op.issuer}oauth/token`, { method: 'POST', body });
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });
});

describe('certified relying-party libraries refresh', () => {
  let real: Deployment;
  beforeAll(async () => {
    real = await startDeployment({ tenantFile: refreshTenant(), realTime: true });
  });
  afterAll(() => real.stop());

  test('openid-client, confidential, five times over', async () => {
    const { client_id, client_secret } = PARTIES['conf-c'].fields;
    const config = await client.discovery(
      new URL(real.issuer),
      client_id,
      undefined,
      client.ClientSecretPost(client_secret),
      { execute: [client.allowInsecureRequests] },
    );
    const tokens = await refreshTokensFor(real, await browserWithSession(real), 'conf-c');
    let held = tokens.refresh_token;
    for (let round = 0; round < 5; round += 1) {
      const answer = await client.refreshTokenGrant(config, held, { scope: OFFLINE });
      expect(answer.claims()?.sub).toBe('auth0|mira');
      expect(answer.expires_in).toBe(86_400);
      expect(answer.refresh_token).not.toBe(held);
      held = answer.refresh_token ?? '';
    }
    await client.tokenRevocation(config, held);
    await expect(client.refreshTokenGrant(config, held)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('oauth4webapi, public, and its checks of the answer', async () => {
    const issuer = new URL(real.issuer);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const as = await oauth
      .discoveryRequest(issuer, insecure)
      .then((response) => oauth.processDiscoveryResponse(issuer, response));
    expect(as.grant_types_supported).toContain('refresh_token');
    expect(as.scopes_supported).toContain('offline_access');
    const { refresh_token: token } = await refreshTokensFor(real, await browserWithSession(real));
    const response = await oauth.refreshTokenGrantRequest(
      as,
      { client_id: 'spa-a' },
      oauth.None(),
      token,
      insecure,
    );
    const answer = await oauth.processRefreshTokenResponse(as, { client_id: 'spa-a' }, response);
    expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 86_400 });
    expect(oauth.getValidatedIdTokenClaims(answer)?.sub).toBe('auth0|mira');
  });
});

test('security.md 24: a page of no registered origin is refused before its token is looked at', async () => {
  const { refresh_token: token } = await refreshTokensFor(op, browser);
  const foreign = { origin: 'https://evil.test' };
  expect((await refresh(op, token, {}, 'spa-a', foreign)).status).toBe(403);
  expect((await refresh(op, token, {}, 'spa-a', { origin: 'null' })).status).toBe(403);
  expect((await refresh(op, token, {}, 'spa-a', { 'sec-fetch-mode': 'navigate' })).status).toBe(403);
  const { body } = await refresh(op, token);
  expect((await refresh(op, body.refresh_token)).status).toBe(200);
});

test('200 families for one End-User and client: what is used stays, unused ones of this session go first', async () => {
  const own = await browserWithSession(op, 'auth0|otto');
  const used = await refreshTokensFor(op, own, 'conf-c');
  const kept = await refresh(op, used.refresh_token, {}, 'conf-c');
  const oldest = await refreshTokensFor(op, own, 'conf-c');
  for (let index = 0; index < 199; index += 1) {
    op.clock.advance(1);
    await codeFor(op, own, { client_id: 'conf-c', redirect_uri: 'https://c.test/cb', scope: OFFLINE });
  }
  // A code alone is no family.
  expect((await refresh(op, oldest.refresh_token, {}, 'conf-c')).status).toBe(200);
  const second = await refreshTokensFor(op, own, 'conf-c');
  for (let index = 0; index < 198; index += 1) {
    op.clock.advance(1);
    await refreshTokensFor(op, own, 'conf-c');
  }
  expect((await refresh(op, second.refresh_token, {}, 'conf-c')).body.error).toBe('invalid_grant');
  expect((await refresh(op, kept.body.refresh_token, {}, 'conf-c')).status).toBe(200);
  const { claims } = { claims: claimsOf(used.access_token) };
  const living = await op.store.findFamilies({
    ...{ userId: 'auth0|otto', clientId: 'conf-c', sid: String(claims.sid) },
    ...{ after: null, atMost: 1_000 },
  });
  expect(living.filter(({ family }) => family.revokedAt === null)).toHaveLength(200);
});
