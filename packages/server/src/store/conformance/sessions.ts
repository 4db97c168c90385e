import { beforeEach, describe, expect, test } from 'vitest';
import { buildEvent } from '../../events/events.js';
import type { Store } from '../store.js';
import { aSession, MINUTE, NOW } from '../store-samples.js';
import { CALLERS, callsOn, together } from './store-calls.js';

/** A session is ended once, and what has ended stays ended. */
export function describeSessions(openedStore: () => Store): void {
  describe('sessions', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start, save, redeem, end } = callsOn(openedStore);

    test('a session is found as it was started, by sid and by either handle', async () => {
      await start('sid-1');
      const { handleHash, silentHandleHash, ...row } = aSession('sid-1');
      const expected = {
        ...row,
        endedAt: null,
        endReason: null,
        flaggedAt: null,
        userBlocked: false,
        userNotBefore: 0,
      };
      expect(await store.findSession('sid-1')).toEqual(expected);
      expect(await store.findSessionByHandle(handleHash)).toEqual(expected);
      expect(await store.findSessionBySilentHandle(silentHandleHash)).toEqual(expected);
      expect(await store.findSessionByHandle(silentHandleHash)).toBeNull();
      expect(await store.findSessionBySilentHandle(handleHash)).toBeNull();
    });

    test('of 50 ends at once one ends it, and hears who took part', async () => {
      await start('sid-1');
      await save('a');
      await save('b', { clientId: 'spa-b' });
      await redeem('a');
      await redeem('b');
      const answers = await together((index) =>
        store.endSession({
          sid: 'sid-1',
          reason: 'signed-out',
          now: NOW + index,
          events: [buildEvent(NOW + index, 'session.signed-out', { sid: 'sid-1' })],
        }),
      );
      const winners = answers.filter(({ outcome }) => outcome === 'ended');
      expect(winners).toEqual([{ outcome: 'ended', participants: ['spa-a', 'spa-b'] }]);
      const events = await store.findEvents({ after: 0, since: 0, atMost: 1_000 });
      expect(events.filter((event) => event.name === 'session.signed-out')).toHaveLength(1);
      expect(await store.findSession('sid-1')).toMatchObject({ endReason: 'signed-out' });
    });

    test('a start that replaces another session ends it in the same step, once', async () => {
      await start('former');
      await save('code', { sid: 'former' });
      await redeem('code');
      const answers = await together((index) =>
        store.startSession({
          session: aSession(`new ${index}`, { userId: 'otto', authenticatedAt: NOW + 1 }),
          replaces: 'former',
          events: [],
        }),
      );
      expect(answers.filter(({ replaced }) => replaced.length > 0)).toEqual([{ replaced: ['spa-a'] }]);
      expect(await store.findSession('former')).toMatchObject({
        endedAt: NOW + 1,
        endReason: 'replaced-by-another-end-user',
      });
      expect((await store.findGrant('grant of code', null))?.sessionEndedAt).toBe(NOW + 1);
    });

    const renewal = (index: number) => ({
      sid: 'sid-1',
      handleHash: `handle ${index}`,
      silentHandleHash: `silent ${index}`,
      authenticatedAt: NOW + MINUTE,
      amr: ['pwd'],
      acr: null,
      idleLimitMs: MINUTE,
      absoluteLimitMs: 2 * MINUTE,
      device: { userAgent: 'another', address: '192.0.2.2' },
      events: [buildEvent(NOW, 'session.renewed', { sid: 'sid-1' })],
    });

    test('security.md 34: renewing replaces both handles, restarts the limits and keeps the sid', async () => {
      await start('sid-1');
      const { handleHash, silentHandleHash } = aSession('sid-1');
      expect(await store.renewSession(renewal(1))).toBe('renewed');
      expect(await store.findSessionByHandle(handleHash)).toBeNull();
      expect(await store.findSessionBySilentHandle(silentHandleHash)).toBeNull();
      expect(await store.findSessionByHandle('handle 1')).toMatchObject({
        sid: 'sid-1',
        authenticatedAt: NOW + MINUTE,
        lastActiveAt: NOW + MINUTE,
        limitsStartedAt: NOW + MINUTE,
        idleLimitMs: MINUTE,
        absoluteLimitMs: 2 * MINUTE,
        persistent: true,
      });
    });

    test('of 50 renewals one handle stays', async () => {
      await start('sid-1');
      await together((index) => store.renewSession(renewal(index)));
      const found = await together((index) => store.findSessionByHandle(`handle ${index}`));
      expect(found.filter((session) => session !== null)).toHaveLength(1);
    });

    test('a renewal never brings an ended session back', async () => {
      const seen = new Set<string>();
      for (const place of [0, 25, 49]) {
        const sid = `sid of ${place}`;
        await start(sid);
        const calls = Array.from({ length: CALLERS }, (_, index) => async () => {
          const own = { sid, handleHash: `h ${place} ${index}`, silentHandleHash: `s ${place} ${index}` };
          if (index !== place) seen.add(await store.renewSession({ ...renewal(index), ...own }));
          else await end(sid, NOW + 7);
        });
        await Promise.all(calls.map((call) => call()));
        expect(await store.findSession(sid)).toMatchObject({ endedAt: NOW + 7 });
        expect(await store.renewSession({ ...renewal(99), sid })).toBe('ended');
      }
      expect([...seen].sort()).toEqual(['ended', 'renewed']);
    });

    test('touching moves the idle clock forward, never back, and wakes nobody', async () => {
      await start('sid-1');
      await together((index) => store.touchSession('sid-1', NOW + ((index * 37) % CALLERS)));
      expect((await store.findSession('sid-1'))?.lastActiveAt).toBe(NOW + CALLERS - 1);
      await end('sid-1');
      expect(await store.touchSession('sid-1', NOW + MINUTE)).toBe('ended');
      expect((await store.findSession('sid-1'))?.lastActiveAt).toBe(NOW + CALLERS - 1);
    });
  });
}
