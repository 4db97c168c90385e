import { buildSessionCookies, randomHandle } from '@sojourn/server';
import type { Deployment } from './deployment.js';
import { HttpBrowser, type Page } from './http-browser.js';
import { answerOf, authorizationRequest, messageOf, redeem, type Request } from './relying-party.js';

const HOUR = 60 * 60 * 1000;

/** A browser with a session of its own, without the cost of a password. */
export async function signedInBrowser(op: Deployment, userId = 'auth0|mira'): Promise<HttpBrowser> {
  const { cookies, handleHash, silentHandleHash } = buildSessionCookies(
    op.secrets.current,
    randomHandle(),
    true,
  );
  const now = op.clock.now();
  await op.store.startSession({
    session: {
      sid: randomHandle(),
      userId,
      authenticatedAt: now,
      amr: ['pwd'],
      acr: null,
      lastActiveAt: now,
      limitsStartedAt: now,
      idleLimitMs: 72 * HOUR,
      absoluteLimitMs: 720 * HOUR,
      persistent: true,
      device: { userAgent: '', address: '127.0.0.1' },
      handleHash,
      silentHandleHash,
    },
    replaces: null,
    events: [],
  });
  const browser = new HttpBrowser(op.issuer);
  for (const line of cookies) {
    const [pair = ''] = line.split('; ');
    browser.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  }
  return browser;
}

/** What a hidden iframe of the application would be posted. */
export async function askSilently(
  op: Deployment,
  browser: HttpBrowser,
  overrides: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<{ request: Request; response: Record<string, string> }> {
  const request = authorizationRequest(op.issuer, {
    prompt: 'none',
    response_mode: 'web_message',
    ...overrides,
  });
  return { request, response: messageOf(await browser.visit(request.url, headers)).response };
}

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
}

/** The tokens of the code that a visit ended with. */
export async function exchange(op: Deployment, request: Request, callback: Page): Promise<Tokens> {
  return exchangeCode(op, request, answerOf(callback).get('code') ?? '');
}

export async function exchangeCode(op: Deployment, request: Request, code: string): Promise<Tokens> {
  const response = await redeem(op.issuer, { code, code_verifier: request.verifier });
  if (response.status !== 200) throw new Error(`no tokens: ${response.status} ${await response.text()}`);
  return (await response.json()) as Tokens;
}

/** Tokens of a session, by a silent request. */
export async function tokensOf(op: Deployment, browser: HttpBrowser): Promise<Tokens> {
  const { request, response } = await askSilently(op, browser);
  if (response.code === undefined) throw new Error(`no code: ${JSON.stringify(response)}`);
  return exchangeCode(op, request, response.code);
}

export function sidOf(tokens: Tokens): string {
  return claimsOf(tokens.id_token).sid as string;
}

/** Claims of a token whose signature is somebody else's business. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

/** Whether an access token still reaches userinfo. */
export async function isAlive(op: Deployment, accessToken: string): Promise<boolean> {
  const { status } = await fetch(`${op.issuer}userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  if (status !== 200 && status !== 401) throw new Error(`userinfo answered ${status}`);
  return status === 200;
}
