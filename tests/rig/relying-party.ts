import { createHash, randomBytes } from 'node:crypto';
import type { HttpBrowser, Page } from './http-browser.js';
import { PASSWORD } from './tenant.js';

/** An authorization request of a relying party, with what it needs to finish. */
export interface Request {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * Builds an authorization request by hand, so that a test may also build a wrong one. `null` leaves a parameter out. A
 * refusal is asked for its reason, as SDKs of Auth0 are told it unasked.
 */
export function authorizationRequest(issuer: string, overrides: Record<string, string | null> = {}): Request {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(12).toString('base64');
  const nonce = randomBytes(12).toString('base64url');
  const url = new URL('authorize', issuer);
  const parameters: Record<string, string | null> = {
    client_id: 'spa-a',
    redirect_uri: 'https://a.test/cb',
    response_type: 'code',
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    sojourn_reason: '1',
    ...overrides,
  };
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value);
  return { url: url.href, state, nonce, verifier };
}

/** Goes through the login page. Returns where the browser ends: the relying party's callback. */
export async function signIn(
  browser: HttpBrowser,
  request: Request,
  username = 'mira@harbour.example',
  password = PASSWORD,
): Promise<Page> {
  const page = await browser.visit(request.url);
  return browser.submit(page, { username, password });
}

/** The parameters of a query answer. */
export function answerOf(page: Page): URLSearchParams {
  return new URL(page.url).searchParams;
}

/** The message that a `web_message` page posts, and to which origin. */
export function messageOf(page: Page): { response: Record<string, string>; origin: string } {
  const script = /<script>\(opener\|\|parent\)\.postMessage\((.*),("[^"]*")\)<\/script>/s.exec(page.html);
  if (script?.[1] === undefined || script[2] === undefined)
    throw new Error(`no message on ${page.status} ${page.html.slice(0, 300)}`);
  const message = JSON.parse(script[1]) as { type: string; response: Record<string, string> };
  if (message.type !== 'authorization_response') throw new Error(`a message of type ${message.type}`);
  return { response: message.response, origin: JSON.parse(script[2]) as string };
}

/** Redeems a code as spa-a's page in a browser would, unless told otherwise. */
export async function redeem(
  issuer: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {
    origin: 'https://a.test',
    'sec-fetch-mode': 'cors',
    'sec-fetch-site': 'cross-site',
  },
): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'spa-a',
    redirect_uri: 'https://a.test/cb',
    ...fields,
  });
  return fetch(new URL('oauth/token', issuer), { method: 'POST', body, headers });
}
