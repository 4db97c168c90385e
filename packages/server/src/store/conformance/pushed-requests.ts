import { beforeEach, describe, expect, test } from 'vitest';
import type { PushedRequest } from '../../authorization/pushed-request-store.js';
import type { Store } from '../store.js';
import { MINUTE, NOW } from '../store-samples.js';
import { count, together } from './store-calls.js';

const pushed = (handleHash: string, overrides: Partial<PushedRequest> = {}): PushedRequest => ({
  handleHash,
  clientId: 'client',
  sealedParameters: 'sealed',
  expiresAt: NOW + MINUTE,
  keptUntil: NOW + MINUTE,
  usedAt: null,
  usedBy: null,
  ...overrides,
});

/** RFC 9126: what clients pushed. */
export function describePushedRequests(openedStore: () => Store): void {
  describe('pushed requests', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const open = (handleHash: string, now = NOW, keptUntil = now) =>
      store.openPushedRequest({ handleHash, now, keptUntil });
    const use = (handleHash: string, interactionId: string | null = null) =>
      store.usePushedRequest({ handleHash, interactionId, now: NOW });

    test('one is found until it may go, and opening keeps it longer, never shorter', async () => {
      await store.keepPushedRequest(pushed('h'));
      expect(await open('nothing')).toBeNull();
      expect(await open('h')).toEqual(pushed('h'));
      expect(await open('h', NOW + 1, NOW + 30 * MINUTE)).toEqual(
        pushed('h', { keptUntil: NOW + 30 * MINUTE }),
      );
      expect(await open('h', NOW + 29 * MINUTE)).toEqual(pushed('h', { keptUntil: NOW + 30 * MINUTE }));
      expect(await open('h', NOW + 30 * MINUTE)).toBeNull();
    });

    test('of 50 uses one is the first, and the row says which', async () => {
      await store.keepPushedRequest(pushed('h'));
      const outcomes = await together((index) => use('h', `interaction ${index}`));
      expect(count(outcomes, 'first')).toBe(1);
      const usedBy = `interaction ${outcomes.indexOf('first')}`;
      expect(await open('h')).toEqual(pushed('h', { usedAt: NOW, usedBy }));
      expect(await use('h')).toBe('used');
    });

    test('one that is not there cannot be used', async () => {
      expect(await use('nothing')).toBe('used');
    });

    test('what nobody opened is forgotten with its expiry, what was opened later', async () => {
      await together((index) => store.keepPushedRequest(pushed(`h${index}`)));
      await open('h7', NOW, NOW + 30 * MINUTE);
      const policy = { logRetentionMs: MINUTE, atMost: 20 };
      const gone: number[] = [];
      for (;;) {
        const count = await store.deleteExpired(NOW + 2 * MINUTE, policy);
        if (count === 0) break;
        gone.push(count);
      }
      expect(gone).toEqual([20, 20, 9]);
      expect(await open('h7', NOW + 2 * MINUTE)).not.toBeNull();
    });
  });
}
