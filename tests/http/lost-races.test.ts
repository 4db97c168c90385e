import type { Store } from '@sojourn/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { answerOf, authorizationRequest, redeem, signIn } from '../rig/relying-party.js';
import { askInFrame, codeFor, tokensFor } from '../rig/requests.js';
import { API, tenantFile } from '../rig/tenant.js';

/** What happens while a request is under way: before the store does its part of it. */
let meanwhile: Partial<Record<keyof Store, () => Promise<unknown>>>;
let op: Deployment;
let browser: HttpBrowser;

beforeEach(async () => {
  meanwhile = {};
  op = await startDeployment({
    tenantFile: tenantFile(),
    wrapStore: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          const method = target[name as keyof Store] as (...values: never[]) => Promise<unknown>;
          return (...values: never[]) => {
            const happens = meanwhile[name as keyof Store];
            if (happens === undefined) return method(...values);
            delete meanwhile[name as keyof Store];
            return happens().then(() => method(...values));
          };
        },
      }),
  });
  browser = new HttpBrowser(op.issuer);
  await signIn(browser, authorizationRequest(op.issuer));
});
afterEach(() => op.stop());

/** A sign-out in another tab. */
async function signOut(): Promise<void> {
  const { id_token } = await tokensFor(op, browser);
  const other = new HttpBrowser(op.issuer);
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  meanwhile = {};
  await other.visit(`${op.issuer}oidc/logout?id_token_hint=${id_token}`);
}

test('a sign-out that wins against a silent code leaves login_required, and no code', async () => {
  meanwhile = { saveAuthorizationCode: signOut };
  const { response } = await askInFrame(op, browser);
  expect(response).toMatchObject({ error: 'login_required', sojourn_reason: 'session-ended' });
  expect(response).not.toHaveProperty('code');
});

test('a sign-out that wins against a code leads to the login page, and whoever signs in goes on', async () => {
  meanwhile = { saveAuthorizationCode: signOut };
  const page = await browser.visit(authorizationRequest(op.issuer).url);
  expect(new URL(page.url).pathname).toBe('/u/login');
});

test('a sign-out that wins against an exchange leaves invalid_grant, and no token', async () => {
  const { code, verifier } = await codeFor(op, browser);
  meanwhile = { redeemAuthorizationCode: signOut };
  const answer = await redeem(op.issuer, { code, code_verifier: verifier });
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ error: 'invalid_grant' }),
  ]);
});

test('an API that is gone when its code is redeemed leaves invalid_grant', async () => {
  const { code, verifier } = await codeFor(op, browser, { audience: API, scope: 'read:berths' });
  await op.store.deleteConfiguration({ kind: 'resource-server', id: API, events: [] });
  await op.server.reloadConfiguration();
  const answer = await redeem(op.issuer, { code, code_verifier: verifier });
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ error: 'invalid_grant' }),
  ]);
});

test('an account that is blocked while its code is redeemed gets no token', async () => {
  const { code, verifier } = await codeFor(op, browser);
  meanwhile = {
    redeemAuthorizationCode: () =>
      op.load({ users: [{ user_id: 'auth0|mira', email: 'mira@harbour.example', blocked: true }] }),
  };
  const answer = await redeem(op.issuer, { code, code_verifier: verifier });
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ error: 'invalid_grant' }),
  ]);
});

test('OIDC Core §3.1.2.1: a hint is kept while somebody signs in: another than it names is refused, the named one goes on', async () => {
  const { id_token } = await tokensFor(op, browser);
  const ask = (username: string) =>
    signIn(
      new HttpBrowser(op.issuer),
      authorizationRequest(op.issuer, { id_token_hint: id_token }),
      username,
    );
  const other = answerOf(await ask('otto@harbour.example'));
  expect([other.get('error'), other.has('code')]).toEqual(['login_required', false]);
  expect(answerOf(await ask('mira@harbour.example')).has('code')).toBe(true);
});
