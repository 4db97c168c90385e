import type { Deployment } from './deployment.js';
import type { HttpBrowser } from './http-browser.js';
import { type Answer, httpRequest } from './http-request.js';
import { codeFor, type Overrides, PAGE_OF_A, type TokenResponse } from './requests.js';
import { API, tenantFile } from './tenant.js';

/** A client of the tenant, as it shows itself at the token endpoint. */
interface Party {
  readonly redirectUri: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

const SECRET_OF_DESK = 'a-secret-of-the-desk-that-is-long-enough';
const SECRET_OF_SOMEBODY = 'a-secret-of-somebody-else-long-enough';

export const PARTIES = {
  'spa-a': { redirectUri: 'https://a.test/cb', fields: { client_id: 'spa-a' }, headers: PAGE_OF_A },
  'spa-b': {
    redirectUri: 'https://b.test/cb',
    fields: { client_id: 'spa-b' },
    headers: { ...PAGE_OF_A, origin: 'https://b.test' },
  },
  'conf-c': {
    redirectUri: 'https://c.test/cb',
    fields: { client_id: 'conf-c', client_secret: SECRET_OF_DESK },
    headers: {},
  },
  'third-d': {
    redirectUri: 'https://d.test/cb',
    fields: { client_id: 'third-d', client_secret: SECRET_OF_SOMEBODY },
    headers: {},
  },
} as const satisfies Record<string, Party>;
export type PartyName = keyof typeof PARTIES;

/** An API that refresh tokens may not be for. */
export const ONLINE_API = 'https://online.a.test/';
/** Stands for {@link API} and is told of its tokens. */
export const GUARD = { client_id: 'api-guard', client_secret: 'a-secret-of-the-guard-of-the-api-enough' };

/**
 * The tenant with refresh tokens: every application lists the grant, and the API allows offline access.
 *
 * @param changes of single clients, and of the tenant as `tenant`.
 */
export function refreshTenant(changes: Record<string, object> = {}): ReturnType<typeof tenantFile> {
  const file = tenantFile();
  const clients = file.clients.map((client) => ({
    ...client,
    ...(client.client_id !== 'machine-m' && { grant_types: ['authorization_code', 'refresh_token'] }),
    ...changes[String(client.client_id)],
  }));
  const guard = {
    ...GUARD,
    name: 'API guard',
    app_type: 'non_interactive',
    grant_types: [],
    sojourn: { resource_server: API },
  };
  const resourceServers = file.resourceServers.map((api) =>
    api.identifier === API ? { ...api, allow_offline_access: true } : api,
  );
  return {
    ...file,
    tenant: { ...file.tenant, ...changes.tenant },
    clients: [...clients, guard],
    resourceServers: [...resourceServers, { identifier: ONLINE_API, name: 'Online', signing_alg: 'ES256' }],
  };
}

/** {@link refreshTenant} without its End-Users, whose passwords take time: what a test has changed is as it was. */
export function unchangedSettings(): object {
  const { users: _, ...settings } = refreshTenant();
  return { ...settings, tenant: { ...settings.tenant, sojourn: {} } };
}

/** One client of {@link refreshTenant}, changed, as a tenant file of its own. */
export function clientFile(clientId: PartyName, changes: object): object {
  const client = refreshTenant().clients.find(({ client_id }) => client_id === clientId);
  return { clients: [{ ...client, ...changes }] };
}

export interface RefreshTokens extends TokenResponse {
  readonly refresh_token: string;
}

export const OFFLINE = 'openid profile email offline_access';

/** What a code of this client gives for a browser that is signed in. */
export async function exchangeFor(
  op: Deployment,
  browser: HttpBrowser,
  clientId: PartyName = 'spa-a',
  overrides: Overrides = {},
  headers: Record<string, string> = {},
): Promise<{ readonly tokens: RefreshTokens; readonly exchange: Readonly<Record<string, string>> }> {
  const { redirectUri, fields, headers: own } = PARTIES[clientId];
  const request = { client_id: clientId, redirect_uri: redirectUri, scope: OFFLINE, ...overrides };
  const { code, verifier } = await codeFor(op, browser, request);
  const exchange = {
    ...fields,
    ...{ grant_type: 'authorization_code', redirect_uri: redirectUri, code, code_verifier: verifier },
  };
  const answer = await post(op, 'oauth/token', exchange, { ...own, ...headers });
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`);
  return { tokens: JSON.parse(answer.text) as RefreshTokens, exchange };
}

export async function refreshTokensFor(...given: Parameters<typeof exchangeFor>): Promise<RefreshTokens> {
  return (await exchangeFor(...given)).tokens;
}

/** An answer of the token endpoint to the refresh grant. */
export interface Refreshed {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of an answer that is JSON. */
  readonly body: RefreshTokens & { readonly error?: string; readonly error_description?: string };
}

export async function refresh(
  op: Deployment,
  refreshToken: string,
  fields: Record<string, string> = {},
  clientId: PartyName = 'spa-a',
  headers: Record<string, string> = {},
): Promise<Refreshed> {
  const { fields: own, headers: ownHeaders } = PARTIES[clientId];
  const asked = {
    ...own,
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    sojourn_reason: '1',
    ...fields,
  };
  const {
    status,
    headers: received,
    text,
  } = await post(op, 'oauth/token', asked, {
    ...ownHeaders,
    ...headers,
  });
  const isJson = received.get('content-type')?.startsWith('application/json') ?? false;
  return { status, headers: received, text, body: isJson ? JSON.parse(text) : {} };
}

/** What a dead refresh token is told, in Auth0's words, which SDKs look for. */
export const DEAD = {
  status: 400,
  body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
};

export function post(
  op: Deployment,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(fields).toString();
  return httpRequest('POST', `${op.issuer}${path}`, { ...type, ...headers }, body);
}

/** Whether the API's guard hears that a token of {@link API} lives. */
export async function isActive(op: Deployment, token: string): Promise<boolean> {
  const answer = await post(op, 'oauth/introspect', { ...GUARD, token });
  return (JSON.parse(answer.text) as { active: boolean }).active;
}

/** Where a token's family lies, as the store names it. */
export async function familyOf(op: Deployment, accessToken: string) {
  const payload = accessToken.split('.')[1] ?? '';
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    sid: string;
    grant_id: string;
  };
  const key = { sid: claims.sid, handleHash: claims.grant_id };
  const family = (await op.store.findFamily(key))?.family;
  if (family === undefined) throw new Error('no family');
  return { key, family };
}

/** The names of what was recorded of a session, in order. */
export async function eventsOf(op: Deployment, sid: string): Promise<string[]> {
  const events = await op.store.findEvents({ after: 0, since: 0, atMost: 10_000 });
  return events.filter((event) => event.sid === sid).map(({ name }) => name);
}
