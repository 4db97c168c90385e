import { beforeEach, describe, expect, test } from 'vitest';
import { buildEvent } from '../../events/events.js';
import type { Store } from '../store.js';
import { aGrant, anInteraction, MINUTE, NOW } from '../store-samples.js';
import { familyCallsOn } from './family-calls.js';
import { CALLERS, callsOn, together } from './store-calls.js';

/** What is forgotten, when, and what has to stay. */
export function describeRetention(openedStore: () => Store): void {
  describe('what nothing can ask for any more', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start, save, redeem, end } = callsOn(openedStore);

    const HOUR = 60 * MINUTE;
    const DAY = 24 * HOUR;
    const policy = (atMost: number) => ({ logRetentionMs: 100 * HOUR, atMost });
    /** Past its limit for so long that nobody asks for it any more. */
    const forgotten = { limitsStartedAt: NOW - 60 * DAY, absoluteLimitMs: HOUR };

    test('goes in small steps, and what lives stays', async () => {
      await together((index) => start(`old ${index}`, forgotten));
      await start('young');
      await save('of young', { sid: 'young' });
      await together((index) =>
        store.startGrant({
          grant: aGrant(`old ${index}`, { expiresAt: NOW - 1 }),
          touch: false,
          finishes: null,
        }),
      );
      await store.recordEvents([buildEvent(NOW - 101 * HOUR, 'login.failed', {})]);
      await store.recordEvents([buildEvent(NOW - 99 * HOUR, 'login.failed', {})]);
      await store.startInteraction(anInteraction('old', { expiresAt: NOW - 1 }), 50);
      await store.startInteraction(anInteraction('young'), 50);

      const steps: number[] = [];
      for (;;) {
        const gone = await store.deleteExpired(NOW, policy(20));
        if (gone === 0) break;
        steps.push(gone);
      }
      // 50 sessions, 50 grants, an event and an interaction; nothing of the old sessions hung on them.
      expect(steps.reduce((sum, gone) => sum + gone, 0)).toBe(2 * CALLERS + 2);
      expect(steps.length).toBeGreaterThanOrEqual(3);
      expect(await store.findSession('old 7')).toBeNull();
      expect(await store.findSession('young')).not.toBeNull();
      expect(await store.findAuthorizationCode('of young')).not.toBeNull();
      expect(await store.findInteraction('young')).not.toBeNull();
      const events = await store.findEvents({ after: 0, since: 0, atMost: 1_000 });
      expect(events.filter(({ name }) => name === 'login.failed')).toHaveLength(1);
    });

    test('a redeemed code is remembered past its expiry, so that a second use is known for what it is', async () => {
      await start('sid-1');
      await save('code');
      await redeem('code');
      await store.deleteExpired(NOW + HOUR, policy(100));
      expect(await redeem('code', null, NOW + HOUR)).toEqual({ outcome: 'already-redeemed' });
    });

    test('design.md 3: an expired session is still found a month later, so that it can be ended and named', async () => {
      await start('sid-1', { limitsStartedAt: NOW - 30 * DAY, absoluteLimitMs: HOUR });
      await store.deleteExpired(NOW, policy(100));
      expect(await end('sid-1')).toMatchObject({ outcome: 'ended' });
      await store.deleteExpired(NOW + 2 * DAY, policy(100));
      expect(await store.findSession('sid-1')).toBeNull();
    });

    test('a family that outlives the end of its session stays, and the session’s row with it, and others go', async () => {
      const { start: startFamily, find } = familyCallsOn(openedStore);
      const endless = { expiresAt: null, idleLimitMs: null };
      await start('sid-1');
      await startFamily('outlives', { ...endless, outlives: 'end' });
      await startFamily('dies', { ...endless, outlives: 'expiry' });
      await end('sid-1');
      await store.deleteExpired(NOW + 100 * DAY, policy(100));
      expect(await find('outlives')).not.toBeNull();
      expect(await find('dies')).toBeNull();
      expect(await store.findSession('sid-1')).not.toBeNull();
    });

    test('a forgotten session goes with what hung on it', async () => {
      await start('sid-1', forgotten);
      await save('code');
      await redeem('code', {
        handleHash: 'attachment',
        kid: 'k',
        origin: 'https://a.test',
        presentedGeneration: null,
        overlapMs: 0,
        jkt: null,
      });
      await store.deleteExpired(NOW, policy(100));
      expect(await store.findSession('sid-1')).toBeNull();
      expect(await store.findAttachment('attachment')).toBeNull();
      expect(await store.findParticipants('sid-1')).toEqual([]);
    });
  });
}
