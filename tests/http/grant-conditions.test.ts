import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import {
  OFFLINE,
  PARTIES,
  type PartyName,
  post,
  refresh,
  refreshTenant,
  refreshTokensFor,
} from '../rig/refresh.js';
import { codeFor } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { API } from '../rig/tenant.js';

interface Pair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

let op: Deployment;
let browser: HttpBrowser;
let [own, other] = [] as unknown as [Pair, Pair];
beforeAll(async () => {
  const file = refreshTenant({
    'spa-b': { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] },
  });
  (file.clientGrants as unknown[]).push({ client_id: 'spa-b', audience: API, scope: ['read:berths'] });
  op = await startDeployment({ tenantFile: file });
  browser = await browserWithSession(op);
  [own, other] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
});
afterAll(() => op.stop());

async function proofBy({ privateKey, publicKey }: Pair, nonce?: string): Promise<string> {
  const claims = { htm: 'POST', htu: `${op.issuer}oauth/token`, jti: randomUUID(), ...(nonce && { nonce }) };
  return new SignJWT(claims)
    .setIssuedAt(Math.floor(op.clock.now() / 1000))
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) })
    .sign(privateKey);
}

/** Refresh tokens of an exchange that proved a key. */
async function boundTokens(clientId: PartyName): Promise<{ access_token: string; refresh_token: string }> {
  const { redirectUri, fields, headers } = PARTIES[clientId];
  const request = { client_id: clientId, redirect_uri: redirectUri, scope: OFFLINE };
  const { code, verifier } = await codeFor(op, browser, request);
  const exchange = {
    ...fields,
    ...{ grant_type: 'authorization_code', redirect_uri: redirectUri, code, code_verifier: verifier },
  };
  const asked = await post(op, 'oauth/token', exchange, { ...headers, dpop: await proofBy(own) });
  const nonce = asked.headers.get('dpop-nonce') ?? '';
  const answer = await post(op, 'oauth/token', exchange, { ...headers, dpop: await proofBy(own, nonce) });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}

describe('RFC 9449 §5: whose key a refresh token is bound to', () => {
  test('a confidential client’s is bound to the client: it refreshes with another key', async () => {
    const { refresh_token } = await boundTokens('conf-c');
    const answer = await refresh(op, refresh_token, {}, 'conf-c', { dpop: await proofBy(other) });
    expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP']);
  });

  test('a public client’s is bound to the key; a page that shows another one hears its token again, and keeps it', async () => {
    const { refresh_token } = await boundTokens('spa-a');
    const wrong = await refresh(op, refresh_token, {}, 'spa-a', { dpop: await proofBy(other) });
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant', refresh_token } });
    const none = await refresh(op, refresh_token);
    expect(none).toMatchObject({ status: 400, body: { error: 'invalid_grant', refresh_token } });
    const right = await refresh(op, refresh_token, {}, 'spa-a', { dpop: await proofBy(own) });
    expect(right.status).toBe(200);
  });
});

test('RFC 6749 §4.4: a public client has no credentials, whatever grant it is registered for', async () => {
  const answer = await post(op, 'oauth/token', {
    ...{ grant_type: 'client_credentials', client_id: 'spa-b', audience: API },
  });
  expect([answer.status, JSON.parse(answer.text).error]).toEqual([400, 'unauthorized_client']);
});

test('RFC 8707 §2.2: who asks for the API and userinfo gets a token for the API, not for userinfo alone', async () => {
  const first = await refreshTokensFor(op, browser, 'conf-c', {
    audience: API,
    scope: `${OFFLINE} read:berths`,
  });
  const both = await refresh(
    op,
    first.refresh_token,
    { audience: API, resource: `${op.issuer}userinfo` },
    'conf-c',
  );
  expect([both.body.access_token].map((token) => [claimsOf(token).aud].flat()[0])).toEqual([API]);
  const alone = await refresh(op, both.body.refresh_token, { resource: `${op.issuer}userinfo` }, 'conf-c');
  expect([claimsOf(alone.body.access_token).aud].flat()).toEqual([`${op.issuer}userinfo`]);
});

test('RFC 7662 §2.2: a refresh token that was replaced is not active, though its retry would be answered', async () => {
  const { refresh_token: first } = await refreshTokensFor(op, browser, 'conf-c');
  const { body } = await refresh(op, first, {}, 'conf-c');
  const active = async (token: string) =>
    JSON.parse((await post(op, 'oauth/introspect', { ...PARTIES['conf-c'].fields, token })).text).active;
  expect([await active(first), await active(body.refresh_token)]).toEqual([false, true]);
  expect((await refresh(op, first, {}, 'conf-c')).status).toBe(200);
});

test('C10: names of clients that are made up fill no table of guesses; those of clients do', async () => {
  const counted: string[] = [];
  const { reserveLoginAttempt } = op.store;
  op.store.reserveLoginAttempt = (attempt) => {
    counted.push(...attempt.buckets.map(({ key }) => key));
    return reserveLoginAttempt(attempt);
  };
  const guess = (client_id: string) =>
    post(op, 'oauth/token', { grant_type: 'client_credentials', client_id, client_secret: 'guessed' });
  for (const name of ['nobody', 'made-up', 'conf-c']) expect((await guess(name)).status).toBe(401);
  op.store.reserveLoginAttempt = reserveLoginAttempt;
  expect(counted).toEqual([expect.stringContaining('client:conf-c ')]);
});
