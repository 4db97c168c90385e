import { hash } from 'node:crypto';
import {
  createLocalJWKSet,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { expect } from 'vitest';
import type { Deployment } from '../rig/deployment.js';
import { HttpBrowser, type Page, submissionOf } from '../rig/http-browser.js';
import { authorizationRequest } from '../rig/relying-party.js';
import { jsonOf, type Overrides } from '../rig/requests.js';
import { PASSWORD } from '../rig/tenant.js';
import { USER_ID, USERNAME } from './deployment.js';

export type ResponseType =
  | 'code'
  | 'id_token'
  | 'id_token token'
  | 'code id_token'
  | 'code token'
  | 'code id_token token';
export type ResponseMode = 'default' | 'form_post';

/** The relying party under whose name a module runs. */
export interface Party {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly responseType: ResponseType;
  readonly responseMode: ResponseMode;
  /** Registered so: its End-Users have another `sub` than elsewhere. */
  readonly hasPairwiseSubjects?: boolean;
  /** Registered so: userinfo answers it with a JWT. */
  readonly hasSignedUserinfo?: boolean;
  /** What it adds to a token request to prove who it is. */
  prove(): Promise<Proof> | Proof;
}

export interface Proof {
  readonly headers?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}

export interface Run {
  readonly op: Deployment;
  readonly party: Party;
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they are put together. */
export function proveBasically(clientId: string, secret: string): Proof {
  const encode = (text: string) => new URLSearchParams([[text, '']]).toString().slice(0, -1);
  const credentials = Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString('base64');
  return { headers: { authorization: `Basic ${credentials}` } };
}

export function parts({ responseType }: Party): ReadonlySet<string> {
  return new Set(responseType.split(' '));
}

/** An authorization request and what came of it. */
export interface Authorization {
  readonly request: URLSearchParams;
  /** PKCE's, where the request had a challenge. */
  readonly verifier: string | null;
  /** The pages the End-User was shown on the way. */
  readonly shown: readonly Page[];
  /** What the relying party received, and at which place of its callback. */
  readonly answer: Readonly<Record<string, string>>;
}

/** A request with nothing but what the profile asks for: no PKCE, which OIDC does not know. */
export function requestOf(
  { op, party }: Run,
  overrides: Overrides = {},
  pkce = false,
): { url: string; verifier: string | null } {
  const { url, verifier } = authorizationRequest(op.issuer, {
    client_id: party.clientId,
    redirect_uri: party.redirectUri,
    response_type: party.responseType,
    scope: 'openid',
    ...(party.responseMode === 'form_post' && { response_mode: 'form_post' }),
    sojourn_reason: null,
    ...(!pkce && { code_challenge: null, code_challenge_method: null }),
    ...overrides,
  });
  return { url, verifier: pkce ? verifier : null };
}

/** What stands beside a request object, as the suite has it: state, nonce and response_mode are only inside. */
const BESIDE = ['response_type', 'client_id', 'scope', 'redirect_uri'];

/** A request, made by an object that holds all of it. @see OIDC Core §6.1 */
export async function authorizeByObject(
  run: Run,
  browser: HttpBrowser,
  write: (claims: Record<string, string>) => Promise<{ request: string } | { request_uri: string }>,
  beside: Record<string, string> = {},
): Promise<Authorization> {
  const request = requestOf(run);
  const claims = Object.fromEntries(new URL(request.url).searchParams);
  const query = Object.entries(claims).filter(([name]) => BESIDE.includes(name));
  const url = new URL(`${run.op.issuer}authorize`);
  url.search = new URLSearchParams({
    ...Object.fromEntries(query),
    ...(await write(claims)),
    ...beside,
  }).toString();
  return walk(run, browser, request, await browser.visit(url.href));
}

export async function authorize(
  run: Run,
  browser: HttpBrowser,
  overrides: Overrides = {},
): Promise<Authorization> {
  const request = requestOf(run, overrides);
  return walk(run, browser, request, await browser.visit(request.url));
}

/** Fills the pages the server shows, without a script, until it answers the relying party. */
export async function walk(
  { op, party }: Run,
  browser: HttpBrowser,
  { url, verifier }: { url: string; verifier: string | null },
  first: Page,
): Promise<Authorization> {
  const shown: Page[] = [];
  let page = first;
  while (nameOf(op, page) !== null && shown.length < 4) {
    shown.push(page);
    page =
      nameOf(op, page) === 'login'
        ? await browser.press(page, 'submit', { username: USERNAME, password: PASSWORD })
        : await browser.press(page, 'allow');
  }
  const request = new URL(url).searchParams;
  return { request, verifier, shown, answer: readAnswer(op, party, request, page) };
}

/** Which page of the server's own this is: `login`, `consent`. */
function nameOf({ issuer }: Deployment, { url }: Page): string | null {
  return url.startsWith(`${issuer}u/`) ? new URL(url).pathname.slice(3) : null;
}

export function namesOf({ op }: Run, { shown }: Authorization): (string | null)[] {
  return shown.map((page) => nameOf(op, page));
}

/** Where the specification wants the answer, and nowhere else. */
function readAnswer(
  { issuer }: Deployment,
  party: Party,
  request: URLSearchParams,
  page: Page,
): Record<string, string> {
  const redirectUri = request.get('redirect_uri') ?? party.redirectUri;
  if (request.get('response_mode') === 'form_post') {
    expect([page.status, page.headers.get('location')]).toEqual([200, null]);
    const { url, fields } = submissionOf(page);
    expect(url).toBe(redirectUri);
    return fields;
  }
  if (page.url.startsWith(issuer))
    throw new Error(`no answer but ${page.status} ${page.url}: ${page.html.slice(0, 500)}`);
  const inQuery = (request.get('response_type') ?? 'code') === 'code';
  const start = inQuery ? `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}` : `${redirectUri}#`;
  expect(page.url.slice(0, start.length)).toBe(start);
  const pairs = [...new URLSearchParams(page.url.slice(start.length))];
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

/** An error answer as OIDC Core §3.1.2.6 has it: nothing else comes along. */
export function expectError({ op }: Run, { request, answer }: Authorization, ...errors: string[]): void {
  expect(errors).toContain(answer.error);
  expect(answer.state ?? null).toBe(request.get('state'));
  expect(answer.iss).toBe(op.issuer);
  // The suite's own list: anything else is a warning.
  for (const name of Object.keys(answer))
    expect(['error', 'error_description', 'error_uri', 'state', 'session_state', 'iss']).toContain(name);
}

/** What a finished sign-in left in the relying party's hands. */
export interface Outcome {
  readonly idToken: JWTPayload & { readonly auth_time: number };
  readonly rawIdToken: string;
  readonly header: JWTHeaderParameters;
  /** The one from the token endpoint where there is one. */
  readonly accessToken: string | null;
  /** Where one was asked for. */
  readonly refreshToken: string | null;
  readonly userinfo: Readonly<Record<string, unknown>> | null;
}

/** Checks an answer as the suite's oidcc-server does, exchanges its code, and asks userinfo with each access token. */
export async function complete(run: Run, authorization: Authorization): Promise<Outcome> {
  const { op, party } = run;
  const { request, verifier, answer } = authorization;
  const types = parts(party);
  expect(answer.error_description).toBeUndefined();
  const expected = [
    ...['iss', 'state'],
    ...(types.has('code') ? ['code'] : []),
    ...(types.has('id_token') ? ['id_token'] : []),
    ...(types.has('token') ? ['access_token', 'token_type', 'expires_in', 'scope'] : []),
  ];
  expect(Object.keys(answer).sort()).toEqual(expected.sort());
  expect([answer.state, answer.iss]).toEqual([request.get('state'), op.issuer]);
  if (types.has('token')) {
    expect(answer.token_type).toMatch(/^bearer$/i);
    expect(answer.expires_in).toMatch(/^[1-9]\d*$/);
  }

  const nonce = request.get('nonce');
  const { code, access_token: frontToken } = answer;
  const asksAcr = request.has('acr_values');
  const front =
    answer.id_token === undefined
      ? null
      : await verifyIdToken(run, answer.id_token, {
          nonce,
          asksAcr,
          ...(frontToken !== undefined && { at_hash: leftHalfHash(frontToken) }),
          ...(code !== undefined && { c_hash: leftHalfHash(code) }),
        });
  const frontUserinfo = frontToken === undefined ? null : await userinfo(run, frontToken);
  if (code === undefined) {
    if (front === null) throw new Error('neither code nor ID token');
    if (frontUserinfo !== null) expect(frontUserinfo.sub).toBe(front.idToken.sub);
    return { ...front, accessToken: frontToken ?? null, refreshToken: null, userinfo: frontUserinfo };
  }

  const { status, body } = await exchange(run, code, verifier);
  expect([status, body.error]).toEqual([200, undefined]);
  expect(String(body.token_type)).toMatch(/^bearer$/i);
  const accessToken = String(body.access_token);
  // §3.1.3.6
  const at_hash = leftHalfHash(accessToken);
  const back = await verifyIdToken(run, String(body.id_token), { nonce, asksAcr, at_hash });
  if (front !== null) {
    // OIDC Core §3.3.3.6: both are about the same End-User and the same authentication.
    const { iss, sub, auth_time } = front.idToken;
    expect(back.idToken).toMatchObject({ iss, sub, auth_time });
  }
  const told = await userinfo(run, accessToken);
  // OIDC Core §5.3.2: "The sub Claim in the UserInfo Response MUST be verified to exactly match".
  expect(told.sub).toBe(back.idToken.sub);
  if (frontUserinfo !== null) expect(frontUserinfo).toEqual(told);
  const refreshToken = body.refresh_token === undefined ? null : String(body.refresh_token);
  return { ...back, accessToken, refreshToken, userinfo: told };
}

/** The token request of the relying party for a code. */
export async function exchange(
  { op, party }: Run,
  code: string,
  verifier: string | null = null,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const proof = await party.prove();
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: party.redirectUri,
    ...(verifier !== null && { code_verifier: verifier }),
    ...proof.fields,
  });
  const response = await fetch(`${op.issuer}oauth/token`, {
    method: 'POST',
    body,
    ...(proof.headers && { headers: proof.headers }),
  });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('cache-control')).toContain('no-store');
  return jsonOf(response);
}

export async function fetchKeys({ issuer }: Pick<Deployment, 'issuer'>): Promise<JSONWebKeySet> {
  const response = await fetch(`${issuer}.well-known/jwks.json`);
  return (await response.json()) as JSONWebKeySet;
}

/** OIDC Core §3.1.3.7 and §3.2.2.11, §3.3.2.11. Hashes are expected where they are given, and nowhere else. */
export async function verifyIdToken(
  { op, party }: Run,
  jwt: string,
  expected: { nonce: string | null; at_hash?: string; c_hash?: string; asksAcr?: boolean },
): Promise<Pick<Outcome, 'idToken' | 'header' | 'rawIdToken'>> {
  const keys = await fetchKeys(op);
  const { payload, protectedHeader } = await jwtVerify<{ auth_time: number }>(jwt, createLocalJWKSet(keys), {
    issuer: op.issuer,
    audience: party.clientId,
    algorithms: ['RS256'],
    requiredClaims: ['sub', 'iat', 'exp', 'auth_time'],
    currentDate: new Date(op.clock.now()),
  });
  expect(keys.keys.filter(({ kid }) => kid === protectedHeader.kid)).toHaveLength(1);
  expect(payload.sub === USER_ID).toBe(party.hasPairwiseSubjects !== true);
  expect(payload.nonce ?? null).toBe(expected.nonce);
  expect(payload.auth_time).toBeTypeOf('number');
  expect([payload.at_hash, payload.c_hash]).toEqual([expected.at_hash, expected.c_hash]);
  expect('acr' in payload).toBe(expected.asksAcr ?? false);
  return { idToken: payload, header: protectedHeader, rawIdToken: jwt };
}

function leftHalfHash(text: string): string {
  return hash('sha256', text, 'buffer').subarray(0, 16).toString('base64url');
}

export type TokenPlace = 'get' | 'post-header' | 'post-body';

/** OIDC Core §5.3.1, RFC 6750 §2: the three ways to ask. */
export async function userinfo(
  { op, party }: Run,
  accessToken: string,
  place: TokenPlace = 'get',
): Promise<Record<string, unknown>> {
  const response = await fetch(`${op.issuer}userinfo`, {
    method: place === 'get' ? 'GET' : 'POST',
    ...(place === 'post-body'
      ? { body: new URLSearchParams({ access_token: accessToken }) }
      : { headers: { authorization: `Bearer ${accessToken}` } }),
  });
  expect(response.status).toBe(200);
  const type = party.hasSignedUserinfo ? /^application\/jwt\b/ : /^application\/json\b/;
  expect(response.headers.get('content-type')).toMatch(type);
  if (!party.hasSignedUserinfo) return (await response.json()) as Record<string, unknown>;
  const { payload } = await jwtVerify(await response.text(), createLocalJWKSet(await fetchKeys(op)), {
    issuer: op.issuer,
    audience: party.clientId,
    algorithms: ['RS256'],
    currentDate: new Date(op.clock.now()),
  });
  return payload;
}

/** A browser in which nobody is signed in. */
export function freshBrowser({ op }: Run): HttpBrowser {
  return new HttpBrowser(op.issuer);
}
