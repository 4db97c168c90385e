import { ConfigurationChanged, createAuthorizationServer, type Store } from '@sojourn/server';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import { faultyStore } from '../rig/faulty-store.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import {
  DEAD,
  exchangeFor,
  familyOf,
  PARTIES,
  post,
  refresh,
  refreshTenant,
  refreshTokensFor,
} from '../rig/refresh.js';
import { codeFor } from '../rig/requests.js';
import { browserWithSession } from '../rig/session.js';

const SECOND = 1_000;
const { fault, wrapStore } = faultyStore();
const { error: unavailable } = fault;

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant(), wrapStore });
  browser = await browserWithSession(op);
});
afterEach(() => {
  fault.fails = null;
  fault.error = unavailable;
});
afterAll(() => op.stop());

/** What the published SPA SDK's worker keeps its token at: an answer that is not JSON, and that its page can read. */
function expectPlainTrouble({ status, headers, text }: Awaited<ReturnType<typeof refresh>>, wanted: number) {
  expect(status).toBe(wanted);
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(() => JSON.parse(text)).toThrow();
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('access-control-allow-origin')).toBe('https://a.test');
  if (wanted !== 500) expect(headers.get('retry-after')).toMatch(/^\d+$/);
}

describe('design.md 5: trouble of ours signs nobody out', () => {
  test.each([
    ['all of it', () => true],
    ['where the token is used', (method: string) => method === 'useRefreshToken'],
  ])(
    'the store does not answer: 503 in plain text, and the token is as good as it was: %s',
    async (_name, fails) => {
      const { refresh_token: token, access_token } = await refreshTokensFor(op, browser);
      const { family } = await familyOf(op, access_token);
      fault.fails = fails;
      for (let index = 0; index < 3; index += 1) expectPlainTrouble(await refresh(op, token), 503);
      fault.fails = null;
      expect((await familyOf(op, access_token)).family).toEqual(family);
      op.clock.advance(60 * SECOND);
      expect((await refresh(op, token)).status).toBe(200);
    },
  );

  test('where a narrower scope is looked at first, the same', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    fault.fails = (method) => method === 'findFamily';
    expectPlainTrouble(await refresh(op, token, { scope: 'openid' }), 503);
    fault.fails = null;
    expect((await refresh(op, token, { scope: 'openid' })).status).toBe(200);
  });

  test('a fault of another kind: 500 in plain text, telling nothing', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    fault.error = () => new TypeError('a canary of a stack');
    fault.fails = (method) => method === 'useRefreshToken';
    const answer = await refresh(op, token);
    expectPlainTrouble(answer, 500);
    expect(answer.text).not.toContain('canary');
    fault.fails = null;
    expect((await refresh(op, token)).status).toBe(200);
  });

  test('a configuration that changes again and again: plain text as well', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    let times = 1;
    fault.error = () => new ConfigurationChanged('the configuration has changed');
    fault.fails = (method) => {
      if (method !== 'useRefreshToken' || times === 0) return false;
      times -= 1;
      return true;
    };
    // Once is nothing: the request is judged anew.
    expect((await refresh(op, token)).status).toBe(200);
    const { refresh_token: next } = await refreshTokensFor(op, browser);
    times = 10;
    expectPlainTrouble(await refresh(op, next), 503);
    // And so is a store that goes away while the configuration is read anew.
    times = 1;
    fault.error = () => (times === 0 ? unavailable() : new ConfigurationChanged('it has changed'));
    let changed = false;
    fault.fails = (method) => {
      if (method === 'useRefreshToken' && !changed) {
        changed = true;
        return true;
      }
      times = 0;
      return method === 'findConfigurationChanges';
    };
    expectPlainTrouble(await refresh(op, next), 503);
    fault.fails = null;
    expect((await refresh(op, next)).status).toBe(200);
  });

  test('too many wrong secrets: 429 in plain text for the refresh grant, JSON for the code grant', async () => {
    const { tokens } = await exchangeFor(op, browser, 'conf-c');
    const wrong = { ...PARTIES['conf-c'].fields, client_secret: 'wrong' };
    const fields = { ...wrong, grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    let answer = await post(op, 'oauth/token', fields);
    for (let tries = 0; answer.status === 401 && tries < 200; tries += 1)
      answer = await post(op, 'oauth/token', fields);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([429, 'text/plain; charset=utf-8']);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    const code = await post(op, 'oauth/token', { ...wrong, grant_type: 'authorization_code', code: 'x' });
    expect([code.status, code.headers.get('content-type')]).toEqual([429, expect.stringMatching(/json/)]);
    op.clock.advance(3_600 * SECOND);
    expect((await refresh(op, tokens.refresh_token, {}, 'conf-c')).status).toBe(200);
  });

  test('the code grant is told in JSON, as auth0-wire.md 3.4 has it', async () => {
    const { code, verifier } = await codeFor(op, browser, { scope: 'openid offline_access' });
    const { fields, headers, redirectUri } = PARTIES['spa-a'];
    fault.fails = (method) => method === 'redeemAuthorizationCode';
    const exchange = { ...fields, grant_type: 'authorization_code', code, code_verifier: verifier };
    const answer = await post(op, 'oauth/token', { ...exchange, redirect_uri: redirectUri }, headers);
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([503, 'temporarily_unavailable']);
    fault.fails = null;
    const again = await post(op, 'oauth/token', { ...exchange, redirect_uri: redirectUri }, headers);
    expect(JSON.parse(again.text)).toHaveProperty('refresh_token');
  });

  test('a revocation that could not be written is not told as done', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    fault.fails = (method) => method === 'revokeFamily';
    const { fields, headers } = PARTIES['spa-a'];
    const answer = await post(op, 'oauth/revoke', { ...fields, token }, headers);
    expect(answer.status).toBe(503);
    fault.fails = null;
    expect((await refresh(op, token)).status).toBe(200);
  });
});

describe('design.md 5: "Time in which the service could not answer does not count"', () => {
  test('a retry after an outage is no replay, before the first heartbeat of it and after', async () => {
    const { refresh_token: first } = await refreshTokensFor(op, browser);
    const { refresh_token: second } = await refreshTokensFor(op, browser);
    await op.store.beat(op.clock.now());
    const successors = [];
    for (const token of [first, second]) successors.push((await refresh(op, token)).body.refresh_token);
    fault.fails = () => true;
    expect((await refresh(op, first)).status).toBe(503);
    op.clock.advance(5 * 60 * SECOND);
    fault.fails = null;
    expect(await refresh(op, first)).toMatchObject({ status: 200, body: { refresh_token: successors[0] } });
    await op.store.beat(op.clock.now());
    for (let second = 0; second < 29; second += 1) {
      op.clock.advance(SECOND);
      await op.store.beat(op.clock.now());
    }
    expect(await refresh(op, second)).toMatchObject({ status: 200, body: { refresh_token: successors[1] } });
    op.clock.advance(SECOND);
    await op.store.beat(op.clock.now());
    expect(await refresh(op, second)).toMatchObject(DEAD);
  });

  test('of an outage of an hour ten minutes are forgiven', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    const { refresh_token: other } = await refreshTokensFor(op, browser);
    await op.store.beat(op.clock.now());
    const { body } = await refresh(op, token);
    await refresh(op, other);
    op.clock.advance(10 * 60 * SECOND + 29 * SECOND);
    expect(await refresh(op, token)).toMatchObject({
      status: 200,
      body: { refresh_token: body.refresh_token },
    });
    op.clock.advance(50 * 60 * SECOND);
    await op.store.beat(op.clock.now());
    expect(await refresh(op, other)).toMatchObject(DEAD);
  });
});

describe('security.md M09: a node whose clock differs from the store’s', () => {
  test('keeps the store’s time: a retry there is a retry, not a replay', async () => {
    const clockOf = (store: Store, offset: number) =>
      new Proxy(store, {
        get: (target, name) => {
          const storeNow = async () => op.clock.now() + offset;
          if (name === 'findClock') return storeNow;
          if (name === 'beat') return async () => ({ storeNow: await storeNow() });
          return target[name as keyof Store];
        },
      });
    const { refresh_token: token } = await refreshTokensFor(op, await browserWithSession(op));
    const rotated = await refresh(op, token);
    // Its own clock is a day ahead; the store's is ten seconds further than at the rotation.
    const node = await createAuthorizationServer({
      issuer: op.issuer,
      store: clockOf(op.store, 10 * SECOND),
      secrets: op.secrets,
      clock: () => op.clock.now() + 24 * 60 * 60 * SECOND,
    });
    const body = new URLSearchParams({
      client_id: 'spa-a',
      grant_type: 'refresh_token',
      refresh_token: token,
    }).toString();
    const answer = await node.handle({
      method: 'POST',
      path: '/oauth/token',
      rawQuery: '',
      header: (name) => (name === 'content-type' ? 'application/x-www-form-urlencoded' : undefined),
      rawBody: body,
      peerAddress: '127.0.0.1',
    });
    await node.close();
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).refresh_token).toBe(rotated.body.refresh_token);
  });
});
