import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { codeFor, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

let op: Deployment;
let browser: HttpBrowser;

beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const asking = (claims: unknown) => ({ scope: 'openid', claims: JSON.stringify(claims) });

async function userinfo(token: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${op.issuer}userinfo`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as Record<string, unknown>;
}

describe('OIDC Core §5.5: the claims parameter', () => {
  test('gives single claims where they were asked for, and nothing else of their scope', async () => {
    const tokens = await tokensFor(
      op,
      browser,
      asking({ id_token: { email: { essential: true } }, userinfo: { given_name: null } }),
    );
    const idToken = claimsOf(tokens.id_token);
    expect(idToken.email).toBe('mira@harbour.example');
    expect(idToken).not.toHaveProperty('given_name');
    const told = await userinfo(tokens.access_token);
    expect(told.given_name).toBe('Mira');
    expect(told).not.toHaveProperty('email');
    expect(told).not.toHaveProperty('family_name');
  });

  test('“Claims that are not understood MUST be ignored”, and protocol claims cannot be asked into being', async () => {
    const { id_token } = await tokensFor(
      op,
      browser,
      asking({
        id_token: { 'https://nobody.test/x': null, iss: { value: 'https://evil.test/' }, __proto__: null },
      }),
    );
    expect(claimsOf(id_token)).toMatchObject({ iss: op.issuer });
    expect(claimsOf(id_token)).not.toHaveProperty('https://nobody.test/x');
  });

  test('sub with a value is answered for that End-User only', async () => {
    const mine = asking({ id_token: { sub: { value: 'auth0|mira' } } });
    expect((await codeFor(op, browser, mine)).code).toBeTruthy();
    const others = authorizationRequest(op.issuer, {
      ...asking({ id_token: { sub: { value: 'auth0|otto' } } }),
      prompt: 'none',
    });
    const refused = answerOf(await browser.visit(others.url));
    expect(refused.get('error')).toBe('login_required');
    expect(refused.get('sojourn_reason')).toBe('hint-is-another-end-user');
  });

  test('an essential acr that nobody can give is refused, a voluntary one is not', async () => {
    const acr = (essential: boolean) => asking({ id_token: { acr: { essential, values: ['urn:phr'] } } });
    const refused = await browser.visit(authorizationRequest(op.issuer, acr(true)).url);
    expect(answerOf(refused).get('error')).toBe('unmet_authentication_requirements');
    expect((await codeFor(op, browser, acr(false))).code).toBeTruthy();
  });

  test.each(['{', '[]', '"x"', '{"id_token":[]}', `{"id_token":{"a":"${'x'.repeat(5000)}"}}`])(
    'unreadable: %.20s is invalid_request',
    async (claims) => {
      const page = await browser.visit(authorizationRequest(op.issuer, { claims }).url);
      expect(answerOf(page).get('error')).toBe('invalid_request');
    },
  );

  test('consent speaks of single claims in the words of their scope, and holds for them', async () => {
    const stranger = new HttpBrowser(op.issuer);
    const request = authorizationRequest(op.issuer, {
      client_id: 'third-d',
      redirect_uri: 'https://d.test/cb',
      ...asking({ userinfo: { email: null } }),
    });
    const consent = await signIn(stranger, request);
    expect(consent.html).toContain('See your email address');
    const answer = await stranger.submit(consent, { decision: 'allow' });
    expect(answerOf(answer).get('code')).toBeTruthy();
    expect(answerOf(await stranger.visit(request.url)).get('code')).toBeTruthy();
  });
});
