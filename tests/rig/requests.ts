import { expect } from 'vitest';
import type { Deployment } from './deployment.js';
import type { HttpBrowser, Page } from './http-browser.js';
import { answerOf, authorizationRequest, messageOf, type Request, redeem } from './relying-party.js';

export type Overrides = Record<string, string | null>;

/** A code for a browser that is signed in, by query, without prompt. */
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

export interface TokenResponse {
  readonly access_token: string;
  readonly id_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly token_type: string;
}

/** The token response of spa-a for a browser that is signed in. */
export async function tokensFor(
  op: Deployment,
  browser: HttpBrowser,
  overrides: Overrides = {},
): Promise<TokenResponse> {
  const { code, verifier } = await codeFor(op, browser, overrides);
  const response = await redeem(op.issuer, { code, code_verifier: verifier });
  if (response.status !== 200) throw new Error(`no tokens: ${await response.text()}`);
  return (await response.json()) as TokenResponse;
}

/** What a silent request in a hidden frame of a.test is answered with, by `web_message`. */
export async function askInFrame(
  op: Deployment,
  browser: HttpBrowser,
  overrides: Overrides = {},
  headers: Record<string, string> = {},
): Promise<{ request: Request; response: Record<string, string>; origin: string; page: Page }> {
  const silent = { prompt: 'none', response_mode: 'web_message', ...overrides };
  const request = authorizationRequest(op.issuer, silent);
  const page = await browser.send('GET', request.url, null, { ...FRAME, ...headers });
  return { request, ...messageOf(page), page };
}

/** What browsers say of a frame in a page of another site. */
export const FRAME = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'iframe',
  'sec-fetch-site': 'cross-site',
};

/** What browsers say of a fetch by a page of a.test. */
export const PAGE_OF_A = {
  origin: 'https://a.test',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
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

/** Status and JSON of a token, userinfo or metadata answer. */
export async function jsonOf(response: Response): Promise<{ status: number; body: Record<string, unknown> }> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
