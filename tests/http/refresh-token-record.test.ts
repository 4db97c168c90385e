import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '@sojourn/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { faultyStore } from '../rig/faulty-store.js';
import {
  exchangeFor,
  PARTIES,
  post,
  type Refreshed,
  refresh,
  refreshTenant,
  refreshTokensFor,
} from '../rig/refresh.js';
import { browserWithSession, claimsOf } from '../rig/session.js';

const { fault, wrapStore } = faultyStore();
const folder = mkdtempSync(join(tmpdir(), 'sojourn-refresh-canary-'));

let op: Deployment;
let sid: string;
let events: readonly RecordedEvent[];
/** What must never be found, by what it is. */
const canaries = new Map<string, string>();
/** Everything that was ever answered without a token. */
const refusals: string[] = [];
let files: { name: string; bytes: Buffer }[] = [];

function remember(name: string, token: string): void {
  const [, , handle = '', , tag = ''] = token.split('.');
  canaries.set(name, token);
  // The session's public id stands before it.
  canaries.set(`handle of ${name}`, handle.split('~')[1] ?? '');
  canaries.set(`tag of ${name}`, tag);
}
function refused({ status, text }: Pick<Refreshed, 'status' | 'text'>): void {
  expect(status).toBeGreaterThanOrEqual(400);
  refusals.push(text);
}

/** One of everything that can happen to a refresh token, and then the last batch of events is written. */
beforeAll(async () => {
  op = await startDeployment({
    tenantFile: refreshTenant(),
    databaseUrl: `sqlite:${join(folder, 'sojourn.db')}`,
    wrapStore,
  });
  const browser = await browserWithSession(op);
  const { tokens, exchange } = await exchangeFor(op, browser);
  canaries.set('code', exchange.code ?? '');
  canaries.set('code verifier', exchange.code_verifier ?? '');
  canaries.set('access token', tokens.access_token);
  sid = String(claimsOf(tokens.access_token).sid);
  remember('first', tokens.refresh_token);
  const second = (await refresh(op, tokens.refresh_token)).body.refresh_token;
  remember('second', second);
  await refresh(op, tokens.refresh_token);
  await refresh(op, tokens.refresh_token, {}, 'spa-a', { 'user-agent': 'another' });
  refused(await refresh(op, second, { scope: 'openid phone' }));
  refused(await refresh(op, second, { audience: 'https://other.test/' }));
  refused(await refresh(op, second, {}, 'conf-c'));
  refused(await refresh(op, second, {}, 'spa-a', { origin: 'https://evil.test' }));
  refused(await refresh(op, `${second.slice(0, -1)}_`));
  fault.fails = () => true;
  refused(await refresh(op, second));
  fault.fails = null;
  op.clock.advance(31_000);
  refused(await refresh(op, tokens.refresh_token));
  refused(await refresh(op, second));

  const revoked = await refreshTokensFor(op, browser, 'conf-c');
  remember('revoked', revoked.refresh_token);
  await post(op, 'oauth/revoke', { ...PARTIES['conf-c'].fields, token: revoked.refresh_token });
  refused(await refresh(op, revoked.refresh_token, {}, 'conf-c'));
  // One that lives: nothing of it may lie about either.
  remember('living', (await refreshTokensFor(op, browser)).refresh_token);

  await op.server.close();
  events = await op.store.findEvents({ after: 0, since: 0, atMost: 10_000 });
  files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
});
afterAll(async () => {
  await op.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('design.md 8: what happens to a refresh token is on record', () => {
  test.each([
    [{ name: 'refresh.succeeded', reason: null }],
    [{ name: 'refresh.repeated', reason: null }],
    [{ name: 'refresh.overlap-elsewhere', reason: null }],
    [{ name: 'refresh.replayed', reason: null }],
    [{ name: 'refresh.refused', reason: 'replayed' }],
    [{ name: 'family.revoked', reason: 'client-request', clientId: 'conf-c', userId: null }],
    [{ name: 'refresh.refused', reason: 'client-request', clientId: 'conf-c', userId: null }],
  ] as Partial<RecordedEvent>[][])('%o', (expected) => {
    const { userId = expected?.name === 'refresh.refused' ? null : 'auth0|mira', clientId = 'spa-a' } =
      expected ?? {};
    const line = { clientId, userId, sid, address: '127.0.0.1', ...expected };
    expect(events).toContainEqual(expect.objectContaining(line));
  });

  test('what is no token of the client is refused as unknown, by whomever', () => {
    const unknown = events.filter(({ name, reason }) => name === 'refresh.refused' && reason === 'unknown');
    expect(new Set(unknown.map(({ clientId }) => clientId))).toEqual(new Set(['spa-a', 'conf-c']));
    for (const event of unknown) expect(event).toMatchObject({ sid: null, userId: null });
  });

  test('one alarm for the family that died', () => {
    expect(events.filter(({ name }) => name === 'refresh.replayed')).toHaveLength(1);
  });
});

describe('L05: tokens driven through success and failure', () => {
  test('there are canaries, and the places searched are not empty', () => {
    expect(canaries.size).toBe(15);
    for (const [name, value] of canaries) expect(value.length, name).toBeGreaterThan(20);
    expect(refusals.length).toBe(9);
    expect(events.length).toBeGreaterThan(8);
    expect(op.logLines.length).toBeGreaterThan(0);
    expect(files.some(({ bytes }) => bytes.includes(sid))).toBe(true);
  });

  test('none is in the events, the log or the body of a refusal, but what a page keeps and is said back to it', () => {
    const told = refusals.map((body) => body.replace(/"refresh_token":"[^"]*"/, ''));
    const texts = [JSON.stringify(events), JSON.stringify(op.logLines), told.join('\n')];
    for (const [name, value] of canaries)
      for (const text of texts) expect(text.includes(value), name).toBe(false);
  });

  test('security.md 35: none is in the bytes of the database, its journal or its lock', () => {
    const found: string[] = [];
    for (const { name: file, bytes } of files)
      for (const [name, value] of canaries) if (bytes.includes(value)) found.push(`${name} in ${file}`);
    expect(found).toEqual([]);
  });
});

test('only a page is said its token back: servers write bodies of errors into their logs', async () => {
  const { refresh_token: token } = await refreshTokensFor(op, await browserWithSession(op));
  const asked = { scope: 'openid read:berths write:berths address' };
  const page = await refresh(op, token, { ...asked, audience: 'https://nowhere.test/' });
  expect(page.body).toMatchObject({ error: 'invalid_target', refresh_token: token });
  const server = await post(op, 'oauth/token', {
    client_id: 'spa-a',
    grant_type: 'refresh_token',
    refresh_token: token,
    audience: 'https://nowhere.test/',
  });
  expect(JSON.parse(server.text)).toEqual({
    error: 'invalid_target',
    error_description: expect.any(String),
  });
});
