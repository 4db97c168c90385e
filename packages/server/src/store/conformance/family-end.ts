import { beforeEach, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { aCode, aConsent, aNewFamily, MINUTE, NOW } from '../store-samples.js';
import { codeOf, DAY, familyCallsOn, told } from './family-calls.js';
import { together } from './store-calls.js';

/** What ends a family, what it outlives, and how long it is listed and kept. */
export function describeFamilyEnd(openedStore: () => Store): void {
  let store: Store;
  beforeEach(() => {
    store = openedStore();
  });
  const { startSession, redeem, start, use, find } = familyCallsOn(openedStore);

  test('an ended session, a blocked End-User, a new password and an ended client each end it', async () => {
    await startSession('sid-2');
    await start('f');
    await start('g', { outlives: 'end' }, { sid: 'sid-2' });
    const inSecond = { key: { sid: 'sid-2', handleHash: 'g' } };
    await together((index) =>
      store.endSession({ sid: index % 2 ? 'sid-1' : 'sid-2', reason: 'signed-out', now: NOW, events: [] }),
    );
    expect(told(await use('f', 1))).toBe('session-ended');
    // A client that asked to survive even that.
    expect(told(await use('g', 1, inSecond))).toBe('rotated 2');
    expect(told(await use('g', 2, { ...inSecond, policy: { outlives: 'expiry' } }))).toBe('session-ended');
    expect(told(await use('g', 2, { ...inSecond, policy: { clientNotBefore: NOW + 1 } }))).toBe(
      'client-ended',
    );
    await store.blockUser({ userId: 'mira', blocked: true, now: NOW + 1, events: [] });
    expect(told(await use('g', 2, inSecond))).toBe('user-blocked');
    await store.blockUser({ userId: 'mira', blocked: false, now: NOW + 2, events: [] });
    expect(told(await use('g', 2, inSecond))).toBe('account-changed');
  });

  test('an expired session ends only those that do not outlive it', async () => {
    await start('f');
    await start('g');
    const expired = NOW + 3 * DAY;
    expect(told(await use('f', 1, { now: expired }))).toBe('rotated 2');
    expect(told(await use('g', 1, { now: expired, policy: { outlives: 'nothing' } }))).toBe(
      'session-expired',
    );
  });

  test('idle and absolute limits: the stricter of then and now, and no rotation moves the absolute one', async () => {
    await start('f', { idleLimitMs: 10 * MINUTE, expiresAt: NOW + 25 * MINUTE });
    expect(told(await use('f', 1, { now: NOW + 9 * MINUTE }))).toBe('rotated 2');
    expect(told(await use('f', 2, { now: NOW + 14 * MINUTE, policy: { idleLimitMs: 5 * MINUTE } }))).toBe(
      'expired-idle',
    );
    expect(told(await use('f', 2, { now: NOW + 18 * MINUTE }))).toBe('rotated 3');
    expect(told(await use('f', 3, { now: NOW + 25 * MINUTE }))).toBe('expired-absolute');
    await start('g', { idleLimitMs: null, expiresAt: null });
    const infinite = { policy: { idleLimitMs: null, absoluteLimitMs: null } };
    expect(told(await use('g', 1, { now: NOW + 4_000 * DAY, ...infinite }))).toBe('rotated 2');
  });

  test('the code used twice kills the family of its first use', async () => {
    await start('f');
    expect((await redeem(codeOf('f'), aNewFamily('f'))).outcome).toBe('already-redeemed');
    expect(told(await use('f', 1))).toBe('code-replayed');
    expect((await store.findGrant('f', 'sid-1'))?.endedAt).toBe(NOW);
  });

  test('a sign-out that comes first leaves no family behind, and of those before it none is usable', async () => {
    for (let round = 0; round < 10; round += 1) {
      const sid = `race ${round}`;
      await startSession(sid);
      const [ended, ...born] = await Promise.all([
        store.endSession({ sid, reason: 'signed-out', now: NOW, events: [] }),
        ...Array.from({ length: 10 }, (_, index) =>
          start(`f ${index}`, {}, { sid, codeHash: `${sid} ${index}` }).catch(() => null),
        ),
      ]);
      expect(ended).toMatchObject({ outcome: 'ended' });
      for (const [index, outcome] of born.entries()) {
        const key = { sid, handleHash: `f ${index}` };
        if (outcome?.outcome === 'redeemed') expect(told(await use('', 1, { key }))).toBe('session-ended');
        else expect(await store.findFamily(key)).toBeNull();
      }
    }
  });

  test('revoked by whoever may, it is dead for good, and one of 50 callers is told so', async () => {
    await start('f');
    const key = { sid: 'sid-1', handleHash: 'f' };
    const outcomes = await together((index) =>
      store.revokeFamily({ key, reason: 'client-request', now: NOW + index, events: [] }),
    );
    expect(outcomes.filter((outcome) => outcome === 'revoked')).toHaveLength(1);
    expect(told(await use('f', 1))).toBe('client-request');
    await start('g');
    expect(await store.endGrant({ grantId: 'g', sid: 'sid-1', now: NOW, events: [] })).toBe('ended');
    expect(await store.endGrant({ grantId: 'g', sid: 'sid-1', now: NOW, events: [] })).toBe('already-ended');
    expect(told(await use('g', 1))).toBe('client-request');
  });

  test('with consent withdrawn, families, codes and grants of that client end, and others live', async () => {
    await start('f');
    await start('other', {}, { clientId: 'spa-b' });
    await store.saveAuthorizationCode({ code: aCode('waiting'), finishes: null, touch: false });
    await store.saveAuthorizationCode({ code: aCode('spent'), finishes: null, touch: false });
    await redeem(aCode('spent'), null, NOW + 2);
    await store.recordConsent(aConsent(), []);
    const ended = await store.endAuthorizations({
      userId: 'mira',
      clientId: 'spa-a',
      reason: 'consent-withdrawn',
      withdrawsConsent: true,
      now: NOW + 5,
      events: [],
    });
    expect(ended).toEqual({ families: 1 });
    expect(told(await use('f', 1))).toBe('consent-withdrawn');
    expect((await redeem(aCode('waiting'), null, NOW + 6)).outcome).toBe('session-ended');
    expect((await store.findGrant('grant of spent', 'sid-1'))?.endedAt).toBe(NOW + 5);
    expect(await store.findConsents('mira', 'spa-a')).toEqual([]);
    expect(told(await use('other', 1, { clientId: 'spa-b' }))).toBe('rotated 2');
    // What comes after lives.
    await start('new', {}, { issuedAt: NOW + 6 }, NOW + 6);
    expect(told(await use('new', 1, { now: NOW + 7 }))).toBe('rotated 2');
  });

  test('sessions of an End-User end together, and with them what outlives a sign-out', async () => {
    await start('f', { outlives: 'end' });
    await startSession('sid-2');
    await startSession('of otto', { userId: 'otto' });
    const end = { reason: 'revoked', now: NOW + 1, events: [] } as const;
    expect(await store.endSessionsOfUser({ userId: 'mira', ...end })).toEqual({
      outcome: 'ended',
      sessions: 2,
    });
    expect(await store.endSessionsOfUser({ userId: 'nobody', ...end })).toEqual({ outcome: 'unknown' });
    expect(told(await use('f', 1, { now: NOW + 2 }))).toBe('account-changed');
    expect((await store.findSession('of otto'))?.endedAt).toBeNull();
  });

  test('beyond the most that may live, unused ones of the same session go first, then the least recently used', async () => {
    await startSession('sid-2');
    const elsewhere = { sid: 'sid-2' };
    await start('used long ago', { atMost: 3 }, elsewhere);
    await use('', 1, { key: { sid: 'sid-2', handleHash: 'used long ago' }, now: NOW + 1 });
    await start('unused here', { atMost: 3 }, {}, NOW + 10);
    await start('used here', { atMost: 3 }, {}, NOW + 2);
    await use('used here', 1, { now: NOW + 3 });
    await start('fourth', { atMost: 3 }, {}, NOW + 20);
    expect(await find('unused here')).toMatchObject({ revokeReason: 'too-many' });
    await use('fourth', 1, { now: NOW + 21 });
    await start('fifth', { atMost: 3 }, {}, NOW + 30);
    expect(await find('used long ago', 'sid-2')).toMatchObject({ revokeReason: 'too-many' });
    expect(await find('used here')).toMatchObject({ revokedAt: null });
  });

  test('dead ones take nobody’s place, and one that does not rotate counts as used once it was', async () => {
    const kept = { policy: { rotates: false } };
    await startSession('sid-2');
    await startSession('sid-3');
    await start('used long ago', { atMost: 3 }, { sid: 'sid-2' });
    await start('signed out', { atMost: 3 }, { sid: 'sid-3' }, NOW + 1);
    await store.endSession({ sid: 'sid-3', reason: 'signed-out', now: NOW + 2, events: [] });
    await start('idle', { atMost: 3, idleLimitMs: 5 }, { sid: 'sid-2' }, NOW + 3);
    await start('expired', { atMost: 3, expiresAt: NOW + 20 }, { sid: 'sid-2' }, NOW + 4);
    await start('kept', { atMost: 3 }, {}, NOW + 21);
    await use('kept', 1, { ...kept, now: NOW + 22 });
    await start('unused', { atMost: 3 }, {}, NOW + 23);
    for (const [name, sid] of [
      ['used long ago', 'sid-2'],
      ['kept', 'sid-1'],
      ['unused', 'sid-1'],
    ] as const)
      expect(await find(name, sid)).toMatchObject({ revokedAt: null });
    await start('one more', { atMost: 3 }, {}, NOW + 24);
    expect(await find('unused')).toMatchObject({ revokeReason: 'too-many' });
    expect(await find('kept')).toMatchObject({ revokedAt: null });
  });

  test('sessions and families are listed by End-User, client and session, page by page', async () => {
    await startSession('sid-2', { userId: 'otto' });
    for (const name of ['f', 'g', 'h']) await start(name);
    await start('of b', {}, { clientId: 'spa-b' });
    await start('of otto', {}, { sid: 'sid-2', userId: 'otto' });
    const all = { userId: null, clientId: null, sid: null, after: null, atMost: 100 };
    const names = async (query: Partial<Parameters<Store['findFamilies']>[0]>) =>
      (await store.findFamilies({ ...all, ...query })).map(({ family }) => family.handleHash);
    expect(await names({})).toEqual(['f', 'g', 'h', 'of b', 'of otto']);
    expect(await names({ clientId: 'spa-a', userId: 'mira' })).toEqual(['f', 'g', 'h']);
    expect(await names({ userId: 'otto' })).toEqual(['of otto']);
    expect(await names({ sid: 'sid-1', clientId: 'spa-b' })).toEqual(['of b']);
    expect(await names({ atMost: 2 })).toEqual(['f', 'g']);
    expect(await names({ atMost: 2, after: { sid: 'sid-1', handleHash: 'g' } })).toEqual(['h', 'of b']);

    const sessions = async (query: Partial<Parameters<Store['findSessions']>[0]>) =>
      (await store.findSessions({ ...all, ...query })).map(({ session, participants }) => [
        session.sid,
        participants,
      ]);
    expect(await sessions({})).toEqual([
      ['sid-1', ['spa-a', 'spa-b']],
      ['sid-2', ['spa-a']],
    ]);
    expect(await sessions({ clientId: 'spa-b' })).toEqual([['sid-1', ['spa-a', 'spa-b']]]);
    expect(await sessions({ userId: 'otto' })).toEqual([['sid-2', ['spa-a']]]);
    expect(await sessions({ after: 'sid-1' })).toEqual([['sid-2', ['spa-a']]]);
  });

  test('a dead family is kept as long as its tokens may be asked about, and its session as long as it', async () => {
    const later = NOW + 32 * DAY;
    await startSession('sid-2', { limitsStartedAt: NOW - 90 * DAY });
    await start('idle', { idleLimitMs: MINUTE });
    await start('living', { expiresAt: null, idleLimitMs: null }, { sid: 'sid-2' });
    const cleanUp = async (now: number) => {
      const policy = { logRetentionMs: 1_000 * DAY, atMost: 100 };
      await store.deleteExpired(now, policy);
      await store.deleteExpired(now, policy);
    };
    await cleanUp(NOW + 30 * DAY);
    expect(await find('idle')).not.toBeNull();
    await cleanUp(later);
    expect(await find('idle')).toBeNull();
    expect(await find('living', 'sid-2')).not.toBeNull();
    expect(await store.findSession('sid-2')).not.toBeNull();
    await store.revokeFamily({
      key: { sid: 'sid-2', handleHash: 'living' },
      reason: 'revoked',
      now: later,
      events: [],
    });
    await cleanUp(later + 32 * DAY);
    expect(await store.findSession('sid-2')).toBeNull();
  });
}
