import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { exchangeFor, post, refresh, refreshTenant } from '../rig/refresh.js';
import { INITIAL_TOKEN, registered } from '../rig/registration.js';
import { answerOf, authorizationRequest, signIn } from '../rig/relying-party.js';
import { askInFrame, type Overrides, PAGE_OF_A, tokensFor } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  const file = refreshTenant({
    tenant: { sojourn: { client_registration: { mode: 'token', initial_access_tokens: [INITIAL_TOKEN] } } },
    'spa-b': {
      sojourn: { id_token_claims: 'requested', response_types: ['code', 'id_token', 'code id_token'] },
    },
  });
  op = await startDeployment({ tenantFile: file });
  browser = await browserWithSession(op);
});
afterAll(() => op.stop());

const B = { client_id: 'spa-b', redirect_uri: 'https://b.test/cb', scope: 'openid profile email' };

/** The ID token of a response type that has one in its answer. */
async function frontIdToken(overrides: Overrides): Promise<Record<string, unknown>> {
  const page = await browser.visit(authorizationRequest(op.issuer, { ...B, ...overrides }).url);
  return claimsOf(new URLSearchParams(new URL(page.url).hash.slice(1)).get('id_token') ?? '');
}

describe('sojourn.id_token_claims', () => {
  test('scopes, which is the default: the ID token holds what the scopes stand for', async () => {
    const idToken = claimsOf((await tokensFor(op, browser)).id_token);
    expect(idToken).toMatchObject({ name: 'Mira Lind', email: 'mira@harbour.example' });
  });

  test('requested: nothing of the scopes, with a code and after a refresh, and userinfo has it', async () => {
    const { tokens } = await exchangeFor(op, browser, 'spa-b');
    const again = await refresh(op, tokens.refresh_token, {}, 'spa-b');
    for (const { id_token } of [tokens, again.body]) {
      expect(Object.keys(claimsOf(id_token))).not.toContain('email');
      expect(Object.keys(claimsOf(id_token))).not.toContain('name');
    }
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const told = await (await fetch(`${op.issuer}userinfo`, { headers })).json();
    expect(told).toMatchObject({ name: 'Mira Lind', email: 'mira@harbour.example' });
  });

  test('requested: what the claims parameter asks for the ID token stands in it', async () => {
    const claims = JSON.stringify({ id_token: { email: null } });
    const idToken = await frontIdToken({ response_type: 'code id_token', claims });
    expect([idToken.email, idToken.name]).toEqual(['mira@harbour.example', undefined]);
  });

  test('requested: OIDC Core §5.4: an ID token that comes alone has them, since there is no userinfo', async () => {
    const idToken = await frontIdToken({ response_type: 'id_token' });
    expect(idToken).toMatchObject({ name: 'Mira Lind', email: 'mira@harbour.example' });
  });

  test('requested is the default of clients that registered themselves', async () => {
    const client = await registered(op, {
      redirect_uris: ['https://r.test/cb'],
      token_endpoint_auth_method: 'client_secret_post',
    });
    const fields = { client_id: client.client_id, client_secret: client.client_secret as string };
    const redirect_uri = 'https://r.test/cb';
    const request = authorizationRequest(op.issuer, { client_id: fields.client_id, redirect_uri });
    const consent = await browser.visit(request.url);
    const code = answerOf(await browser.press(consent, 'allow')).get('code') ?? '';
    const answer = await post(op, 'oauth/token', {
      ...fields,
      ...{ grant_type: 'authorization_code', redirect_uri, code, code_verifier: request.verifier },
    });
    expect(answer.status).toBe(200);
    expect(Object.keys(claimsOf(JSON.parse(answer.text).id_token))).not.toContain('email');
  });
});

describe('design.md 6: sojourn_reason is told to who asks, and to SDKs of Auth0', () => {
  const nobody = () => new HttpBrowser(op.issuer);
  const reasonOf = async (overrides: Overrides) => {
    const { response } = await askInFrame(op, nobody(), overrides);
    expect(response).toMatchObject({ error: 'login_required' });
    expect(response.error_description).toContain('There is no session in this browser.');
    return response.sojourn_reason;
  };

  test('at the authorization endpoint', async () => {
    expect(await reasonOf({ sojourn_reason: null })).toBeUndefined();
    expect(await reasonOf({ sojourn_reason: '0' })).toBeUndefined();
    expect(await reasonOf({ sojourn_reason: '1' })).toBe('no-session');
    expect(await reasonOf({ sojourn_reason: null, auth0Client: 'eyJuYW1lIjoieCJ9' })).toBe('no-session');
  });

  test.each([
    ['asked for', { sojourn_reason: '1' }, 'consent-denied'],
    ['by an SDK of Auth0', { sojourn_reason: null, auth0Client: 'eyJuYW1lIjoieCJ9' }, 'consent-denied'],
    ['not asked for', { sojourn_reason: null }, null],
  ])('after an interaction, %s', async (_name, overrides: Overrides, reason) => {
    const third = { client_id: 'third-d', redirect_uri: 'https://d.test/cb', ...overrides };
    const page = await signIn(nobody(), authorizationRequest(op.issuer, third));
    expect(page.url).toContain('/u/consent');
    const asking = await browser.visit(authorizationRequest(op.issuer, { ...third, prompt: 'consent' }).url);
    const answer = answerOf(await browser.press(asking, 'deny'));
    expect([answer.get('error'), answer.get('sojourn_reason')]).toEqual(['access_denied', reason]);
  });

  test('at the token endpoint', async () => {
    const { tokens } = await exchangeFor(op, browser, 'conf-c');
    const { refresh_token } = tokens;
    await refresh(op, refresh_token, {}, 'conf-c');
    op.clock.advance(120_000);
    await refresh(op, refresh_token, {}, 'conf-c');
    const ask = async (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      (await refresh(op, refresh_token, { sojourn_reason: '', ...fields }, 'conf-c', headers)).body;
    expect(await ask({})).toEqual({ error: 'invalid_grant', error_description: expect.any(String) });
    expect(await ask({ sojourn_reason: '1' })).toHaveProperty('sojourn_reason', 'replayed');
    expect(await ask({ auth0Client: 'x' })).toHaveProperty('sojourn_reason', 'replayed');
    expect(await ask({}, { 'auth0-client': 'x' })).toHaveProperty('sojourn_reason', 'replayed');
    const unknown = { ...PAGE_OF_A, 'auth0-client': 'x' };
    expect((await refresh(op, 'v1.made-up', {}, 'spa-a', unknown)).body).not.toHaveProperty('sojourn_reason');
  });
});

describe('OIDC Core §3.1.2.1: acr says what was done, where it is asked for', () => {
  const ACR = 'urn:sojourn:acr:password';
  const acrOf = async (overrides: Overrides) =>
    claimsOf((await tokensFor(op, browser, overrides)).id_token).acr;

  test('discovery lists what it may say', async () => {
    const metadata = await (await fetch(`${op.issuer}.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({
      acr_values_supported: [ACR],
      claims_supported: expect.arrayContaining(['acr']),
    });
  });

  test('by acr_values or claims, the same whatever was wished for; unasked not at all', async () => {
    const claims = (acr: unknown) => JSON.stringify({ id_token: { acr } });
    expect(await acrOf({})).toBeUndefined();
    expect(await acrOf({ acr_values: ACR })).toBe(ACR);
    expect(await acrOf({ acr_values: 'urn:phr 2' })).toBe(ACR);
    expect(await acrOf({ claims: claims(null) })).toBe(ACR);
    expect(await acrOf({ claims: claims({ essential: true, values: [ACR, 'urn:phr'] }) })).toBe(ACR);
    expect(await acrOf({ claims: claims({ essential: true }) })).toBe(ACR);
  });

  test('an essential one that cannot be is refused', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:phr' } } });
    const answer = answerOf(await browser.visit(authorizationRequest(op.issuer, { claims }).url));
    expect(answer.get('error')).toBe('unmet_authentication_requirements');
  });

  test('from the authorization endpoint and after a refresh it says the same', async () => {
    expect(await frontIdToken({ response_type: 'id_token', acr_values: ACR })).toHaveProperty('acr', ACR);
    const { tokens } = await exchangeFor(op, browser, 'conf-c', { acr_values: ACR });
    const { body } = await refresh(op, tokens.refresh_token, {}, 'conf-c');
    expect(claimsOf(body.id_token).acr).toBe(ACR);
  });
});
