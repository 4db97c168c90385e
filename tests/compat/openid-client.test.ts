import { generateKeyPairSync } from 'node:crypto';
import * as six from 'openid-client';
import * as five from 'openid-client-5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate, trustHere } from '../rig/certificate.js';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { API, tenantFile } from '../rig/tenant.js';

/**
 * The published openid-client 5.7.1 and 6.8, each with its own way of the same things. A browser without script goes
 * where they send it.
 */
const SECRET = 'a-secret-of-the-desk-that-is-long-enough';
const CALLBACK = 'https://desk.test/cb';
const AFTERWARDS = 'https://desk.test/bye';

const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });

const METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const;
type Method = (typeof METHODS)[number];

interface Tokens {
  readonly accessToken: string;
  readonly idToken: string;
  readonly sub: string;
}

/** What both majors can do, after discovery. */
interface RelyingParty {
  readonly issuer: string;
  readonly endSessionEndpoint: string | undefined;
  /** Goes through the browser, and takes the answer. */
  signIn(responseType: 'code' | 'code id_token'): Promise<Tokens>;
  userinfo(tokens: Tokens): Promise<object>;
  endSessionUrl(tokens: Tokens, state: string): string;
  revoke(accessToken: string): Promise<void>;
  introspect(accessToken: string): Promise<object>;
  clientCredentials(): Promise<object>;
}

/** From the address of an authorization request to that of its answer, fragment included. */
type Visit = (url: string) => Promise<string>;

type Connect = (issuer: string, method: Method, visit: Visit) => Promise<RelyingParty>;

const SCOPE = 'openid email';

const connect5: Connect = async (issuerUrl, method, visit) => {
  const { issuer, client } = await discover5(issuerUrl, method);
  return {
    issuer: issuer.metadata.issuer,
    endSessionEndpoint: issuer.metadata.end_session_endpoint,
    signIn: async (responseType) => {
      const tokens = await signIn5(client, responseType, visit);
      const { access_token = '', id_token = '' } = tokens;
      return { accessToken: access_token, idToken: id_token, sub: tokens.claims().sub };
    },
    userinfo: ({ accessToken }) => client.userinfo(accessToken),
    endSessionUrl: ({ idToken }, state) =>
      client.endSessionUrl({ id_token_hint: idToken, post_logout_redirect_uri: AFTERWARDS, state }),
    revoke: async (accessToken) => client.revoke(accessToken, 'access_token'),
    introspect: (accessToken) => client.introspect(accessToken),
    clientCredentials: () => client.grant({ grant_type: 'client_credentials', audience: API }),
  };
};

async function discover5(issuerUrl: string, method: Method) {
  // Its own limit of 3.5 s is short for a machine with much to do.
  five.custom.setHttpOptionsDefaults({ timeout: 20_000 });
  const issuer = await five.Issuer.discover(issuerUrl);
  const client = new issuer.Client(
    {
      client_id: method,
      ...(method !== 'private_key_jwt' && { client_secret: SECRET }),
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: method,
    },
    { keys: [{ ...KEYS.privateKey.export({ format: 'jwk' }), kty: 'RSA', alg: 'RS256' }] },
  );
  return { issuer, client };
}

/** @param alter what somebody else makes of the answer on its way. */
async function signIn5(
  client: five.BaseClient,
  responseType: string,
  visit: Visit,
  alter: (answer: five.CallbackParamsType) => five.CallbackParamsType = (answer) => answer,
) {
  const { generators } = five;
  const verifier = generators.codeVerifier();
  const checks = { state: generators.state(), nonce: generators.nonce(), response_type: responseType };
  const usesCode = responseType.includes('code');
  const url = client.authorizationUrl({
    scope: SCOPE,
    ...checks,
    ...(usesCode && {
      code_challenge: generators.codeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
  });
  const answer = client.callbackParams((await visit(url)).replace('#', '?'));
  return client.callback(CALLBACK, alter(answer), {
    ...checks,
    ...(usesCode && { code_verifier: verifier }),
  });
}

const connect6: Connect = async (issuerUrl, method, visit) => {
  const config = await discover6(issuerUrl, method);
  const { issuer, end_session_endpoint } = config.serverMetadata();
  return {
    issuer,
    endSessionEndpoint: end_session_endpoint,
    signIn: async (responseType) => {
      if (responseType === 'code id_token') six.useCodeIdTokenResponseType(config);
      const verifier = six.randomPKCECodeVerifier();
      const [state, nonce] = [six.randomState(), six.randomNonce()];
      const url = six.buildAuthorizationUrl(config, {
        redirect_uri: CALLBACK,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: await six.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const tokens = await six.authorizationCodeGrant(config, new URL(await visit(url.href)), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const { access_token, id_token = '' } = tokens;
      return { accessToken: access_token, idToken: id_token, sub: tokens.claims()?.sub ?? '' };
    },
    userinfo: ({ accessToken, sub }) => six.fetchUserInfo(config, accessToken, sub),
    endSessionUrl: ({ idToken }, state) =>
      six.buildEndSessionUrl(config, {
        id_token_hint: idToken,
        post_logout_redirect_uri: AFTERWARDS,
        state,
      }).href,
    revoke: (accessToken) => six.tokenRevocation(config, accessToken, { token_type_hint: 'access_token' }),
    introspect: (accessToken) => six.tokenIntrospection(config, accessToken),
    clientCredentials: () => six.clientCredentialsGrant(config, { audience: API }),
  };
};

async function discover6(issuerUrl: string, method: Method): Promise<six.Configuration> {
  const key = { key: await importKey(), kid: 'desk' };
  const authentication: Record<Method, six.ClientAuth> = {
    client_secret_basic: six.ClientSecretBasic(SECRET),
    client_secret_post: six.ClientSecretPost(SECRET),
    client_secret_jwt: six.ClientSecretJwt(SECRET),
    private_key_jwt: six.PrivateKeyJwt(key),
  };
  const execute = issuerUrl.startsWith('http:') ? [six.allowInsecureRequests] : [];
  return six.discovery(new URL(issuerUrl), method, undefined, authentication[method], { execute });
}

const importKey = () =>
  crypto.subtle.importKey(
    'pkcs8',
    KEYS.privateKey.export({ type: 'pkcs8', format: 'der' }),
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    false,
    ['sign'],
  );

const MAJORS: readonly [string, Connect][] = [
  ['openid-client 5.7', connect5],
  ['openid-client 6.8', connect6],
];

describe.each(['https', 'http'] as const)('over %s', (scheme) => {
  let op: Deployment;

  beforeAll(async () => {
    const tls = scheme === 'https' ? await makeCertificate() : undefined;
    if (tls) trustHere(tls);
    const file = tenantFile();
    const publicKey = { ...KEYS.publicKey.export({ format: 'jwk' }), kid: 'desk' };
    for (const method of METHODS) {
      file.clients.push({
        client_id: method,
        name: method,
        app_type: 'regular_web',
        token_endpoint_auth_method: method,
        ...(method !== 'private_key_jwt' && { client_secret: SECRET }),
        callbacks: [CALLBACK],
        allowed_logout_urls: [AFTERWARDS],
        grant_types: ['authorization_code', 'implicit', 'client_credentials'],
        sojourn: {
          response_types: [
            'code',
            'id_token',
            'id_token token',
            'code id_token',
            'code token',
            'code id_token token',
          ],
          ...(method === 'private_key_jwt' && { jwks: { keys: [publicKey] } }),
        },
      });
    }
    const clientGrants = METHODS.map((client_id) => ({ client_id, audience: API, scope: ['read:berths'] }));
    op = await startDeployment({
      tenantFile: { ...file, clientGrants },
      realTime: true,
      ...(tls && { tls }),
    });
  });

  afterAll(() => op.stop());

  async function newVisitor() {
    const browser = await browserWithSession(op);
    const visit: Visit = async (url) => (await browser.visit(url)).url;
    return { browser, visit };
  }

  const visitOnce: Visit = async (url) => (await newVisitor()).visit(url);

  describe.each(MAJORS)('%s', (_, connect) => {
    test('discovery, code + PKCE, userinfo: the document is of this issuer, and the profile of that subject', async () => {
      const party = await connect(op.issuer, 'client_secret_basic', visitOnce);
      expect(party.issuer).toBe(op.issuer);
      expect(party.endSessionEndpoint).toBe(`${op.issuer}oidc/logout`);
      const tokens = await party.signIn('code');
      expect(tokens.sub).toBe('auth0|mira');
      expect(await party.userinfo(tokens)).toMatchObject({
        sub: 'auth0|mira',
        email: 'mira@harbour.example',
      });
    });

    // Nothing below depends on the scheme.
    if (scheme === 'http') return;

    test.each(METHODS)('code + PKCE and client_credentials: %s', async (method) => {
      const party = await connect(op.issuer, method, visitOnce);
      expect(await party.signIn('code')).toMatchObject({ sub: 'auth0|mira' });
      expect(await party.clientCredentials()).toMatchObject({ scope: 'read:berths' });
    });

    test('hybrid code id_token: the ID token in the fragment names the code', async () => {
      let answer = '';
      const party = await connect(op.issuer, 'client_secret_basic', async (url) => {
        answer = await visitOnce(url);
        return answer;
      });
      expect(await party.signIn('code id_token')).toMatchObject({ sub: 'auth0|mira' });
      const inFragment = new URLSearchParams(new URL(answer).hash.slice(1)).get('id_token') ?? '';
      expect(claimsOf(inFragment)).toHaveProperty('c_hash');
    });

    test('end session URL: ends the session and comes back with the state', async () => {
      const { browser, visit } = await newVisitor();
      const party = await connect(op.issuer, 'client_secret_basic', visit);
      const tokens = await party.signIn('code');
      const left = await browser.visit(party.endSessionUrl(tokens, 'left'));
      expect(left.url).toBe(`${AFTERWARDS}?state=left`);
      await expect(party.userinfo(tokens)).rejects.toThrow();
    });

    test('revocation and introspection: an access token is active until its client revokes it', async () => {
      const party = await connect(op.issuer, 'client_secret_basic', visitOnce);
      const { accessToken } = await party.signIn('code');
      expect(await party.introspect(accessToken)).toMatchObject({
        active: true,
        sub: 'auth0|mira',
        client_id: 'client_secret_basic',
        scope: SCOPE,
      });
      await party.revoke(accessToken);
      expect(await party.introspect(accessToken)).toEqual({ active: false });
      // A token that is not, or no more, is no error.
      await party.revoke(accessToken);
      await party.revoke('no token');
    });

    test('revocation: the answer is 200 with an empty body', async () => {
      const party = await connect(op.issuer, 'client_secret_post', visitOnce);
      const { accessToken } = await party.signIn('code');
      for (const token of [accessToken, 'no token']) {
        const body = new URLSearchParams({ client_id: 'client_secret_post', client_secret: SECRET, token });
        const response = await fetch(`${op.issuer}oauth/revoke`, { method: 'POST', body });
        expect(response.status).toBe(200);
        expect(await response.text()).toBe('');
        // simple-oauth2 asks for a type, and oidc-client-ts refuses one that is not JSON.
        expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      }
    });
  });

  if (scheme === 'http') return;

  describe('openid-client 5.7', () => {
    test('implicit id_token token: takes the access token that at_hash names', async () => {
      const { client } = await discover5(op.issuer, 'client_secret_basic');
      const tokens = await signIn5(client, 'id_token token', visitOnce);
      expect(tokens.claims()).toMatchObject({ sub: 'auth0|mira', at_hash: expect.stringMatching(/./) });
      expect(await client.userinfo(tokens)).toMatchObject({ sub: 'auth0|mira' });
    });

    test('implicit id_token token: refuses another access token', async () => {
      const { client } = await discover5(op.issuer, 'client_secret_basic');
      const swapped = signIn5(client, 'id_token token', visitOnce, (answer) => ({
        ...answer,
        access_token: 'another',
      }));
      await expect(swapped).rejects.toThrow(/at_hash mismatch/);
    });

    test.each(['code token', 'code id_token token'])('hybrid %s: every token fits', async (responseType) => {
      const { client } = await discover5(op.issuer, 'client_secret_basic');
      const tokens = await signIn5(client, responseType, visitOnce);
      expect(tokens.claims()).toMatchObject({ sub: 'auth0|mira', aud: 'client_secret_basic' });
    });

    test('hybrid code id_token: refuses another code', async () => {
      const { client } = await discover5(op.issuer, 'client_secret_basic');
      const swapped = signIn5(client, 'code id_token', visitOnce, (answer) => ({
        ...answer,
        code: 'another',
      }));
      await expect(swapped).rejects.toThrow(/c_hash mismatch/);
    });
  });

  describe('openid-client 6.8', () => {
    test('implicit id_token: verified by the published keys', async () => {
      const config = await discover6(op.issuer, 'client_secret_basic');
      six.useIdTokenResponseType(config);
      const [state, nonce] = [six.randomState(), six.randomNonce()];
      const url = six.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: SCOPE, state, nonce });
      const answer = new URL(await visitOnce(url.href));
      const claims = await six.implicitAuthentication(config, answer, nonce, { expectedState: state });
      expect(claims).toMatchObject({ sub: 'auth0|mira', email: 'mira@harbour.example' });
    });
  });
});
