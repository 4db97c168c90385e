import type { Deployment } from './deployment.js';
import type { HttpBrowser } from './http-browser.js';
import { answerOf, authorizationRequest } from './relying-party.js';
import { jsonOf } from './requests.js';
import { browserWithSession } from './session.js';

export const INITIAL_TOKEN = 'an-initial-access-token-of-the-harbour-0001';

/** Posts metadata to the registration endpoint, `token` as bearer. */
export async function register(
  op: Deployment,
  metadata: unknown,
  token: string | null = INITIAL_TOKEN,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return manage(`${op.issuer}oidc/register`, 'POST', token, metadata);
}

/** One request to the registration endpoint or a client's own address there. */
export async function manage(
  url: string,
  method: string,
  token: string | null,
  metadata?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(metadata !== undefined && { 'content-type': 'application/json' }),
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    ...(metadata !== undefined && { body: JSON.stringify(metadata) }),
  });
  return response.status === 204 ? { status: 204, body: {} } : jsonOf(response);
}

/** A client that registers with one callback at c.test, or with what is given. */
export async function registered(
  op: Deployment,
  metadata: Record<string, unknown> = {},
): Promise<Record<string, unknown> & { client_id: string; client_secret: string }> {
  const { status, body } = await register(op, {
    redirect_uris: ['https://c.test/cb'],
    client_name: 'Boat Builder',
    ...metadata,
  });
  if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
  return body as Record<string, unknown> & { client_id: string; client_secret: string };
}

/** Signs a user of a session in to a client of a secret, agreeing to what it asks, and exchanges the code. */
export async function tokensOf(
  op: Deployment,
  client: { client_id: string; client_secret: string },
  options: { userId?: string; redirectUri?: string; scope?: string; browser?: HttpBrowser } = {},
): Promise<{ access_token: string; id_token: string }> {
  const { userId = 'auth0|mira', redirectUri = 'https://c.test/cb', scope = 'openid email' } = options;
  const browser = options.browser ?? (await browserWithSession(op, userId));
  const request = authorizationRequest(op.issuer, {
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope,
  });
  let page = await browser.visit(request.url);
  if (page.html.includes('id="allow"')) page = await browser.submit(page, { decision: 'allow' });
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: client.client_id,
    client_secret: client.client_secret,
    redirect_uri: redirectUri,
    code: answerOf(page).get('code') ?? '',
    code_verifier: request.verifier,
  });
  const response = await fetch(`${op.issuer}oauth/token`, { method: 'POST', body });
  const tokens = (await response.json()) as { access_token: string; id_token: string };
  if (response.status !== 200) throw new Error(JSON.stringify(tokens));
  return tokens;
}
