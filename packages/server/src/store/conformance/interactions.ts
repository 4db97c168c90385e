import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { aCode, anInteraction, MINUTE, NOW } from '../store-samples.js';
import { callsOn, together } from './store-calls.js';

/** What waits for its browser to come back. */
export function describeInteractions(openedStore: () => Store): void {
  describe('interactions', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start } = callsOn(openedStore);

    test('of 50 begun in one browser the newest ten stay, and other browsers keep theirs', async () => {
      await store.startInteraction(anInteraction('other', { browserHash: 'another browser' }), 10);
      await together((index) =>
        store.startInteraction(anInteraction(`id ${index}`, { startedAt: NOW + index }), 10),
      );
      const found = await together((index) => store.findInteraction(`id ${index}`));
      const kept = found.flatMap((row) => (row === null ? [] : [row.id]));
      expect(kept).toEqual(Array.from({ length: 10 }, (_, index) => `id ${40 + index}`));
      expect(await store.findInteraction('other')).not.toBeNull();
    });

    test('a finished interaction takes no more progress', async () => {
      await start('sid-1');
      await store.startInteraction(anInteraction('id'), 10);
      const progress = { ...anInteraction('id').progress, authenticatedSid: 'sid-1' };
      expect(await store.recordInteractionProgress('id', progress)).toBe('recorded');
      await store.saveAuthorizationCode({ code: aCode('code'), finishes: 'id', touch: true });
      expect(await store.findInteraction('id')).toEqual(anInteraction('id', { progress, finishedAt: NOW }));
      expect(await store.recordInteractionProgress('id', progress)).toBe('unknown');
      expect(await store.recordInteractionProgress('nothing', progress)).toBe('unknown');
    });

    test('a posted request is found until it expires', async () => {
      const posted = { handleHash: 'h', path: '/authorize', sealedBody: 'sealed', expiresAt: NOW + MINUTE };
      await store.keepPostedRequest(posted);
      expect(await store.findPostedRequest('h', NOW + MINUTE - 1)).toEqual(posted);
      expect(await store.findPostedRequest('h', NOW + MINUTE)).toBeNull();
    });
  });
}
