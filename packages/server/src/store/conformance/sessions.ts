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
      const { handleHash, silentHandleHash, handleSeed, browserHash, browserGeneration, ...row } =
        aSession('sid-1');
      expect([handleSeed, browserHash, browserGeneration]).toEqual([null, null, 0]);
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
