import { generateKeyPairSync } from 'node:crypto';
import { AuthApiError, AuthenticationClient, UserInfoClient } from 'auth0';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate, trustHere } from '../rig/certificate.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { codeFor } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

/** The published node-auth0 5. It takes a host with a port, and knows no plain http. */
const SECRET = 'a-secret-of-the-desk-that-is-long-enough';
const CALLBACK = 'https://c.test/cb';

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER_KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = ({ privateKey }: typeof KEYS) => privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

let op: Deployment;
let domain: string;

beforeAll(async () => {
  const tls = await makeCertificate();
  trustHere(tls);
  const file = tenantFile();
  file.clients.push(
    {
      client_id: 'machine-key',
      name: 'Crane',
      app_type: 'non_interactive',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      sojourn: { jwks: { keys: [KEYS.publicKey.export({ format: 'jwk' })] } },
    },
    {
      client_id: 'desk-hs256',
      name: 'Desk of old',
      app_type: 'regular_web',
      client_secret: SECRET,
      callbacks: [CALLBACK],
      grant_types: ['authorization_code'],
      jwt_configuration: { alg: 'HS256' },
    },
    {
      client_id: 'desk-offline',
      name: 'Desk that works at night',
      app_type: 'regular_web',
      client_secret: SECRET,
      callbacks: [CALLBACK],
    },
  );
  const clientGrants = ['machine-m', 'machine-key'].map((client_id) => ({
    client_id,
    audience: API,
    scope: ['read:berths'],
  }));
  op = await startDeployment({ tenantFile: { ...file, clientGrants }, realTime: true, tls });
  domain = new URL(op.issuer).host;
});

afterAll(() => op.stop());

const machine = (clientSecret = 'a-secret-of-the-nightly-job-long-enough') =>
  new AuthenticationClient({ domain, clientId: 'machine-m', clientSecret });

const crane = (keys = KEYS) =>
  new AuthenticationClient({ domain, clientId: 'machine-key', clientAssertionSigningKey: pem(keys) });

test.each([
  ['a secret', 'machine-m', () => machine()],
  ['an assertion', 'machine-key', () => crane()],
])('client credentials: by %s', async (_, clientId, client) => {
  const { data, status } = await client().oauth.clientCredentialsGrant({ audience: API });
  expect(status).toBe(200);
  expect(data).toMatchObject({ token_type: 'Bearer', expires_in: 600 });
  expect(claimsOf(data.access_token)).toMatchObject({
    iss: op.issuer,
    sub: `${clientId}@clients`,
    aud: API,
    scope: 'read:berths',
  });
});

test.each([
  ['a wrong secret', () => machine('a-secret-of-nobody-that-is-long-enough')],
  ['an assertion by another key', () => crane(OTHER_KEYS)],
])('client credentials: %s is an error with its code', async (_, client) => {
  const refused = client().oauth.clientCredentialsGrant({ audience: API });
  await expect(refused).rejects.toBeInstanceOf(AuthApiError);
  await expect(refused).rejects.toMatchObject({
    statusCode: 401,
    error: 'invalid_client',
    error_description: expect.stringMatching(/./),
  });
});

/** The code of somebody who is signed in, and what goes with it. */
async function codeOf(clientId: string, overrides: Record<string, string | null> = {}) {
  const browser = await browserWithSession(op);
  return codeFor(op, browser, { client_id: clientId, redirect_uri: CALLBACK, ...overrides });
}

const desk = (clientId = 'conf-c', more: object = {}) =>
  new AuthenticationClient({ domain, clientId, clientSecret: SECRET, ...more });

test('getUserInfo: with a token of a sign-in gives the profile', async () => {
  const { code, verifier, nonce } = await codeOf('conf-c');
  const { data } = await desk().oauth.authorizationCodeGrantWithPKCE(
    { code, code_verifier: verifier, redirect_uri: CALLBACK },
    { idTokenValidateOptions: { nonce } },
  );
  const profile = await new UserInfoClient({ domain }).getUserInfo(data.access_token);
  expect(profile.data).toMatchObject({
    sub: 'auth0|mira',
    name: 'Mira Lind',
    email: 'mira@harbour.example',
    email_verified: true,
  });
});

test('getUserInfo: with another token is an error with its code', async () => {
  const refused = new UserInfoClient({ domain }).getUserInfo('no token');
  await expect(refused).rejects.toMatchObject({
    name: 'UserInfoError',
    statusCode: 401,
    error: 'invalid_token',
  });
});

test('ID token validation: RS256 by the published keys, nonce and max_age looked at', async () => {
  const { code, verifier, nonce } = await codeOf('conf-c', { max_age: '600' });
  const { data } = await desk().oauth.authorizationCodeGrantWithPKCE(
    { code, code_verifier: verifier, redirect_uri: CALLBACK },
    { idTokenValidateOptions: { nonce, maxAge: 600 } },
  );
  expect(claimsOf(data.id_token ?? '')).toMatchObject({ iss: op.issuer, aud: 'conf-c', sub: 'auth0|mira' });
});

test('ID token validation: HS256 by the secret of a client that is registered so', async () => {
  const { code, verifier, nonce } = await codeOf('desk-hs256');
  const { data } = await desk('desk-hs256', {
    idTokenSigningAlg: 'HS256',
  }).oauth.authorizationCodeGrantWithPKCE(
    { code, code_verifier: verifier, redirect_uri: CALLBACK },
    { idTokenValidateOptions: { nonce } },
  );
  expect(claimsOf(data.id_token ?? '')).toMatchObject({ sub: 'auth0|mira' });
});

test('ID token validation: without a nonce in the request there is none in the token', async () => {
  const { code } = await codeOf('conf-c', { nonce: null, code_challenge: null, code_challenge_method: null });
  const { data } = await desk().oauth.authorizationCodeGrant({ code, redirect_uri: CALLBACK });
  expect(claimsOf(data.id_token ?? '')).not.toHaveProperty('nonce');
});

test('ID token validation: a nonce of another request is refused', async () => {
  const { code, verifier } = await codeOf('conf-c');
  const refused = desk().oauth.authorizationCodeGrantWithPKCE(
    { code, code_verifier: verifier, redirect_uri: CALLBACK },
    { idTokenValidateOptions: { nonce: 'another' } },
  );
  await expect(refused).rejects.toThrow(/Nonce \(nonce\) claim mismatch/);
});

/** What somebody who is signed in gives to a desk that asks for `offline_access`. */
async function offlineTokens() {
  const { code, verifier, nonce } = await codeOf('desk-offline', { scope: 'openid email offline_access' });
  const { data } = await desk('desk-offline').oauth.authorizationCodeGrantWithPKCE(
    { code, code_verifier: verifier, redirect_uri: CALLBACK },
    { idTokenValidateOptions: { nonce } },
  );
  return data;
}

test('refreshTokenGrant: gives the next refresh token, and an ID token without a nonce', async () => {
  const before = await offlineTokens();
  const { oauth } = desk('desk-offline');
  const { data } = await oauth.refreshTokenGrant({ refresh_token: before.refresh_token ?? '' });
  expect(data.refresh_token).toMatch(/./);
  expect(data.refresh_token).not.toBe(before.refresh_token);
  const { sub, sid, auth_time } = claimsOf(before.id_token ?? '');
  expect(claimsOf(data.id_token ?? '')).toMatchObject({ sub, sid, auth_time, aud: 'desk-offline' });
  expect(claimsOf(data.id_token ?? '')).not.toHaveProperty('nonce');
  const again = await oauth.refreshTokenGrant({ refresh_token: data.refresh_token ?? '' });
  expect(again.status).toBe(200);
});

test('revokeRefreshToken: the refresh token is dead, and a second time is no error', async () => {
  const { refresh_token: token = '' } = await offlineTokens();
  const { oauth } = desk('desk-offline');
  expect((await oauth.revokeRefreshToken({ token })).status).toBe(200);
  await expect(oauth.refreshTokenGrant({ refresh_token: token })).rejects.toMatchObject({
    name: 'AuthApiError',
    statusCode: 400,
    error: 'invalid_grant',
    error_description: 'Unknown or invalid refresh token.',
  });
  expect((await oauth.revokeRefreshToken({ token })).status).toBe(200);
});
