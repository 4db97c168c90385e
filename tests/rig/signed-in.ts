import { expect } from 'vitest';
import type { Deployment } from './deployment.js';
import { HttpBrowser, type Page } from './http-browser.js';
import { answerOf, authorizationRequest, messageOf, type Request, redeem, signIn } from './relying-party.js';

export type Overrides = Record<string, string | null>;

/** A browser in which the End-User has signed in at spa-a. */
export async function signedInBrowser(
  op: Deployment,
  username = 'mira@harbour.example',
): Promise<HttpBrowser> {
  const browser = new HttpBrowser(op.issuer);
  const callback = await signIn(browser, authorizationRequest(op.issuer), username);
  expect(answerOf(callback).get('code')).toBeTruthy();
  return browser;
}

/** A code for a browser that is signed in, by query. */
export async function codeFor(
  op: Deployment,
  browser: HttpBrowser,
  overrides: Overrides = {},
): Promise<Request & { readonly code: string }> {
  const request = authorizationRequest(op.issuer, overrides);
  const page = await browser.visit(request.url);
  const code = answerOf(page).get('code');
  if (code === null) throw new Error(`no code: ${page.status} ${page.url} ${page.html.slice(0, 300)}`);
  return { ...request, code };
}

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly token_type: string;
}

/** Tokens of spa-a for a browser that is signed in. */
export async function tokensFor(
  op: Deployment,
  browser: HttpBrowser,
  overrides: Overrides = {},
): Promise<Tokens> {
  const { code, verifier } = await codeFor(op, browser, overrides);
  const response = await redeem(op.issuer, { code, code_verifier: verifier });
  expect(response.status).toBe(200);
  return (await response.json()) as Tokens;
}

/** What a silent request in a hidden frame of a.test is answered with, by `web_message`. */
export async function askSilently(
  op: Deployment,
  browser: HttpBrowser,
  overrides: Overrides = {},
  headers: Record<string, string> = {},
): Promise<{
  readonly request: Request;
  readonly response: Record<string, string>;
  readonly origin: string;
  readonly page: Page;
}> {
  const request = authorizationRequest(op.issuer, {
    prompt: 'none',
    response_mode: 'web_message',
    ...overrides,
  });
  const page = await browser.send('GET', request.url, null, { ...FRAME, ...headers });
  return { request, ...messageOf(page), page };
}

/** What browsers say of a frame in a page of another site. */
export const FRAME = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'iframe',
  'sec-fetch-site': 'cross-site',
};

/** A token request of a.test's page, as `redeem` sends it unless told otherwise. */
export const PAGE_OF_A = {
  origin: 'https://a.test',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'cross-site',
};

/** security.md E: 4xx HTML from the server, no Location, no script that posts a message. */
export function expectRefusedPage(page: Page): void {
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(page.status).toBeLessThan(500);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page.headers.get('location')).toBeNull();
  expect(page.html).not.toContain('postMessage');
}

/** The status and JSON of an answer. */
export async function jsonOf(response: Response): Promise<{ status: number; body: Record<string, unknown> }> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
