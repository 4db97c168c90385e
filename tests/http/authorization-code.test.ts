import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, messageOf, redeem, signIn } from '../rig/relying-party.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
});
afterAll(() => op.stop());

describe('sign in once, stay signed in', () => {
  test('the login form leads to a code, the code to tokens, and a silent request to another code', async () => {
    const browser = new HttpBrowser(op.issuer);
    const request = authorizationRequest(op.issuer);
    const callback = await signIn(browser, request);
    expect(callback.url).toMatch(/^https:\/\/a\.test\/cb\?code=/);
    const answer = answerOf(callback);
    expect(answer.get('state')).toBe(request.state);
    expect(answer.get('iss')).toBe(op.issuer);

    const response = await redeem(op.issuer, {
      code: answer.get('code') ?? '',
      code_verifier: request.verifier,
    });
    expect(response.status).toBe(200);
    const tokens = (await response.json()) as Record<string, string>;
    expect(Object.keys(tokens).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'scope',
      'token_type',
    ]);
    expect(response.headers.getSetCookie().join()).toMatch(/__Host-sojourn\.attached\..*Partitioned/);

    const userinfo = await fetch(`${op.issuer}userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({
      sub: 'auth0|mira',
      name: 'Mira Lind',
      email: 'mira@harbour.example',
    });

    const silent = authorizationRequest(op.issuer, { prompt: 'none', response_mode: 'web_message' });
    const { response: message, origin } = messageOf(await browser.visit(silent.url));
    expect(message).toMatchObject({ code: expect.any(String), state: silent.state, iss: op.issuer });
    expect(origin).toBe('https://a.test');
  });
});
