import { beforeEach, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { MINUTE, NOW } from '../store-samples.js';
import { DAY, familyCallsOn, told } from './family-calls.js';
import { CALLERS, together } from './store-calls.js';

/** How a family begins and how its tokens are used, retried, replayed and refused. */
export function describeFamilyUse(openedStore: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = openedStore();
  });
  const { start, use, find, eventNames } = familyCallsOn(openedStore);

  test('one begins with the code, in place of a grant, and is found with its session and End-User', async () => {
    const claims = { idToken: ['email'], userinfo: ['name'] };
    const code = { claims, amr: ['pwd', 'otp'], acr: 'gold', audience: 'https://api.a.test/' };
    expect(await start('f', { jkt: 'key' }, code)).toMatchObject({ outcome: 'redeemed' });
    const found = await store.findFamily({ sid: 'sid-1', handleHash: 'f' });
    expect(found?.family).toEqual({
      sid: 'sid-1',
      handleHash: 'f',
      clientId: 'spa-a',
      scope: ['openid', 'offline_access'],
      ...code,
      authenticatedAt: NOW,
      startedAt: NOW,
      expiresAt: NOW + 30 * DAY,
      idleLimitMs: 15 * DAY,
      outlives: 'expiry',
      jkt: 'key',
      generation: 1,
      kid: 'k1',
      previousKid: null,
      rotatedAt: NOW,
      usedAt: NOW,
      rotatedBy: 1,
      repeats: 0,
      lateGeneration: null,
      revokedAt: null,
      revokeReason: null,
    });
    expect(found?.session).toEqual(await store.findSession('sid-1'));
    expect(found?.user).toEqual(await store.findUser('mira'));
    expect(await store.findGrant('f', 'sid-1')).toMatchObject({
      grantId: 'f',
      clientId: 'spa-a',
      userId: 'mira',
      userinfoClaims: ['name'],
      endedAt: null,
      outlivesSessionEnd: false,
    });
    expect(await store.findFamily({ sid: 'sid-1', handleHash: 'other' })).toBeNull();
    expect(await store.findFamily({ sid: 'other', handleHash: 'f' })).toBeNull();
  });

  test('families of as long a scope as a request may write, begun at once, keep each its own', async () => {
    const scopeOf = (index: number) => [
      'openid',
      ...Array.from({ length: 80 }, (_, other) => `${'read:'.repeat(9)}${other + 10}`),
      `last:${index % 2}`,
    ];
    await together((index) => start(`f ${index}`, {}, { scope: scopeOf(index) }));
    for (const index of [0, 1, CALLERS - 1])
      expect((await find(`f ${index}`))?.scope).toEqual(scopeOf(index));
  });

  test('use by use the generation grows by one, and the secrets of the last two are known', async () => {
    await start('f');
    expect(told(await use('f', 1, { successorKid: 'k2', now: NOW + 1, from: 7 }))).toBe('rotated 2');
    expect(await find('f')).toMatchObject({
      kid: 'k2',
      previousKid: 'k1',
      rotatedAt: NOW + 1,
      usedAt: NOW + 1,
      rotatedBy: 7,
    });
    const second = { presented: { kid: 'k2', generation: 2 }, successorKid: 'k2' };
    expect(told(await use('f', 2, second))).toBe('rotated 3');
  });

  test('D03 of 50 uses at once within the overlap one rotates and all get the same successor', async () => {
    await start('f');
    const outcomes = await together(() => use('f', 1));
    expect(outcomes.map(told).sort()).toEqual([...Array(CALLERS - 1).fill('repeated 2'), 'rotated 2']);
    expect(await find('f')).toMatchObject({ generation: 2, repeats: CALLERS - 1, revokedAt: null });
  });

  test('D01 without overlap one of 50 uses wins and the family is dead', async () => {
    await start('f');
    const outcomes = await together(() => use('f', 1, { policy: { overlapMs: 0 } }));
    expect(outcomes.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1);
    expect(outcomes.filter((outcome) => told(outcome) === 'replayed')).toHaveLength(CALLERS - 1);
    expect(await find('f')).toMatchObject({ revokedAt: NOW, revokeReason: 'replayed' });
    expect(told(await use('f', 2))).toBe('replayed');
    // One alarm, not one for each of those that came too late.
    expect((await eventNames()).filter((name) => name === 'refresh.replayed')).toHaveLength(1);
  });

  test('a replay flags the session and, where the tenant says so, ends it in the same step', async () => {
    await start('f');
    await start('g');
    await use('f', 1);
    await use('g', 1);
    const late = { now: NOW + MINUTE };
    expect(told(await use('f', 1, late))).toBe('replayed');
    expect(await store.findSession('sid-1')).toMatchObject({ flaggedAt: NOW + MINUTE, endedAt: null });
    expect(told(await use('g', 1, { ...late, policy: { replayEndsSession: true } }))).toBe('replayed');
    expect(await store.findSession('sid-1')).toMatchObject({
      endedAt: NOW + MINUTE,
      endReason: 'refresh-token-replayed',
    });
  });

  test('a token newer than its row makes the row jump ahead; nobody is signed out', async () => {
    await start('f');
    expect(told(await use('f', 7))).toBe('rotated 8');
    expect(await find('f')).toMatchObject({ generation: 8, revokedAt: null });
    expect(await eventNames()).toContain('rollback.detected');
  });

  test('a retry from elsewhere is put on record, and is replay where the tenant says so', async () => {
    await start('f');
    await use('f', 1);
    expect(await use('f', 1, { from: 2 })).toMatchObject({ outcome: 'repeated', elsewhere: true });
    expect(await eventNames()).toContain('refresh.overlap-elsewhere');
    const strict = { from: 2, policy: { overlapElsewhereIsReplay: true } };
    expect(told(await use('f', 1, strict))).toBe('replayed');
  });

  test('a refusal leaves no trace: another client, another key, another secret, a closed audience', async () => {
    await start('f', { jkt: 'key' });
    const before = await find('f');
    const proof = { jkt: 'key', nonceIssuedAt: NOW };
    const refused = await Promise.all([
      use('f', 1, { clientId: 'spa-b', proof }),
      use('f', 1),
      use('f', 1, { proof: { jkt: 'other', nonceIssuedAt: NOW } }),
      use('f', 1, { proof, presented: { kid: 'k9', generation: 1 } }),
      use('f', 1, { proof, policy: { audiences: ['https://api.a.test/'] } }),
    ]);
    expect(refused.map(told)).toEqual([
      'unknown',
      'key-differs',
      'key-differs',
      'secret-changed',
      'audience-closed',
    ]);
    expect(await find('f')).toEqual(before);
    expect(told(await use('f', 1, { proof }))).toBe('rotated 2');
  });

  test('a bound family takes its predecessor late, once a generation and with a fresh nonce', async () => {
    await start('f', { jkt: 'key' });
    const at = NOW + DAY;
    const fresh = { jkt: 'key', nonceIssuedAt: at };
    await use('f', 1, { proof: { jkt: 'key', nonceIssuedAt: NOW } });
    expect(told(await use('f', 1, { proof: { jkt: 'key', nonceIssuedAt: NOW }, now: at }))).toBe(
      'nonce-required',
    );
    expect(told(await use('f', 1, { proof: fresh, now: at }))).toBe('repeated 2');
    expect(told(await use('f', 1, { proof: fresh, now: at }))).toBe('replayed');
  });

  test('a token that is kept stays as it is, and its use is remembered', async () => {
    await start('f');
    const outcomes = await together((index) => use('f', 1, { policy: { rotates: false }, now: NOW + index }));
    expect(new Set(outcomes.map(told))).toEqual(new Set(['kept 1']));
    expect(await find('f')).toMatchObject({ usedAt: NOW + CALLERS - 1, rotatedAt: NOW });
  });

  test('time in which the service could not answer does not count against the overlap', async () => {
    await start('f');
    await start('g');
    await store.beat(NOW);
    await use('f', 1);
    await use('g', 1);
    const back = NOW + 5 * MINUTE;
    // Before the first beat after it, and after.
    expect(told(await use('f', 1, { now: back }))).toBe('repeated 2');
    await store.beat(back);
    expect(told(await use('f', 1, { now: back + 29_000 }))).toBe('repeated 2');
    await store.beat(back + 1_000);
    await store.beat(back + 2_000);
    expect(told(await use('g', 1, { now: back + 2_999 }))).toBe('repeated 2');
    for (let second = 3; second <= 40; second += 1) await store.beat(back + second * 1_000);
    expect(told(await use('g', 1, { now: back + 40_000 }))).toBe('replayed');
  });
}
