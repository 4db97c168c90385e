import { createAuthorizationServer, newSecret, openStore, parseSecrets } from '@sojourn/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { type OtherServer, startOtherServer } from '../rig/other-server.js';
import { INITIAL_TOKEN, registered, tokensOf } from '../rig/registration.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';
import { tenantFile } from '../rig/tenant.js';

const DESK = { client_id: 'conf-c', client_secret: 'a-secret-of-the-desk-that-is-long-enough' };

let op: Deployment;
let other: OtherServer;
let file: ReturnType<typeof tenantFile>;
beforeAll(async () => {
  other = await startOtherServer();
  other.serve('/sector', ['https://c.test/cb', 'https://d.test/cb']);
  file = tenantFile();
  const clientRegistration = { mode: 'token', initial_access_tokens: [INITIAL_TOKEN] };
  op = await startDeployment({
    tenantFile: {
      ...file,
      tenant: { ...file.tenant, sojourn: { client_registration: clientRegistration } },
    },
    outbound: {
      allow: [{ purpose: 'sector', host: 'localhost', port: other.port }],
      extraCa: other.certificate.cert,
    },
  });
});
afterAll(async () => {
  await op.stop();
  await other.stop();
});

const pairwise = (metadata: object = {}) => registered(op, { subject_type: 'pairwise', ...metadata });
const subOf = async (client: { client_id: string; client_secret: string }, options = {}) =>
  claimsOf((await tokensOf(op, client, options)).id_token).sub;

describe('OIDC Core §8.1: pairwise subjects', () => {
  test('one for each sector and End-User, never the id itself, and the same each time', async () => {
    const one = await pairwise();
    const same = await pairwise();
    const elsewhere = await pairwise({ redirect_uris: ['https://d.test/cb'] });
    const mira = await subOf(one);
    expect(mira).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await subOf(one)).toBe(mira);
    expect(await subOf(same)).toBe(mira);
    expect(await subOf(elsewhere, { redirectUri: 'https://d.test/cb' })).not.toBe(mira);
    expect(await subOf(one, { userId: 'auth0|otto' })).not.toBe(mira);
    expect(await subOf(await registered(op))).toBe('auth0|mira');
  });

  test('the host of sector_identifier_uri is the sector, whatever the callbacks', async () => {
    const sector = { sector_identifier_uri: `${other.origin}/sector` };
    const one = await pairwise(sector);
    const two = await pairwise({ ...sector, redirect_uris: ['https://d.test/cb'] });
    expect(await subOf(one)).toBe(await subOf(two, { redirectUri: 'https://d.test/cb' }));
    expect(await subOf(one)).not.toBe(await subOf(await pairwise()));
  });

  test('ID token, access token, userinfo and introspection say the same', async () => {
    const client = await pairwise();
    const tokens = await tokensOf(op, client);
    const { sub } = claimsOf(tokens.id_token);
    expect(claimsOf(tokens.access_token).sub).toBe(sub);
    const userinfo = await fetch(`${op.issuer}userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({ sub, email: 'mira@harbour.example' });
    const body = new URLSearchParams({
      token: tokens.access_token,
      client_id: client.client_id,
      client_secret: client.client_secret,
    });
    const introspected = await fetch(`${op.issuer}oauth/introspect`, { method: 'POST', body });
    expect(await introspected.json()).toMatchObject({ active: true, sub });
    expect(JSON.stringify([tokens, claimsOf(tokens.id_token)])).not.toContain('auth0|mira');
  });

  test('tokens straight from the authorization endpoint as well', async () => {
    const client = await pairwise({ response_types: ['code', 'id_token token'] });
    const browser = await browserWithSession(op);
    const sub = await subOf(client, { browser });
    const { url } = authorizationRequest(op.issuer, {
      client_id: client.client_id,
      redirect_uri: 'https://c.test/cb',
      response_type: 'id_token token',
      scope: 'openid email',
      prompt: 'none',
    });
    const answer = new URLSearchParams(new URL((await browser.visit(url)).url).hash.slice(1));
    expect(claimsOf(answer.get('id_token') ?? '').sub).toBe(sub);
    expect(claimsOf(answer.get('access_token') ?? '').sub).toBe(sub);
  });
});

describe('design.md 3: sid is pairwise where sub is', () => {
  test('two sectors cannot compare people by it, and one knows a session by one sid', async () => {
    const browser = await browserWithSession(op);
    const one = await pairwise();
    const elsewhere = await pairwise({ redirect_uris: ['https://d.test/cb'] });
    const [first, again, other, open] = [
      await tokensOf(op, one, { browser }),
      await tokensOf(op, one, { browser }),
      await tokensOf(op, elsewhere, { browser, redirectUri: 'https://d.test/cb' }),
      await tokensOf(op, await registered(op), { browser }),
    ].map(({ id_token, access_token }) => [claimsOf(id_token).sid, claimsOf(access_token).sid]);
    expect(first?.[0]).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(first?.[1]).toBe(first?.[0]);
    expect(again).toEqual(first);
    expect(new Set([first?.[0], other?.[0], open?.[0]]).size).toBe(3);
    expect(await op.store.findSession(String(first?.[0]))).toBeNull();
    expect(await op.store.findSession(String(open?.[0]))).not.toBeNull();
  });

  test('what carries it lives and dies with the session: userinfo, introspection and revocation', async () => {
    const client = await pairwise();
    const browser = await browserWithSession(op);
    const tokens = await tokensOf(op, client, { browser });
    const { client_id, client_secret } = client;
    const post = async (path: string, token: string) =>
      fetch(`${op.issuer}${path}`, {
        method: 'POST',
        body: new URLSearchParams({ token, client_id, client_secret }),
      });
    const introspected = await (await post('oauth/introspect', tokens.access_token)).json();
    expect(introspected).toMatchObject({ active: true, sid: claimsOf(tokens.id_token).sid });
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    const revoked = await tokensOf(op, client, { browser });
    expect((await post('oauth/revoke', revoked.access_token)).status).toBe(200);
    expect(await isAlive(op, revoked.access_token)).toBe(false);
    expect(await isAlive(op, tokens.access_token)).toBe(true);
    const own = await tokensOf(op, await registered(op), { browser });
    await op.store.endSession({
      sid: String(claimsOf(own.id_token).sid),
      reason: 'signed-out',
      now: op.clock.now(),
      events: [],
    });
    expect(await isAlive(op, tokens.access_token)).toBe(false);
  });
});

describe('an id_token_hint with a pairwise subject', () => {
  const silently = async (browser: HttpBrowser, hint: string) => {
    const { url } = authorizationRequest(op.issuer, { id_token_hint: hint, prompt: 'none' });
    return answerOf(await browser.visit(url)).get('error');
  };

  test('names its End-User, and nobody else (security.md 62)', async () => {
    const client = await pairwise();
    const mira = await browserWithSession(op);
    const otto = await browserWithSession(op, 'auth0|otto');
    const { id_token } = await tokensOf(op, client, { browser: mira });
    expect(await silently(mira, id_token)).toBeNull();
    expect(await silently(otto, id_token)).toBe('login_required');
  });

  test('signs out at once (security.md 65), and asks where it names somebody else', async () => {
    const client = await pairwise({ post_logout_redirect_uris: ['https://c.test/bye'] });
    const mira = await browserWithSession(op);
    const otto = await browserWithSession(op, 'auth0|otto');
    const { id_token } = await tokensOf(op, client, { browser: mira });
    const url = new URL('oidc/logout', op.issuer);
    url.searchParams.set('id_token_hint', id_token);
    url.searchParams.set('post_logout_redirect_uri', 'https://c.test/bye');
    expect((await otto.visit(url.href)).html).toContain('id="sign-out"');
    expect((await mira.visit(url.href)).url).toBe('https://c.test/bye');
  });
});

test('subjects stay what they are when the secret of the deployment is replaced', async () => {
  const store = await openStore('sqlite::memory:');
  const issuer = 'http://localhost/';
  const former = newSecret();
  const next = newSecret();
  const sealed = async () => store.adoptSealedValue('pairwise subjects', 'never');
  const restart = async (secrets: string) => {
    const server = await createAuthorizationServer({ issuer, store, secrets: parseSecrets(secrets) });
    await server.close();
    return sealed();
  };
  const before = await restart(former);
  const after = await restart(`${next},${former}`);
  const kidOf = (text: string) => text.split('.')[1];
  expect([kidOf(before), kidOf(after)]).toEqual([former.split(':')[0], next.split(':')[0]]);
  const { unseal } = await import('@sojourn/server');
  const opened = (secrets: string, text: string) => unseal(parseSecrets(secrets), 'pairwise subjects', text);
  expect(opened(next, after)).toBe(opened(former, before));
  await store.close();
});

test('the tenant file may say so too, and says what is missing', async () => {
  const desk = {
    ...file.clients[2],
    callbacks: ['https://c.test/cb'],
    sojourn: { subject_type: 'pairwise' },
  };
  await op.load({ clients: [desk] });
  const client = await pairwise();
  expect(await subOf(DESK, { browser: await browserWithSession(op) })).toBe(await subOf(client));
  const several = { ...desk, callbacks: ['https://c.test/cb', 'https://d.test/cb'] };
  await expect(op.load({ clients: [several] })).rejects.toThrow('sector_identifier_uri');
});
