import type { RecordedEvent } from '@sojourn/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { HttpBrowser } from '../rig/http-browser.js';
import { authorizationRequest, redeem, signIn } from '../rig/relying-party.js';
import { askInFrame, codeFor, tokensFor } from '../rig/requests.js';
import { claimsOf } from '../rig/session.js';
import { PASSWORD, tenantFile } from '../rig/tenant.js';

const THIRD = { client_id: 'third-d', redirect_uri: 'https://d.test/cb' };

let op: Deployment;
let events: readonly RecordedEvent[];
let sid: unknown;

/** One of everything, and then the last batch is written. */
beforeAll(async () => {
  op = await startDeployment({ tenantFile: tenantFile() });
  const browser = new HttpBrowser(op.issuer);
  const login = await browser.visit(authorizationRequest(op.issuer).url);
  await browser.submit(login, { username: 'mira', password: 'wrong password' });
  await browser.submit(login, { username: 'nobody@harbour.example', password: 'wrong password' });
  await browser.submit(login, { username: 'mira', password: PASSWORD });
  await askInFrame(op, new HttpBrowser(op.issuer));
  await askInFrame(op, browser);
  const { code, verifier } = await codeFor(op, browser);
  await redeem(op.issuer, { code, code_verifier: verifier });
  await redeem(op.issuer, { code, code_verifier: verifier });
  await redeem(op.issuer, { code: 'made-up', code_verifier: verifier });
  await redeem(op.issuer, { code }, { origin: 'https://evil.test' });
  await browser.submit(await browser.visit(authorizationRequest(op.issuer, THIRD).url), { decision: 'deny' });
  await browser.submit(await browser.visit(authorizationRequest(op.issuer, THIRD).url), {
    decision: 'allow',
  });
  await browser.visit(authorizationRequest(op.issuer, { redirect_uri: 'https://evil.test/' }).url);
  const tokens = await tokensFor(op, browser);
  sid = claimsOf(tokens.id_token).sid;
  await signIn(browser, authorizationRequest(op.issuer, { prompt: 'login' }));
  await browser.visit(`${op.issuer}oidc/logout?id_token_hint=${tokens.id_token}`);
  const other = new HttpBrowser(op.issuer);
  const signUp = await other.visit(authorizationRequest(op.issuer, { screen_hint: 'signup' }).url);
  await other.submit(signUp, { email: 'mira@harbour.example', password: 'three small lanterns' });
  await other.submit(signUp, { email: 'ines@harbour.example', password: 'three small lanterns' });
  await signIn(other, authorizationRequest(op.issuer, { prompt: 'login' }), 'otto@harbour.example');
  await op.load({
    users: [{ user_id: 'auth0|otto', email: 'otto@harbour.example', password: 'new-lights-7' }],
  });
  await op.load({ users: [{ user_id: 'auth0|otto', email: 'otto@harbour.example', blocked: true }] });
  for (let index = 0; index < 11; index += 1) {
    const page = await other.visit(authorizationRequest(op.issuer, { prompt: 'login' }).url);
    await other.submit(page, { username: 'typed-by-somebody', password: 'wrong password' });
  }
  await op.server.close();
  events = await op.store.findEvents({ after: 0, since: 0, atMost: 10_000 });
});
afterAll(() => op.stop());

describe('security.md 96: each of these leaves a line', () => {
  const expected: Partial<RecordedEvent>[] = [
    { name: 'login.succeeded', userId: 'auth0|mira', clientId: 'spa-a', address: '127.0.0.1' },
    { name: 'login.failed', userId: 'auth0|mira', reason: 'wrong-password' },
    { name: 'login.failed', userId: null, reason: 'unknown-user' },
    { name: 'login.limited', clientId: 'spa-a' },
    { name: 'signup.succeeded', clientId: 'spa-a' },
    { name: 'signup.failed', reason: 'identifier-taken' },
    { name: 'user.created', reason: 'sign-up' },
    { name: 'session.started', userId: 'auth0|mira' },
    { name: 'session.renewed', userId: 'auth0|mira' },
    { name: 'session.signed-out', userId: 'auth0|mira' },
    { name: 'session.ended', reason: 'replaced-by-another-end-user' },
    { name: 'authorization.succeeded', userId: 'auth0|mira', clientId: 'spa-a' },
    { name: 'authorization.refused', reason: 'redirect-uri-unregistered' },
    { name: 'authorization.refused', reason: 'consent-denied', clientId: 'third-d' },
    { name: 'silent.succeeded', userId: 'auth0|mira' },
    { name: 'silent.refused', reason: 'no-session' },
    { name: 'code.exchanged', userId: 'auth0|mira' },
    { name: 'code.replayed', userId: 'auth0|mira' },
    { name: 'code.refused', reason: 'code-unknown' },
    { name: 'consent.denied', userId: 'auth0|mira', clientId: 'third-d' },
    { name: 'consent.given', userId: 'auth0|mira', clientId: 'third-d' },
    { name: 'origin.refused' },
    { name: 'user.password-changed', userId: 'auth0|otto' },
    { name: 'user.blocked', userId: 'auth0|otto' },
  ];
  for (const line of expected)
    test(Object.values(line).map(String).join(' '), () => {
      expect(events.filter(({ name }) => name === line.name)).toContainEqual(expect.objectContaining(line));
    });

  test('those of one session carry its sid', () => {
    for (const name of ['session.started', 'session.renewed', 'session.signed-out'])
      expect(events.filter((event) => event.name === name).map((event) => event.sid)).toContain(sid);
  });

  test('each has its moment, by the clock of the server', () => {
    for (const { at } of events) expect(at).toBe(op.clock.now());
  });

  test('a name is one of the closed list, and no line holds what was typed', () => {
    const text = JSON.stringify(events);
    for (const typed of [PASSWORD, 'wrong password', 'nobody@', 'three small lanterns', 'typed-by-somebody'])
      expect(text).not.toContain(typed);
  });
});
