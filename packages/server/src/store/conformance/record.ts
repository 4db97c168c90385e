import { beforeEach, describe, expect, test } from 'vitest';
import { buildEvent } from '../../events/events.js';
import type { Store } from '../store.js';
import { NOW } from '../store-samples.js';
import { CALLERS, together } from './store-calls.js';

/** Events are read in the order of their ids, each once. */
export function describeRecord(openedStore: () => Store): void {
  describe('the record', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });

    test('events of 50 callers have ids that grow, each is read once, and batches stay together', async () => {
      await together((index) =>
        store.recordEvents([
          buildEvent(NOW, 'silent.succeeded', { sid: `${index} a` }),
          buildEvent(NOW, 'silent.succeeded', { sid: `${index} b` }),
        ]),
      );
      const read: string[] = [];
      let after = 0;
      for (;;) {
        const page = await store.findEvents({ after, since: 0, atMost: 7 });
        if (page.length === 0) break;
        for (const { id, sid } of page) {
          expect(id).toBeGreaterThan(after);
          after = id;
          read.push(sid ?? '');
        }
      }
      expect(read).toHaveLength(2 * CALLERS);
      expect(new Set(read).size).toBe(2 * CALLERS);
      for (let index = 0; index < read.length; index += 2)
        expect(read[index + 1]).toBe(read[index]?.replace(' a', ' b'));
    });

    test('only events since a moment are read', async () => {
      await store.recordEvents([buildEvent(NOW, 'login.failed', {})]);
      await store.recordEvents([buildEvent(NOW + 5, 'login.succeeded', { userId: 'mira' })]);
      const found = await store.findEvents({ after: 0, since: NOW + 5, atMost: 10 });
      expect(found).toEqual([
        { ...buildEvent(NOW + 5, 'login.succeeded', { userId: 'mira' }), id: expect.any(Number) },
      ]);
    });
  });
}
