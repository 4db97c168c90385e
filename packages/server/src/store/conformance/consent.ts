import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { aConsent, NOW } from '../store-samples.js';
import { together } from './store-calls.js';

/** One row for an End-User, a client and an API. */
export function describeConsent(openedStore: () => Store): void {
  describe('consent', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });

    test('of 50 consents to one API one row stays, and other users and clients have none', async () => {
      await together((index) =>
        store.recordConsent(aConsent({ scope: ['openid', `s${index}`], givenAt: NOW + index }), []),
      );
      const found = await store.findConsents('mira', 'spa-a');
      expect(found).toHaveLength(1);
      expect(found[0]?.scope[1]).toBe(`s${(found[0]?.givenAt ?? 0) - NOW}`);
      expect(await store.findConsents('otto', 'spa-a')).toEqual([]);
      expect(await store.findConsents('mira', 'spa-b')).toEqual([]);
    });
  });
}
