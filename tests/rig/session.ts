import { buildSessionCookies, randomHandle } from '@sojourn/server';
import type { Deployment } from './deployment.js';
import { HttpBrowser } from './http-browser.js';

const HOUR = 60 * 60 * 1000;

/** A browser with a session of its own, for tests that need hundreds and can wait for no password. */
export async function browserWithSession(op: Deployment, userId = 'auth0|mira'): Promise<HttpBrowser> {
  const { cookies, ...hashes } = buildSessionCookies(op.secrets.current, randomHandle(), true);
  const now = op.clock.now();
  await op.store.beginSession({
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
      ...hashes,
      handleSeed: null,
      browserHash: null,
      browserGeneration: 0,
    },
    cookieSid: null,
    generation: 0,
    nextGeneration: 1,
    proof: 'login.succeeded',
    clientId: null,
    now,
  });
  const browser = new HttpBrowser(op.issuer);
  for (const line of cookies) {
    const pair = line.slice(0, line.indexOf(';'));
    browser.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  }
  return browser;
}

/** The same cookies in another jar, as a thief or a restored backup has them. */
export function copyOf(op: Deployment, browser: HttpBrowser): HttpBrowser {
  const copy = new HttpBrowser(op.issuer);
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
}

/** Claims of a token whose signature is another test's business. */
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
