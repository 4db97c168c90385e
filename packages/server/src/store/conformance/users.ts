import { beforeEach, describe, expect, test } from 'vitest';
import { buildEvent } from '../../events/events.js';
import { decideSessionState } from '../../session/session.js';
import type { Store } from '../store.js';
import { aUser, MINUTE, NOW } from '../store-samples.js';
import { CALLERS, callsOn, count, together } from './store-calls.js';

/** An identifier has one owner, and a password or a block ends the sessions before it. */
export function describeUsers(openedStore: () => Store): void {
  describe('users', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start } = callsOn(openedStore);

    test('of 50 sign-ups with one identifier one is created, and the others leave nothing', async () => {
      const outcomes = await together((index) =>
        store.createUser(aUser(`new ${index}`, { identifierKeys: ['same@harbour.example'] }), [
          buildEvent(NOW, 'user.created', { userId: `new ${index}` }),
        ]),
      );
      expect(count(outcomes, 'created')).toBe(1);
      expect(count(outcomes, 'identifier-taken')).toBe(CALLERS - 1);
      const winner = await store.findUserByIdentifier('same@harbour.example');
      const rows = await together((index) => store.findUser(`new ${index}`));
      expect(rows.filter((row) => row !== null)).toEqual([winner]);
      expect(await store.findEvents({ after: 0, since: 0, atMost: 1_000 })).toHaveLength(1);
    });

    test('an update takes no identifier from another, and then changes nothing', async () => {
      const wish = aUser('mira', { identifierKeys: ['new', 'otto'], email: 'new@harbour.example' });
      expect(await store.updateUser(wish, NOW)).toBe('identifier-taken');
      expect((await store.findUserByIdentifier('mira'))?.email).toBe('mira@harbour.example');
      expect(await store.findUserByIdentifier('new')).toBeNull();
      expect((await store.findUserByIdentifier('otto'))?.userId).toBe('otto');
      expect(await store.updateUser(aUser('nobody', {}), NOW)).toBe('unknown');
      expect(await store.findUserByIdentifier('nobody')).toBeNull();
    });

    test('an update changes profile and identifiers, neither password nor block', async () => {
      const changed = aUser('mira', { identifierKeys: ['second'], passwordHash: 'x', blocked: true });
      expect(await store.updateUser(changed, NOW + 1)).toBe('updated');
      expect(await store.findUserByIdentifier('mira')).toBeNull();
      expect(await store.findUserByIdentifier('second')).toMatchObject({
        passwordHash: 'hash of mira',
        blocked: false,
        updatedAt: NOW + 1,
      });
    });

    test('a changed password leaves no session of before alive, whatever the order', async () => {
      const starts = together((index) => start(`sid-${index}`, { authenticatedAt: NOW + index }));
      const change = store.changePassword({
        userId: 'mira',
        passwordHash: 'new',
        now: NOW + CALLERS,
        events: [],
      });
      const lateStarts = together((index) => start(`late-${index}`, { authenticatedAt: NOW + index }));
      await Promise.all([starts, change, lateStarts]);
      const limits = { idleMs: MINUTE, absoluteMs: MINUTE };
      for (const kind of ['sid', 'late']) {
        const sessions = await together((index) => store.findSession(`${kind}-${index}`));
        // None, where the proof came too late.
        for (const session of sessions)
          if (session !== null)
            expect(decideSessionState(session, limits, NOW + CALLERS).state).toBe('ended');
      }
      expect(await store.findUser('mira')).toMatchObject({ passwordHash: 'new', notBefore: NOW + CALLERS });
    });

    test('blocking ends every session of the user and of nobody else; unblocking gives none back', async () => {
      await together((index) => start(`sid-${index}`, { userId: index % 2 === 0 ? 'mira' : 'otto' }));
      await store.blockUser({ userId: 'mira', blocked: true, now: NOW + 1, events: [] });
      await store.blockUser({ userId: 'mira', blocked: false, now: NOW + 2, events: [] });
      const sessions = await together((index) => store.findSession(`sid-${index}`));
      expect(sessions.map((session) => session?.endReason)).toEqual(
        sessions.map((_, index) => (index % 2 === 0 ? 'user-blocked' : null)),
      );
      expect(await store.blockUser({ userId: 'nobody', blocked: true, now: NOW, events: [] })).toBe(
        'unknown',
      );
    });

    test('a better hash of the same password ends nothing', async () => {
      await start('sid-1');
      await store.rehashPassword({ userId: 'mira', from: 'hash of mira', to: 'better' });
      expect(await store.findUser('mira')).toMatchObject({ passwordHash: 'better', notBefore: 0 });
      expect((await store.findSession('sid-1'))?.endedAt).toBeNull();
    });

    test('a better hash of a password that was changed meanwhile is not kept', async () => {
      await store.changePassword({ userId: 'mira', passwordHash: 'of another', now: NOW, events: [] });
      await store.rehashPassword({ userId: 'mira', from: 'hash of mira', to: 'better' });
      expect(await store.findUser('mira')).toMatchObject({ passwordHash: 'of another' });
    });
  });
}
