import { UnsecuredJWT } from 'jose';
import { expect } from 'vitest';
import type { HttpBrowser } from '../rig/http-browser.js';
import { register } from '../rig/registration.js';
import { expectRefusedPage, jsonOf, type Overrides } from '../rig/requests.js';
import { browserWithSession, isAlive } from '../rig/session.js';
import { CALLBACK, CLAIMS, POSTING_CERTIFIER, USER_ID, USERNAME } from './deployment.js';
import {
  type Authorization,
  authorize,
  authorizeByObject,
  complete,
  exchange,
  expectError,
  fetchKeys,
  freshBrowser,
  namesOf,
  type Outcome,
  type Party,
  type Run,
  requestOf,
  type TokenPlace,
  userinfo,
  walk,
} from './flow.js';
import { refreshesOwnTokens } from './refresh-token.js';

export type Module = (run: Run) => Promise<void>;

/**
 * What the suite's modules ask of any response type and response mode, by the suite's names. What a module needs
 * registered for itself stands with its profile.
 */
export const MODULES = {
  'oidcc-server': async (run) => {
    const authorization = await authorize(run, freshBrowser(run));
    expect(namesOf(run, authorization)[0]).toBe('login');
    await complete(run, authorization);
  },

  'oidcc-server-client-secret-post': async (run) => {
    await signedIn({ ...run, party: postingParty(run) });
  },

  'oidcc-refresh-token': (run) => refreshesOwnTokens(run, postingParty(run)),

  'oidcc-response-type-missing': async (run) => {
    const authorization = await authorize(run, await session(run), { response_type: null });
    expectError(run, authorization, 'invalid_request', 'unsupported_response_type');
  },

  'oidcc-idtoken-signature': async (run) => {
    const { header } = await signedIn(run);
    expect(header.alg).toBe('RS256');
    const { keys } = await fetchKeys(run.op);
    expect(keys.find(({ kid }) => kid === header.kid)).toMatchObject({
      kty: 'RSA',
      use: 'sig',
      alg: 'RS256',
    });
  },

  /** No server must sign with `none`; one that does not says so, and refuses to be told to. */
  'oidcc-idtoken-unsigned': async ({ op }) => {
    const { body } = await jsonOf(await fetch(`${op.issuer}.well-known/openid-configuration`));
    expect(body.id_token_signing_alg_values_supported).not.toContain('none');
    const metadata = { redirect_uris: [CALLBACK], id_token_signed_response_alg: 'none' };
    expect(await register(op, metadata)).toMatchObject({
      status: 400,
      body: { error: 'invalid_client_metadata' },
    });
  },

  'oidcc-userinfo-get': (run) => asksUserinfo(run, 'get'),
  'oidcc-userinfo-post-header': (run) => asksUserinfo(run, 'post-header'),
  'oidcc-userinfo-post-body': (run) => asksUserinfo(run, 'post-body'),

  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': async (run) => {
    const { idToken } = await signedIn(run, { nonce: null });
    expect(idToken).not.toHaveProperty('nonce');
  },

  'oidcc-ensure-request-without-nonce-fails': async (run) => {
    const authorization = await authorize(run, await session(run), { nonce: null });
    expectError(run, authorization, 'invalid_request');
  },

  'oidcc-scope-profile': (run) => returnsClaims(run, 'openid profile', 'profile'),
  'oidcc-scope-email': (run) => returnsClaims(run, 'openid email', 'email'),
  'oidcc-scope-address': (run) => returnsClaims(run, 'openid address', 'address'),
  'oidcc-scope-phone': (run) => returnsClaims(run, 'openid phone', 'phone'),
  'oidcc-scope-all': (run) =>
    returnsClaims(run, 'openid profile email address phone', 'profile', 'email', 'address', 'phone'),

  /** Scopes and parameters the other way round. */
  'oidcc-alternate-happy-flow': async (run) => {
    const browser = await session(run);
    const { url, verifier } = requestOf(run, { scope: 'email openid' });
    const reversed = new URL(url);
    reversed.search = new URLSearchParams([...reversed.searchParams].reverse()).toString();
    const page = await browser.visit(reversed.href);
    const outcome = await complete(run, await walk(run, browser, { url: reversed.href, verifier }, page));
    expectClaims(outcome, 'email');
  },

  'oidcc-display-page': async (run) => {
    await signsInFresh(run, { display: 'page' });
  },
  'oidcc-display-popup': async (run) => {
    await signsInFresh(run, { display: 'popup' });
  },

  'oidcc-prompt-login': async (run) => {
    const { first, second, shown } = await twice(run, 2_000, { prompt: 'login' });
    expect(shown).toContain('login');
    expect(second.idToken.auth_time).toBeGreaterThan(first.idToken.auth_time);
  },

  'oidcc-prompt-none-not-logged-in': async (run) => {
    const authorization = await authorize(run, freshBrowser(run), { prompt: 'none' });
    expect(authorization.shown).toEqual([]);
    expectError(run, authorization, 'login_required');
  },

  'oidcc-prompt-none-logged-in': async (run) => {
    const { first, second, shown } = await twice(run, 2_000, { prompt: 'none' });
    expect(shown).toEqual([]);
    expect(second.idToken.auth_time).toBe(first.idToken.auth_time);
  },

  'oidcc-max-age-1': async (run) => {
    const { first, second, shown } = await twice(run, 2_000, { max_age: '1' });
    expect(shown).toContain('login');
    expect(second.idToken.auth_time).toBeGreaterThan(first.idToken.auth_time);
    expect(second.idToken.auth_time).toBe(Math.floor(run.op.clock.now() / 1000));
  },

  'oidcc-max-age-10000': async (run) => {
    const { first, second, shown } = await twice(run, 2_000, { max_age: '10000' });
    expect(shown).toEqual([]);
    expect(second.idToken.auth_time).toBe(first.idToken.auth_time);
  },

  'oidcc-ensure-request-with-unknown-parameter-succeeds': async (run) => {
    await signedIn(run, { extra: 'foobar' });
  },

  'oidcc-id-token-hint': async (run) => {
    const { second, shown } = await twice(run, 2_000, (first) => ({
      prompt: 'none',
      id_token_hint: first.rawIdToken,
    }));
    expect(shown).toEqual([]);
    expect(second.idToken.sub).toBe(USER_ID);
  },

  'oidcc-login-hint': async (run) => {
    const { shown } = await signsInFresh(run, { login_hint: USERNAME });
    expect(shown[0]?.html).toContain(`value="${USERNAME}"`);
  },

  'oidcc-ui-locales': async (run) => {
    const { shown } = await signsInFresh(run, { ui_locales: 'se de' });
    expect(shown[0]?.html).toMatch(/<html lang="de"/);
  },

  'oidcc-claims-locales': async (run) => {
    await signedIn(run, { claims_locales: 'se' });
  },

  /** The suite asks for what discovery lists; that no other ID token says an acr is checked of every one. */
  'oidcc-ensure-request-with-acr-values-succeeds': async (run) => {
    const { body } = await jsonOf(await fetch(`${run.op.issuer}.well-known/openid-configuration`));
    const supported = body.acr_values_supported as string[];
    const { idToken } = await signedIn(run, { acr_values: supported.join(' ') });
    expect(supported).toContain(idToken.acr);
  },

  'oidcc-codereuse': (run) => reusesCode(run, 0),
  'oidcc-codereuse-30seconds': (run) => reusesCode(run, 30_000),

  'oidcc-ensure-registered-redirect-uri': async (run) => {
    const { url } = requestOf(run, { redirect_uri: `${CALLBACK}/unregistered` });
    expectRefusedPage(await freshBrowser(run).visit(url));
  },

  /** Posted by a page of the relying party, so without the session's cookie, which is Lax. */
  'oidcc-ensure-post-request-succeeds': async (run) => {
    const browser = await session(run);
    const request = requestOf(run);
    const { search, origin, pathname } = new URL(request.url);
    const posted = await browser.send('POST', `${origin}${pathname}`, new URLSearchParams(search), {
      ...{ cookie: '', origin: 'https://c.test', referer: 'https://c.test/' },
      ...{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    });
    expect(posted.status).toBe(303);
    const page = await browser.visit(new URL(posted.headers.get('location') ?? '', posted.url).href);
    await complete(run, await walk(run, browser, request, page));
  },

  /**
   * Left out by the suite for static clients, which have registered no address, and then to be refused so. Of clients
   * that register themselves: dynamic.test.ts.
   */
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': async (run) => {
    const overrides = { state: null, nonce: null, request_uri: 'https://c.test/request.jwt#digest' };
    const authorization = await authorize(run, await session(run), overrides);
    expectError(run, authorization, 'request_uri_not_supported');
  },

  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': async (run) => {
    await complete(run, await authorizeByObject(run, await session(run), unsigned));
  },

  /** The good address stands in the request object, a bad one beside it. */
  'oidcc-ensure-request-object-with-redirect-uri': async (run) => {
    const beside = { redirect_uri: `${run.party.redirectUri}_invalid` };
    await complete(run, await authorizeByObject(run, await session(run), unsigned, beside));
  },

  /** From userinfo, and only from there, unless there is no access token. */
  'oidcc-claims-essential': async (run) => {
    const place = run.party.responseType === 'id_token' ? 'id_token' : 'userinfo';
    const claims = JSON.stringify({ [place]: { name: { essential: true } } });
    const { idToken, userinfo: told } = await signedIn(run, { claims });
    const { name } = CLAIMS.profile;
    if (place === 'id_token') expect(idToken.name).toBe(name);
    else expect([told?.name, idToken.name]).toEqual([name, undefined]);
  },

  'oidcc-ensure-request-with-valid-pkce-succeeds': async (run) => {
    const browser = await session(run);
    const request = requestOf(run, {}, true);
    const authorization = await walk(run, browser, request, await browser.visit(request.url));
    expect(authorization.verifier).not.toBeNull();
    await complete(run, authorization);
  },
} satisfies Record<string, Module>;

export type ModuleName = keyof typeof MODULES;

async function unsigned(claims: Record<string, string>): Promise<{ request: string }> {
  return { request: new UnsecuredJWT(claims).encode() };
}

/** The other client, which posts its secret. */
function postingParty({ party }: Run): Party {
  const { clientId, secret } = POSTING_CERTIFIER;
  return { ...party, clientId, prove: () => ({ fields: { client_id: clientId, client_secret: secret } }) };
}

/** A browser in which the End-User is signed in, by no module's doing. */
function session({ op }: Run): Promise<HttpBrowser> {
  return browserWithSession(op, USER_ID);
}

/** One whole sign-in of somebody who has a session. */
async function signedIn(run: Run, overrides: Overrides = {}): Promise<Outcome> {
  return complete(run, await authorize(run, await session(run), overrides));
}

/** One by the login page. */
async function signsInFresh(run: Run, overrides: Overrides): Promise<Authorization> {
  const authorization = await authorize(run, freshBrowser(run), overrides);
  expect(namesOf(run, authorization)[0]).toBe('login');
  await complete(run, authorization);
  return authorization;
}

/** Signs in by the login page, waits, and asks again in the same browser. */
async function twice(
  run: Run,
  waitMs: number,
  again: Overrides | ((first: Outcome) => Overrides),
): Promise<{ first: Outcome; second: Outcome; shown: (string | null)[] }> {
  const browser = freshBrowser(run);
  const first = await complete(run, await authorize(run, browser));
  run.op.clock.advance(waitMs);
  const overrides = typeof again === 'function' ? again(first) : again;
  const authorization = await authorize(run, browser, overrides);
  const second = await complete(run, authorization);
  return { first, second, shown: namesOf(run, authorization) };
}

async function asksUserinfo(run: Run, place: TokenPlace): Promise<void> {
  const { accessToken, idToken } = await signedIn(run);
  if (accessToken === null) throw new Error('no access token');
  expect((await userinfo(run, accessToken, place)).sub).toBe(idToken.sub);
}

type ClaimScope = keyof typeof CLAIMS;

async function returnsClaims(run: Run, scope: string, ...scopes: ClaimScope[]): Promise<void> {
  expectClaims(await signedIn(run, { scope }), ...scopes);
}

const PROTOCOL = 'iss sub aud exp iat auth_time nonce amr sid at_hash c_hash'.split(' ');

/**
 * Every claim of these scopes and of no other: from userinfo, or from the ID token where no access token came along. In
 * both places the suite warns.
 */
function expectClaims({ idToken, userinfo: told }: Outcome, ...scopes: ClaimScope[]): void {
  const claims = scopes.map((scope) => CLAIMS[scope]);
  const expected = Object.assign({}, ...claims) as Record<string, unknown>;
  if (scopes.includes('profile')) expected.updated_at = expect.any(Number);
  const found = Object.entries(told ?? idToken).filter(([name]) => !PROTOCOL.includes(name));
  expect(Object.fromEntries(found)).toEqual(expected);
  if (told !== null) expect(Object.keys(idToken).filter((name) => !PROTOCOL.includes(name))).toEqual([]);
}

/** A code is good once; used again, it takes back what it gave. @see RFC 6749 §4.1.2 */
async function reusesCode(run: Run, waitMs: number): Promise<void> {
  const { answer } = await authorize(run, await session(run));
  const code = answer.code ?? '';
  const first = await exchange(run, code);
  expect(first.status).toBe(200);
  const accessToken = String(first.body.access_token);
  expect(await isAlive(run.op, accessToken)).toBe(true);
  run.op.clock.advance(waitMs);
  expect(await exchange(run, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(await isAlive(run.op, accessToken)).toBe(false);
}
