import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import {
  clientFile,
  DEAD,
  familyOf,
  type PartyName,
  refresh,
  refreshTenant,
  refreshTokensFor,
  unchangedSettings,
} from '../rig/refresh.js';
import { answerOf, authorizationRequest } from '../rig/relying-party.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant() });
});
afterEach(() => op.load(unchangedSettings()));
afterAll(() => op.stop());

/** A family of a fresh session, of a client with this `refresh_token` block. */
async function start(block: object, clientId: PartyName = 'spa-a'): Promise<string> {
  await op.load(clientFile(clientId, { refresh_token: block }));
  browser = await browserWithSession(op);
  return (await refreshTokensFor(op, browser, clientId)).refresh_token;
}

const wait = (milliseconds: number) => op.clock.advance(milliseconds);
async function next(token: string, clientId: PartyName = 'spa-a'): Promise<string> {
  const answer = await refresh(op, token, {}, clientId);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body.refresh_token;
}

describe('D11 rotation never moves the absolute limit; use moves the idle one', () => {
  test('100 rotations, a second apart, of a family of 100 seconds', async () => {
    let token = await start({ token_lifetime: 101, idle_token_lifetime: 3 });
    const first = await familyOf(op, (await refresh(op, token)).body.access_token);
    const { startedAt, expiresAt } = first.family;
    expect(expiresAt).toBe(startedAt + 101 * SECOND);
    for (let round = 0; round < 100; round += 1) {
      wait(SECOND);
      token = await next(token);
    }
    expect((await op.store.findFamily(first.key))?.family).toMatchObject({ startedAt, expiresAt });
    wait(SECOND);
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  test('unused for its idle lifetime it is dead, to the millisecond, and stays so', async () => {
    const token = await start({ idle_token_lifetime: 5 });
    wait(5 * SECOND - 1);
    const second = await next(token);
    wait(5 * SECOND);
    expect(await refresh(op, second)).toMatchObject(DEAD);
    wait(MINUTE);
    expect(await refresh(op, second)).toMatchObject(DEAD);
  });

  test('the token that a dead family gave does not outlive its own time', async () => {
    const token = await start({ token_lifetime: 5 });
    const { access_token } = (await refresh(op, token)).body;
    wait(6 * SECOND);
    expect(await isAlive(op, access_token)).toBe(true);
    wait(DAY);
    expect(await isAlive(op, access_token)).toBe(false);
  });
});

describe('Auth0’s names for lifetimes', () => {
  test('nothing said: 15 days idle, 30 days in all', async () => {
    let token = await start({});
    wait(15 * DAY - 1);
    token = await next(token);
    wait(15 * DAY);
    expect(await refresh(op, token)).toMatchObject(DEAD);
    token = await start({});
    for (let step = 0; step < 29; step += 1) {
      wait(DAY);
      token = await next(token);
    }
    wait(DAY);
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  test.each([
    ['infinite_token_lifetime', { infinite_token_lifetime: true, token_lifetime: 5 }, 14 * DAY, 'alive'],
    ['infinite_token_lifetime, and idle all the same', { infinite_token_lifetime: true }, 15 * DAY, 'dead'],
    [
      'infinite_idle_token_lifetime',
      { infinite_idle_token_lifetime: true, idle_token_lifetime: 5 },
      29 * DAY,
      'alive',
    ],
    ['infinite_idle_token_lifetime, and an end', { infinite_idle_token_lifetime: true }, 30 * DAY, 'dead'],
    ['both', { infinite_token_lifetime: true, infinite_idle_token_lifetime: true }, 1_000 * DAY, 'alive'],
    [
      'expiration_type non-expiring',
      { expiration_type: 'non-expiring', token_lifetime: 5 },
      1_000 * DAY,
      'alive',
    ],
  ])('%s', async (_name, block, elapsed, state) => {
    const token = await start(block);
    wait(elapsed);
    expect((await refresh(op, token)).status).toBe(state === 'alive' ? 200 : 400);
  });

  test('the stricter of the limits then and now counts', async () => {
    let token = await start({ expiration_type: 'non-expiring' });
    wait(40 * DAY);
    token = await next(token);
    await op.load(
      clientFile('spa-a', { refresh_token: { infinite_token_lifetime: true, idle_token_lifetime: 60 } }),
    );
    wait(MINUTE);
    expect(await refresh(op, token)).toMatchObject(DEAD);
    // A limit that is lifted again has ended nothing.
    await op.load(clientFile('spa-a', { refresh_token: { expiration_type: 'non-expiring' } }));
    token = await next(token);
    const short = await start({ token_lifetime: 60 });
    await op.load(clientFile('spa-a', { refresh_token: { expiration_type: 'non-expiring' } }));
    wait(MINUTE);
    expect(await refresh(op, short)).toMatchObject(DEAD);
  });
});

describe('design.md 5: tokens that do not rotate', () => {
  const NON_ROTATING = { rotation_type: 'non-rotating' };

  test('a confidential client keeps the same one, gets it in every answer, and 20 at once are no replay', async () => {
    const token = await start(NON_ROTATING, 'conf-c');
    for (let round = 0; round < 3; round += 1) {
      wait(DAY);
      expect(await next(token, 'conf-c')).toBe(token);
    }
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(op, token, {}, 'conf-c')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.refresh_token}`))).toEqual(
      new Set([`200 ${token}`]),
    );
    wait(15 * DAY);
    expect(await refresh(op, token, {}, 'conf-c')).toMatchObject(DEAD);
  });

  test('a public client’s rotate whatever was loaded', async () => {
    const token = await start(NON_ROTATING);
    expect(await next(token)).not.toBe(token);
  });

  test('switched on and off, the token that the client holds is good', async () => {
    const first = await start({}, 'conf-c');
    const second = await next(first, 'conf-c');
    await op.load(clientFile('conf-c', { refresh_token: NON_ROTATING }));
    wait(MINUTE);
    expect(await next(second, 'conf-c')).toBe(second);
    await op.load(clientFile('conf-c', {}));
    const third = await next(second, 'conf-c');
    expect(third).not.toBe(second);
    // And what was replaced before is replay whatever it is now.
    await op.load(clientFile('conf-c', { refresh_token: NON_ROTATING }));
    expect(await refresh(op, first, {}, 'conf-c')).toMatchObject(DEAD);
    expect(await refresh(op, third, {}, 'conf-c')).toMatchObject(DEAD);
  });
});

describe('design.md 3: expired is not ended', () => {
  const silently = async (prompting: HttpBrowser) =>
    answerOf(await prompting.visit(authorizationRequest(op.issuer, { prompt: 'none' }).url)).get('error');

  test('after three weeks a family brings its End-User back, without a session that signs anybody in', async () => {
    let token = await start({});
    for (const days of [10, 11]) {
      wait(days * DAY);
      expect(await silently(browser)).toBe('login_required');
      const { body, status } = await refresh(op, token);
      expect([status, claimsOf(body.id_token).sub]).toEqual([200, 'auth0|mira']);
      expect(await isAlive(op, body.access_token)).toBe(true);
      token = body.refresh_token;
    }
    // Refreshing is not the End-User's own doing: the session is as expired as it was.
    expect(await silently(browser)).toBe('login_required');
  });

  test.each([
    ['expiry', 'alive', 'dead'],
    ['end', 'alive', 'alive'],
    ['nothing', 'dead', 'dead'],
  ])('outlives %s: with its session expired %s, with it ended %s', async (outlives, expired, ended) => {
    const alive = async (token: string) => (await refresh(op, token)).status === 200;
    const block = { sojourn: { outlives } };
    const first = await start(block);
    wait(3 * DAY);
    expect(await alive(first)).toBe(expired === 'alive');
    const second = await start(block);
    const { access_token, refresh_token } = (await refresh(op, second)).body;
    const sid = String(claimsOf(access_token).sid);
    await op.store.endSession({ sid, reason: 'signed-out', now: op.clock.now(), events: [] });
    expect(await alive(refresh_token)).toBe(ended === 'alive');
    expect(await isAlive(op, access_token)).toBe(ended === 'alive');
  });

  test('made stricter, it counts for families that are there; made laxer, it does not', async () => {
    const outlives = (value: string) => ({ sojourn: { outlives: value } });
    const end = async (token: string) => {
      const { access_token, refresh_token } = (await refresh(op, token)).body;
      const sid = String(claimsOf(access_token).sid);
      await op.store.endSession({ sid, reason: 'signed-out', now: op.clock.now(), events: [] });
      return { access_token, refresh_token };
    };
    const lax = await end(await start(outlives('end')));
    await op.load(clientFile('spa-a', { refresh_token: outlives('expiry') }));
    expect(await refresh(op, lax.refresh_token)).toMatchObject(DEAD);
    expect(await isAlive(op, lax.access_token)).toBe(false);
    const strict = await end(await start(outlives('expiry')));
    await op.load(clientFile('spa-a', { refresh_token: outlives('end') }));
    expect(await refresh(op, strict.refresh_token)).toMatchObject(DEAD);
    expect(await isAlive(op, strict.access_token)).toBe(false);
  });
});
