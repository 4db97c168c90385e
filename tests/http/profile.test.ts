import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { httpRequest } from '../rig/http-request.js';
import { redeem } from '../rig/relying-party.js';
import { codeFor, jsonOf, type Overrides } from '../rig/requests.js';
import { browserWithSession, claimsOf } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const AUTH0_CLIENT = { 'auth0-client': Buffer.from('{"name":"go-auth0"}').toString('base64') };
const UPDATED_AT = Date.UTC(2026, 10, 20, 12);

let op: Deployment;
let mira: HttpBrowser;
let bare: HttpBrowser;
beforeAll(async () => {
  const file = tenantFile();
  file.users.push(
    { user_id: 'auth0|bare', email: 'nils.bo@harbour.example', password: PASSWORD },
    { user_id: 'auth0|own', username: 'own', password: PASSWORD, picture: 'https://pics.test/own.png' },
  );
  const spa = file.clients.find(({ client_id }) => client_id === 'spa-a');
  if (spa !== undefined) spa.grant_types = ['authorization_code', 'refresh_token', 'implicit'];
  for (const api of file.resourceServers) api.allow_offline_access = true;
  op = await startDeployment({ tenantFile: file });
  mira = await browserWithSession(op);
  bare = await browserWithSession(op, 'auth0|bare');
});
afterAll(() => op.stop());

async function tokensOf(
  browser: HttpBrowser,
  headers: Record<string, string> = {},
  overrides: Overrides = {},
) {
  const { code, verifier } = await codeFor(op, browser, overrides);
  const { body } = await jsonOf(await redeem(op.issuer, { code, code_verifier: verifier }, headers));
  return body as Record<'access_token' | 'id_token' | 'refresh_token', string>;
}

const userinfo = async (token: string, headers: Record<string, string> = {}) =>
  (
    await jsonOf(
      await fetch(`${op.issuer}userinfo`, { headers: { authorization: `Bearer ${token}`, ...headers } }),
    )
  ).body;

describe('profiles carry name, nickname and picture', () => {
  test('of an account that nobody named: email, its local part, and initials at the issuer', async () => {
    const { id_token, access_token } = await tokensOf(bare);
    const generated = {
      name: 'nils.bo@harbour.example',
      nickname: 'nils.bo',
      picture: expect.stringMatching(new RegExp(`^${op.issuer}avatars/nb-[0-9]+\\.svg$`)),
    };
    expect(claimsOf(id_token)).toMatchObject(generated);
    expect(await userinfo(access_token)).toMatchObject(generated);
  });

  test('with the scope profile only', async () => {
    const { id_token } = await tokensOf(bare, {}, { scope: 'openid email' });
    for (const name of ['name', 'nickname', 'picture']) expect(claimsOf(id_token)).not.toHaveProperty(name);
  });

  test('its own where the tenant file gives them', async () => {
    expect(claimsOf((await tokensOf(mira)).id_token)).toMatchObject({ name: 'Mira Lind', nickname: 'mira' });
    const own = await tokensOf(await browserWithSession(op, 'auth0|own'));
    expect(claimsOf(own.id_token)).toMatchObject({ name: 'own', picture: 'https://pics.test/own.png' });
  });

  test('the picture is an image that any page may show, that may do nothing, and that tells of nobody', async () => {
    const { picture } = claimsOf((await tokensOf(mira)).id_token) as { picture: string };
    const { status, headers, text } = await httpRequest('GET', picture, { cookie: 'x=y' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(headers.get('cache-control')).toMatch(/^public, max-age=\d+, immutable$/);
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.getSetCookie()).toEqual([]);
    expect(text).toContain('>ML</text>');
    expect(`${picture}${text}`).not.toMatch(/mira|lind|auth0/i);
  });

  test.each(['avatars/', 'avatars/abc-1.svg', 'avatars/%3Cscript%3E-1.svg', 'avatars/a%00-1.svg'])(
    '%s is no picture',
    async (path) => {
      expect((await httpRequest('GET', op.issuer + path)).status).toBe(404);
    },
  );
});

describe('design.md 13: updated_at is a number, and text for callers that send Auth0-Client', () => {
  const number = UPDATED_AT / 1_000;
  const text = new Date(UPDATED_AT).toISOString();

  test('at userinfo', async () => {
    const { access_token } = await tokensOf(mira);
    expect((await userinfo(access_token)).updated_at).toBe(number);
    expect((await userinfo(access_token, AUTH0_CLIENT)).updated_at).toBe(text);
  });

  test('in ID tokens, by who asks for each: at the exchange and at refresh', async () => {
    const scope = 'openid profile offline_access';
    const asked = { scope, audience: 'https://api.a.test/' };
    const first = await tokensOf(mira, AUTH0_CLIENT, asked);
    expect(claimsOf(first.id_token).updated_at).toBe(text);
    expect(claimsOf((await tokensOf(mira)).id_token).updated_at).toBe(number);
    const body = { grant_type: 'refresh_token', client_id: 'spa-a', refresh_token: first.refresh_token };
    const refreshed = await jsonOf(
      await fetch(`${op.issuer}oauth/token`, { method: 'POST', body: new URLSearchParams(body) }),
    );
    expect(claimsOf(String(refreshed.body.id_token)).updated_at).toBe(number);
  });
});

describe('OIDC Core §3.1.3.6: at_hash', () => {
  const halfOf = (token: string) => hash('sha256', token, 'buffer').subarray(0, 16).toString('base64url');

  test('of the access token that came with the ID token of a code', async () => {
    const { id_token, access_token } = await tokensOf(mira);
    expect(claimsOf(id_token).at_hash).toBe(halfOf(access_token));
  });
});
