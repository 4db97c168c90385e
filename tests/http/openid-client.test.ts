import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { signIn } from '../rig/relying-party.js';
import { API, tenantFile } from '../rig/tenant.js';

const SECRET = 'a-secret-of-the-desk-that-is-long-enough';

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile(), realTime: true });
});
afterAll(() => op.stop());

const discover = (id: string, authentication: client.ClientAuth) =>
  client.discovery(new URL(op.issuer), id, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  });

describe('openid-client', () => {
  test.each([
    ['public', 'spa-a', 'https://a.test/cb', client.None()],
    ['client_secret_basic', 'conf-c', 'https://c.test/cb', client.ClientSecretBasic(SECRET)],
    ['client_secret_post', 'conf-c', 'https://c.test/cb', client.ClientSecretPost(SECRET)],
  ])(
    'discovery, sign-in by password, code grant, userinfo: %s',
    async (_name, id, redirect_uri, authentication) => {
      const config = await discover(id, authentication);
      expect(config.serverMetadata().issuer).toBe(op.issuer);
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri,
        scope: 'openid email',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        max_age: '600',
      });
      const browser = new HttpBrowser(op.issuer);
      const callback = await signIn(browser, { url: url.href, state, nonce, verifier });
      const tokens = await client.authorizationCodeGrant(config, new URL(callback.url), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        maxAge: 600,
        idTokenExpected: true,
      });
      expect(tokens.claims()).toMatchObject({ iss: op.issuer, aud: id, sub: 'auth0|mira' });
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, 'auth0|mira');
      expect(userinfo).toMatchObject({ sub: 'auth0|mira', email: 'mira@harbour.example' });
    },
  );

  test('client_credentials', async () => {
    const authentication = client.ClientSecretBasic('a-secret-of-the-nightly-job-long-enough');
    const config = await discover('machine-m', authentication);
    const tokens = await client.clientCredentialsGrant(config, { audience: API });
    expect(tokens).toMatchObject({ expires_in: 600, scope: 'read:berths' });
  });

  test('the sign-out address it builds ends the session and comes back with state', async () => {
    const config = await discover('spa-a', client.None());
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: 'https://a.test/cb',
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    const browser = new HttpBrowser(op.issuer);
    const callback = await signIn(browser, { url: url.href, state, nonce, verifier });
    const tokens = await client.authorizationCodeGrant(config, new URL(callback.url), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
    const end = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token as string,
      post_logout_redirect_uri: 'https://a.test/bye',
      state: 'left',
    });
    const left = await browser.visit(end.href);
    expect(left.url).toBe('https://a.test/bye?state=left');
    const userinfo = client.fetchUserInfo(config, tokens.access_token, 'auth0|mira');
    await expect(userinfo).rejects.toThrow();
  });
});
