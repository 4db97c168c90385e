import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { formOf, type HttpBrowser } from '../rig/http-browser.js';
import { browserWithSession } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

/** An independent client, strict by design: plain http is the only thing it is told to overlook. */
const INSECURE = { [oauth.allowInsecureRequests]: true };
const ODD = { id: 'odd:c+%/&=', secret: 'p:ss w+rd/%&=é~ long enough to be one' };

let op: Deployment;
let browser: HttpBrowser;
let server: oauth.AuthorizationServer;
beforeAll(async () => {
  const file = tenantFile();
  // RFC 9068 §2.1, which this library asks for.
  for (const api of file.resourceServers) api.token_dialect = 'rfc9068_profile';
  const desk = file.clients.find(({ client_id }) => client_id === 'conf-c');
  const odd = { ...desk, client_id: ODD.id, name: 'Odd', client_secret: ODD.secret };
  const es = { ...desk, client_id: 'conf-es', name: 'Es', jwt_configuration: { alg: 'ES256' } };
  // The client judges tokens by its own clock.
  op = await startDeployment({
    tenantFile: { ...file, clients: [...file.clients, odd, es] },
    realTime: true,
  });
  browser = await browserWithSession(op);
  const issuer = new URL(op.issuer);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
});
afterAll(() => op.stop());

interface Flow {
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
  readonly redirectUri: string;
  readonly responseMode?: 'query' | 'fragment' | 'form_post';
  readonly parameters?: Record<string, string>;
}

/** The code flow as its documentation shows it: PKCE, state, nonce, iss, ID token and its signature, userinfo. */
async function runFlow({
  client,
  authentication,
  redirectUri,
  responseMode = 'query',
  parameters = {},
}: Flow) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(server.authorization_endpoint as string);
  const all = {
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    response_mode: responseMode,
    scope: 'openid profile email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  const page = await browser.send('GET', url.href, null, {});
  const answer =
    responseMode === 'form_post'
      ? new URLSearchParams(formOf(page).fields)
      : responseMode === 'fragment'
        ? new URLSearchParams(new URL(page.headers.get('location') as string).hash.slice(1))
        : new URL(page.headers.get('location') as string);
  const validated = oauth.validateAuthResponse(server, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    validated,
    redirectUri,
    verifier,
    INSECURE,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, INSECURE);
  const claims = oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken;
  const userinfo = await oauth.processUserInfoResponse(
    server,
    client,
    claims.sub,
    await oauth.userInfoRequest(server, client, tokens.access_token, INSECURE),
  );
  return { tokens, claims, userinfo };
}

const SPA = { client_id: 'spa-a', id_token_signed_response_alg: 'RS256' };
const DESK_SECRET = 'a-secret-of-the-desk-that-is-long-enough';

describe('a whole code flow with oauth4webapi', () => {
  test.each(['query', 'fragment', 'form_post'] as const)(
    'public client with PKCE, %s',
    async (responseMode) => {
      const { claims, userinfo } = await runFlow({
        client: SPA,
        authentication: oauth.None(),
        redirectUri: 'https://a.test/cb',
        responseMode,
      });
      expect(claims).toMatchObject({ iss: op.issuer, aud: 'spa-a', sub: 'auth0|mira', name: 'Mira Lind' });
      expect(userinfo).toMatchObject({ sub: 'auth0|mira', email: 'mira@harbour.example' });
    },
  );

  test.each([
    ['client_secret_basic', 'conf-c', 'RS256', oauth.ClientSecretBasic(DESK_SECRET)],
    ['client_secret_post', 'conf-c', 'RS256', oauth.ClientSecretPost(DESK_SECRET)],
    ['client_secret_basic with reserved characters', ODD.id, 'RS256', oauth.ClientSecretBasic(ODD.secret)],
    ['client_secret_post with reserved characters', ODD.id, 'RS256', oauth.ClientSecretPost(ODD.secret)],
    ['an ES256 ID token', 'conf-es', 'ES256', oauth.ClientSecretBasic(DESK_SECRET)],
  ])('%s', async (_name, client_id, alg, authentication) => {
    const { claims } = await runFlow({
      client: { client_id, id_token_signed_response_alg: alg },
      authentication,
      redirectUri: 'https://c.test/cb',
    });
    expect(claims.aud).toBe(client_id);
  });

  test('max_age: the ID token’s auth_time is there and recent', async () => {
    const { claims } = await runFlow({
      client: { ...SPA, default_max_age: 3_600, require_auth_time: true },
      authentication: oauth.None(),
      redirectUri: 'https://a.test/cb',
      parameters: { max_age: '3600' },
    });
    expect(claims.auth_time).toEqual(expect.any(Number));
  });

  test('RFC 9068: its resource-server half takes the access token, for its audience only', async () => {
    const { tokens } = await runFlow({
      client: SPA,
      authentication: oauth.None(),
      redirectUri: 'https://a.test/cb',
      parameters: { audience: API, scope: 'openid read:berths' },
    });
    const request = () => new Request(API, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request(), API, INSECURE);
    expect(claims).toMatchObject({ client_id: 'spa-a', scope: 'openid read:berths' });
    const elsewhere = oauth.validateJwtAccessToken(server, request(), 'https://other.test/', INSECURE);
    await expect(elsewhere).rejects.toThrow();
    const keys = createRemoteJWKSet(new URL(server.jwks_uri as string));
    const { protectedHeader } = await jwtVerify(tokens.access_token, keys, { audience: API, typ: 'at+jwt' });
    expect(protectedHeader.alg).toBe('ES256');
  });

  test('RFC 9207: it refuses the answer when iss is not the issuer it asked', async () => {
    const url = new URL(`https://a.test/cb?code=x&state=s&iss=https%3A%2F%2Fevil.test%2F`);
    expect(() => oauth.validateAuthResponse(server, SPA, url, 's')).toThrow('iss');
  });

  test('a refusal of prompt=none reaches it as the error of the specification', async () => {
    const failing = runFlow({
      client: { client_id: 'third-d' },
      authentication: oauth.None(),
      redirectUri: 'https://d.test/cb',
      parameters: { prompt: 'none' },
    });
    await expect(failing).rejects.toMatchObject({ error: 'consent_required' });
  });

  test('RFC 6749 §5.2: errors of the token endpoint are read as such', async () => {
    const client = { client_id: 'conf-c' };
    const parameters = new URLSearchParams({ code: 'never', state: 's', iss: op.issuer });
    const validated = oauth.validateAuthResponse(server, client, parameters, 's');
    const redeem = async (secret: string) =>
      oauth.processAuthorizationCodeResponse(
        server,
        client,
        await oauth.authorizationCodeGrantRequest(
          server,
          client,
          oauth.ClientSecretPost(secret),
          validated,
          'https://c.test/cb',
          'a'.repeat(43),
          INSECURE,
        ),
      );
    await expect(redeem(DESK_SECRET)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    await expect(redeem('wrong')).rejects.toMatchObject({ error: 'invalid_client', status: 401 });
  });
});

test.each([
  ['client_secret_basic', oauth.ClientSecretBasic('a-secret-of-the-nightly-job-long-enough')],
  ['client_secret_post', oauth.ClientSecretPost('a-secret-of-the-nightly-job-long-enough')],
])('client_credentials with oauth4webapi, %s', async (_name, authentication) => {
  const client = { client_id: 'machine-m' };
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    authentication,
    { audience: API, scope: 'read:berths' },
    INSECURE,
  );
  const tokens = await oauth.processClientCredentialsResponse(server, client, response);
  expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'read:berths' });
  const request = new Request(API, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, API, INSECURE);
  expect(claims.sub).toBe('machine-m@clients');
});
