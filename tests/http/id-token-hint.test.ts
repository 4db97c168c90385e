import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { forge, type Json } from '../rig/forged-jwt.js';
import { formOf, type HttpBrowser } from '../rig/http-browser.js';
import { INITIAL_TOKEN, registered, tokensOf } from '../rig/registration.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

/** ID tokens under a client's own secret: each of these can write as many as it likes. */
const SECRETS = {
  'hs-own': 'a-secret-of-the-classic-that-is-long-enough',
  'hs-own-too': 'a-secret-of-another-classic-that-is-long-too',
  'hs-third': 'a-secret-of-somebody-elses-that-is-long-enough',
  'conf-c': 'a-secret-of-the-desk-that-is-long-enough',
} as const;

let op: Deployment;
beforeAll(async () => {
  const file = tenantFile();
  const client_registration = { mode: 'token', initial_access_tokens: [INITIAL_TOKEN] };
  const hs256 = (client_id: keyof typeof SECRETS, more: object = {}) => ({
    client_id,
    name: client_id,
    app_type: 'regular_web',
    client_secret: SECRETS[client_id],
    jwt_configuration: { alg: 'HS256' },
    callbacks: ['https://h.test/cb'],
    grant_types: ['authorization_code'],
    ...more,
  });
  op = await startDeployment({
    tenantFile: {
      ...file,
      tenant: { ...file.tenant, sojourn: { client_registration } },
      clients: [
        ...file.clients,
        hs256('hs-own'),
        hs256('hs-own-too'),
        hs256('hs-third', { is_first_party: false }),
      ],
    },
  });
});
afterAll(() => op.stop());

const HEADER = { alg: 'HS256', typ: 'JWT' };
const claimsFor = (clientId: string, more: Json = {}): Json => {
  const iat = Math.floor(op.clock.now() / 1000);
  return { iss: op.issuer, sub: 'auth0|mira', aud: clientId, iat, exp: iat + 3_600, ...more };
};

/** The same bytes written otherwise: the last letter of 43 carries two bits that mean nothing. */
function otherSpelling(jwt: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = letters[letters.indexOf(jwt.at(-1) as string) ^ 1];
  return `${jwt.slice(0, -1)}${last}`;
}

interface Hint {
  readonly clientId: string;
  readonly hint: string;
}

async function strangersHint(): Promise<Hint> {
  const { client_id: clientId, client_secret } = await registered(op, {
    id_token_signed_response_alg: 'HS256',
  });
  return { clientId, hint: forge(HEADER, claimsFor(clientId), client_secret) };
}

const own = (hint: string): Hint => ({ clientId: 'hs-own', hint });
const genuine = () => forge(HEADER, claimsFor('hs-own'), SECRETS['hs-own']);
const bad: Record<string, () => Hint | Promise<Hint>> = {
  'under the secret of another client': () => own(forge(HEADER, claimsFor('hs-own'), SECRETS['hs-own-too'])),
  'of a client whose tokens are not made so': () => ({
    clientId: 'conf-c',
    hint: forge(HEADER, claimsFor('conf-c'), SECRETS['conf-c']),
  }),
  'of another issuer': () =>
    own(forge(HEADER, claimsFor('hs-own', { iss: 'https://other.test/' }), SECRETS['hs-own'])),
  'in a second spelling': () => own(otherSpelling(genuine())),
  'of the type of an access token': () =>
    own(forge({ ...HEADER, typ: 'at+jwt' }, claimsFor('hs-own'), SECRETS['hs-own'])),
  'of a third party of the tenant': () => ({
    clientId: 'hs-third',
    hint: forge(HEADER, claimsFor('hs-third'), SECRETS['hs-third']),
  }),
  'of a client that registered itself': strangersHint,
};

function logout(browser: HttpBrowser, id_token_hint: string) {
  return browser.visit(`${op.issuer}oidc/logout?${new URLSearchParams({ id_token_hint })}`);
}

async function askSilently(browser: HttpBrowser, { clientId, hint }: Hint) {
  const redirect_uri =
    clientId === 'conf-c' || !clientId.startsWith('hs-') ? 'https://c.test/cb' : 'https://h.test/cb';
  const silent = { client_id: clientId, redirect_uri, prompt: 'none', id_token_hint: hint };
  return answerOf(await browser.visit(authorizationRequest(op.issuer, silent).url));
}

async function signedIn() {
  const browser = await browserWithSession(op);
  const client = { client_id: 'conf-c', client_secret: SECRETS['conf-c'] };
  return { browser, tokens: await tokensOf(op, client, { browser }) };
}

describe('a hint under the secret of a client of the tenant', () => {
  test('is one: it signs its End-User out, and asks for no other', async () => {
    const { browser, tokens } = await signedIn();
    expect((await askSilently(browser, own(genuine()))).has('code')).toBe(true);
    const other = forge(HEADER, claimsFor('hs-own', { sub: 'auth0|otto' }), SECRETS['hs-own']);
    expect((await askSilently(browser, own(other))).get('error')).toBe('login_required');
    await logout(browser, genuine());
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });
});

describe.each(Object.entries(bad))('a hint %s', (_, make) => {
  test('signs nobody out unasked', async () => {
    const { browser, tokens } = await signedIn();
    const page = await logout(browser, (await make()).hint);
    expect(formOf(page).action).toBe('/u/logout');
    expect(await isAlive(op, tokens.access_token)).toBe(true);
  });

  test('tells nobody who is signed in', async () => {
    const { browser } = await signedIn();
    expect((await askSilently(browser, await make())).get('error')).toBe('invalid_request');
  });
});

describe('id_token_hint and claims that name two End-Users', () => {
  test('are refused, whichever of them is signed in', async () => {
    const { browser, tokens } = await signedIn();
    const ask = async (sub: string) => {
      const claims = JSON.stringify({ id_token: { sub: { value: sub } } });
      const request = {
        client_id: 'conf-c',
        redirect_uri: 'https://c.test/cb',
        prompt: 'none',
        id_token_hint: tokens.id_token,
        claims,
      };
      return answerOf(await browser.visit(authorizationRequest(op.issuer, request).url));
    };
    expect((await ask('auth0|otto')).get('error')).toBe('invalid_request');
    expect((await ask(String(claimsOf(tokens.id_token).sub))).has('code')).toBe(true);
  });
});

describe('before anybody agreed to it, a client that registered itself', () => {
  test('learns neither who is signed in nor since when: hint, sub and max_age are answered alike', async () => {
    const client = await registered(op, { redirect_uris: ['https://evil.test/cb'] });
    const { browser } = await signedIn();
    op.clock.advance(60_000);
    const ask = async (overrides: Record<string, string>) => {
      const request = {
        client_id: client.client_id,
        redirect_uri: 'https://evil.test/cb',
        prompt: 'none',
        state: 's',
        nonce: 'n',
        ...overrides,
      };
      const answer = answerOf(await browser.visit(authorizationRequest(op.issuer, request).url));
      return answer.toString();
    };
    const sub = (value: string) => ({ claims: JSON.stringify({ id_token: { sub: { value } } }) });
    const answers = new Set([
      await ask({}),
      await ask(sub('auth0|mira')),
      await ask(sub('auth0|otto')),
      await ask({ max_age: '1' }),
      await ask({ max_age: '86400' }),
    ]);
    expect([...answers]).toEqual([expect.stringContaining('error=consent_required')]);
  });

  test('afterwards it may ask, as anybody may to whom the End-User agreed', async () => {
    const client = await registered(op);
    const browser = await browserWithSession(op);
    const tokens = await tokensOf(op, client, { browser, scope: 'openid email' });
    const ask = async (overrides: Record<string, string>) => {
      const request = {
        client_id: client.client_id,
        redirect_uri: 'https://c.test/cb',
        scope: 'openid email',
        prompt: 'none',
        ...overrides,
      };
      return answerOf(await browser.visit(authorizationRequest(op.issuer, request).url));
    };
    expect((await ask({ id_token_hint: tokens.id_token })).has('code')).toBe(true);
    const otto = await tokensOf(op, client, { userId: 'auth0|otto' });
    expect((await ask({ id_token_hint: otto.id_token })).get('error')).toBe('login_required');
    op.clock.advance(60_000);
    expect((await ask({ max_age: '30' })).get('error')).toBe('login_required');
  });
});
