import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Deployment, startDeployment } from '../rig/deployment.js';
import type { HttpBrowser } from '../rig/http-browser.js';
import { startNodes } from '../rig/nodes.js';
import {
  clientFile,
  DEAD,
  eventsOf,
  familyOf,
  PARTIES,
  post,
  refresh,
  refreshTenant,
  refreshTokensFor,
  unchangedSettings,
} from '../rig/refresh.js';
import { browserWithSession, claimsOf, isAlive } from '../rig/session.js';

const SECOND = 1_000;
const AT_ONCE = 20;

let op: Deployment;
let browser: HttpBrowser;
beforeAll(async () => {
  op = await startDeployment({ tenantFile: refreshTenant(), trustedProxies: ['127.0.0.1'] });
  browser = await browserWithSession(op);
});
afterEach(() => op.load(unchangedSettings()));
afterAll(() => op.stop());

const leeway = (seconds: number) => op.load(clientFile('spa-a', { refresh_token: { leeway: seconds } }));
const together = (token: string, callers = AT_ONCE) =>
  Promise.all(Array.from({ length: callers }, () => refresh(op, token)));

describe('D01 overlap 0', () => {
  test('of 20 refreshes at once one is answered, 19 are told invalid_grant, and the family is dead', async () => {
    await leeway(0);
    for (let round = 0; round < 5; round += 1) {
      const { refresh_token: token } = await refreshTokensFor(op, browser);
      const answers = await together(token);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused).toHaveLength(AT_ONCE - 1);
      for (const answer of refused) expect(answer).toMatchObject(DEAD);
      const successor = answers.find(({ status }) => status === 200)?.body.refresh_token ?? '';
      expect(await refresh(op, successor)).toMatchObject(DEAD);
    }
  });

  test('one after the other, in the same millisecond', async () => {
    await leeway(0);
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    expect((await refresh(op, token)).status).toBe(200);
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });
});

describe('D03 overlap 10 s', () => {
  test('20 refreshes at once all get the same token, which works once after', async () => {
    await leeway(10);
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    const answers = await together(token);
    expect(answers.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(200));
    const successors = new Set(answers.map(({ body }) => body.refresh_token));
    expect(successors.size).toBe(1);
    // Each has an access token of its own, and all of them live.
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(AT_ONCE);
    for (const { body } of answers) expect(await isAlive(op, body.access_token)).toBe(true);
    const [successor = ''] = successors;
    expect((await refresh(op, successor)).status).toBe(200);
  });
});

test('D04 two tabs, 13 ms apart and on different nodes, both go on for 50 rotations, and nothing is alarmed', async () => {
  const nodes = await startNodes(refreshTenant());
  try {
    const { first, others } = nodes;
    const tokens = await refreshTokensFor(first, await browserWithSession(first));
    let token = tokens.refresh_token;
    const held = new Set([token]);
    for (let round = 0; round < 50; round += 1) {
      const [early, late] = round % 2 === 0 ? [first, others[0]] : [others[0], others[1]];
      const one = await refresh(early, token);
      first.clock.advance(13);
      const other = await refresh(late, token);
      expect([one.status, other.status]).toEqual([200, 200]);
      expect(other.body.refresh_token).toBe(one.body.refresh_token);
      token = one.body.refresh_token;
      held.add(token);
      first.clock.advance(60 * SECOND);
    }
    expect(held.size).toBe(51);
    for (const { server } of [first, ...others]) await server.close();
    const sid = String(claimsOf(tokens.id_token).sid);
    const names = await eventsOf(first, sid);
    expect(names).toEqual(expect.arrayContaining(['refresh.succeeded', 'refresh.repeated']));
    const alarms = /replayed|refused|elsewhere|revoked|rollback|ended/;
    expect(names.filter((name) => alarms.test(name))).toEqual([]);
    expect((await first.store.findSession(sid))?.flaggedAt).toBeNull();
  } finally {
    await nodes.stop();
  }
});

describe('D05 the answer is lost on its way', () => {
  test('the token again after 1, 5 and 9 s brings the successor; after 11 s it is replay, and the family is dead', async () => {
    await leeway(10);
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    const lost = (await refresh(op, token)).body.refresh_token;
    for (const elapsed of [1, 4, 4]) {
      op.clock.advance(elapsed * SECOND);
      expect(await refresh(op, token)).toMatchObject({ status: 200, body: { refresh_token: lost } });
    }
    op.clock.advance(2 * SECOND);
    expect(await refresh(op, token)).toMatchObject(DEAD);
    expect(await refresh(op, lost)).toMatchObject(DEAD);
  });

  test('a retry does not lengthen the overlap, and the first use of the successor ends it', async () => {
    await leeway(10);
    const { refresh_token: first } = await refreshTokensFor(op, browser);
    const second = (await refresh(op, first)).body.refresh_token;
    expect((await refresh(op, second)).status).toBe(200);
    expect(await refresh(op, first)).toMatchObject(DEAD);
  });
});

describe('D06 and D07', () => {
  test('D06 the predecessor’s predecessor within the overlap: the family is dead', async () => {
    const { refresh_token: first, access_token } = await refreshTokensFor(op, browser);
    const second = (await refresh(op, first)).body.refresh_token;
    const third = (await refresh(op, second)).body.refresh_token;
    expect(await refresh(op, first)).toMatchObject(DEAD);
    for (const token of [second, third]) expect(await refresh(op, token)).toMatchObject(DEAD);
    expect(await isAlive(op, access_token)).toBe(false);
  });

  test('D07 the same successor five times, then the same one three times: one family, one live leaf', async () => {
    const { refresh_token: first, access_token } = await refreshTokensFor(op, browser);
    const second = new Set<string>();
    for (let index = 0; index < 5; index += 1) second.add((await refresh(op, first)).body.refresh_token);
    expect(second.size).toBe(1);
    const [r2 = ''] = second;
    const third = new Set([(await refresh(op, r2)).body.refresh_token]);
    for (let index = 0; index < 3; index += 1) third.add((await refresh(op, r2)).body.refresh_token);
    expect(third.size).toBe(1);
    const { family, key } = await familyOf(op, access_token);
    expect([family.generation, family.repeats]).toEqual([3, 7]);
    const listed = await op.store.findFamilies({
      ...{ userId: null, clientId: 'spa-a', sid: key.sid },
      ...{ after: null, atMost: 1_000 },
    });
    expect(listed.filter((found) => found.family.handleHash === key.handleHash)).toHaveLength(1);
    const [r3 = ''] = third;
    expect((await refresh(op, r3)).status).toBe(200);
  });
});

describe('D09 a token that is presented wrongly is as good as before', () => {
  test.each([
    ['by another client', {}, 'spa-b', 400, 'invalid_grant'],
    ['with a wrong secret', { client_secret: 'wrong' }, 'conf-c', 401, 'invalid_client'],
    ['with a scope that was not granted', { scope: 'openid phone' }, 'conf-c', 400, 'invalid_scope'],
    ['for another audience', { audience: 'https://other.test/' }, 'conf-c', 400, 'invalid_target'],
  ] as const)('%s', async (_name, fields, clientId, status, error) => {
    const { refresh_token: token } = await refreshTokensFor(op, browser, 'conf-c');
    const before = await refresh(op, token, {}, 'conf-c');
    const { family } = await familyOf(op, before.body.access_token);
    const held = before.body.refresh_token;
    const answer = await refresh(op, held, fields, clientId);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    // Also the token before it, which would be replay.
    op.clock.advance(60 * SECOND);
    await refresh(op, token, fields, clientId);
    expect((await familyOf(op, before.body.access_token)).family).toEqual(family);
    expect((await refresh(op, held, {}, 'conf-c')).status).toBe(200);
  });

  test('a broken proof of possession, and a query, cost nothing either', async () => {
    const { refresh_token: token, access_token } = await refreshTokensFor(op, browser, 'conf-c');
    const { family } = await familyOf(op, access_token);
    const broken = await refresh(op, token, {}, 'conf-c', { dpop: 'made.up.proof' });
    expect([broken.status, broken.body.error]).toEqual([400, 'invalid_dpop_proof']);
    const fields = { ...PARTIES['conf-c'].fields, grant_type: 'refresh_token', refresh_token: token };
    expect((await post(op, 'oauth/token?x=1', fields)).status).toBe(400);
    expect((await familyOf(op, access_token)).family).toEqual(family);
  });
});

describe('design.md 5: overlap, as it was loaded and from elsewhere', () => {
  test.each([0, 1, 5, 30, 60])('a loaded overlap of %i s is obeyed', async (seconds) => {
    await leeway(seconds);
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    const { body } = await refresh(op, token);
    if (seconds > 0) {
      op.clock.advance(seconds * SECOND - 1);
      expect((await refresh(op, token)).body.refresh_token).toBe(body.refresh_token);
      op.clock.advance(1);
    }
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  test('nothing loaded: 30 s', async () => {
    const { refresh_token: token } = await refreshTokensFor(op, browser);
    await refresh(op, token);
    op.clock.advance(30 * SECOND - 1);
    expect((await refresh(op, token)).status).toBe(200);
    op.clock.advance(1);
    expect(await refresh(op, token)).toMatchObject(DEAD);
  });

  const HERE = { 'user-agent': 'Harbour/1', 'x-forwarded-for': '192.0.2.7' };
  const elsewhere = [
    ['another agent', { ...HERE, 'user-agent': 'Curl/8' }],
    ['another network', { ...HERE, 'x-forwarded-for': '198.51.100.7' }],
  ] as const;

  test.each(elsewhere)('a retry from %s gets the successor, and is put on record', async (_name, there) => {
    const { refresh_token: token, access_token } = await refreshTokensFor(op, browser, 'spa-a', {}, HERE);
    const { key } = await familyOf(op, access_token);
    const before = (await eventsOf(op, key.sid)).filter((name) => name === 'refresh.overlap-elsewhere');
    const { body } = await refresh(op, token, {}, 'spa-a', HERE);
    expect((await refresh(op, token, {}, 'spa-a', HERE)).status).toBe(200);
    const events = async () =>
      (await eventsOf(op, key.sid)).filter((name) => name === 'refresh.overlap-elsewhere');
    expect(await events()).toEqual(before);
    expect(await refresh(op, token, {}, 'spa-a', there)).toMatchObject({
      status: 200,
      body: { refresh_token: body.refresh_token },
    });
    expect(await events()).toHaveLength(before.length + 1);
  });

  test.each(elsewhere)('and from %s is replay where the tenant says so', async (_name, there) => {
    await op.load({ tenant: { sojourn: { overlap_elsewhere_is_replay: true } } });
    const { refresh_token: token } = await refreshTokensFor(op, browser, 'spa-a', {}, HERE);
    const { body } = await refresh(op, token, {}, 'spa-a', HERE);
    expect((await refresh(op, token, {}, 'spa-a', HERE)).status).toBe(200);
    // The current token may go anywhere.
    const moved = await refresh(op, body.refresh_token, {}, 'spa-a', there);
    expect(moved.status).toBe(200);
    expect(await refresh(op, body.refresh_token, {}, 'spa-a', HERE)).toMatchObject(DEAD);
    expect(await refresh(op, moved.body.refresh_token, {}, 'spa-a', there)).toMatchObject(DEAD);
  });
});

describe('security.md 25: a replay', () => {
  test('kills the family and its access tokens, flags the session, and leaves the session and others alive', async () => {
    const own = await browserWithSession(op);
    const { refresh_token: first, access_token } = await refreshTokensFor(op, own);
    const other = await refreshTokensFor(op, own);
    const { body } = await refresh(op, first);
    op.clock.advance(31 * SECOND);
    expect(await refresh(op, first)).toMatchObject(DEAD);
    for (const token of [access_token, body.access_token]) expect(await isAlive(op, token)).toBe(false);
    expect(await isAlive(op, other.access_token)).toBe(true);
    expect((await refresh(op, other.refresh_token)).status).toBe(200);
    const sid = String(claimsOf(access_token).sid);
    const session = await op.store.findSession(sid);
    expect(session).toMatchObject({ flaggedAt: op.clock.now(), endedAt: null });
    // One alarm, however often it is tried again.
    expect(await refresh(op, first)).toMatchObject(DEAD);
    const events = await eventsOf(op, sid);
    expect(events.filter((name) => name === 'refresh.replayed')).toHaveLength(1);
    expect(events).not.toContain('session.ended');
  });

  test('ends the session as well where the tenant says so', async () => {
    await op.load({ tenant: { sojourn: { refresh_token_replay_ends_session: true } } });
    const own = await browserWithSession(op);
    const { refresh_token: first, access_token } = await refreshTokensFor(op, own);
    const other = await refreshTokensFor(op, own, 'conf-c');
    await refresh(op, first);
    op.clock.advance(31 * SECOND);
    expect(await refresh(op, first)).toMatchObject(DEAD);
    const sid = String(claimsOf(access_token).sid);
    expect(await op.store.findSession(sid)).toMatchObject({ endReason: 'refresh-token-replayed' });
    expect(await refresh(op, other.refresh_token, {}, 'conf-c')).toMatchObject(DEAD);
    expect(await isAlive(op, other.access_token)).toBe(false);
    expect((await eventsOf(op, sid)).filter((name) => name === 'session.ended')).toHaveLength(1);
  });

  test('of a session that is over ends nothing a second time, and says so nowhere', async () => {
    const outlives = { refresh_token: { sojourn: { outlives: 'end' } } };
    await op.load({
      ...clientFile('conf-c', outlives),
      tenant: { sojourn: { refresh_token_replay_ends_session: true } },
    });
    const own = await browserWithSession(op);
    const { refresh_token: first, access_token } = await refreshTokensFor(op, own, 'conf-c');
    const sid = String(claimsOf(access_token).sid);
    await op.store.endSession({ sid, reason: 'signed-out', now: op.clock.now(), events: [] });
    expect((await refresh(op, first, {}, 'conf-c')).status).toBe(200);
    op.clock.advance(31 * SECOND);
    expect(await refresh(op, first, {}, 'conf-c')).toMatchObject(DEAD);
    const events = await eventsOf(op, sid);
    expect(events).toContain('refresh.replayed');
    expect(events).not.toContain('session.ended');
    expect(await op.store.findSession(sid)).toMatchObject({ endReason: 'signed-out' });
  });
});
