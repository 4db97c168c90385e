import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { aCode, aGrant, anInteraction, MINUTE, NOW } from '../store-samples.js';
import { callsOn, count, together } from './store-calls.js';

/** What waits for its browser to come back. */
export function describeInteractions(openedStore: () => Store): void {
  describe('interactions', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start } = callsOn(openedStore);

    test('of 50 begun in one browser at once ten stay, and other browsers keep theirs', async () => {
      await store.startInteraction(anInteraction('other', { browserHash: 'another browser' }), 10);
      await together((index) =>
        store.startInteraction(anInteraction(`id ${index}`, { startedAt: NOW + index }), 10),
      );
      const found = await together((index) => store.findInteraction(`id ${index}`));
      expect(found.filter((row) => row !== null)).toHaveLength(10);
      expect(await store.findInteraction('other')).not.toBeNull();
    });

    test('a flood pushes out itself, not what was open before it nor the one that begins', async () => {
      const begin = (id: string, startedAt: number) =>
        store.startInteraction(anInteraction(id, { startedAt }), 10);
      await begin('first', NOW);
      await begin('second', NOW + MINUTE);
      for (let index = 0; index < 60; index += 1) {
        await begin(`flood ${index}`, NOW + 2 * MINUTE + index * 100);
        expect(await store.findInteraction(`flood ${index}`)).not.toBeNull();
      }
      for (const id of ['first', 'second']) expect(await store.findInteraction(id)).not.toBeNull();
      await begin('third', NOW + 2 * MINUTE + 6_001);
      expect(await store.findInteraction('third')).not.toBeNull();
    });

    test('what is finished goes before what is open', async () => {
      await store.startInteraction(anInteraction('finished', { finishedAt: NOW }), 2);
      await store.startInteraction(anInteraction('open', { startedAt: NOW + 1 }), 2);
      await store.startInteraction(anInteraction('new', { startedAt: NOW + 2 }), 2);
      expect(await store.findInteraction('finished')).toBeNull();
      expect(await store.findInteraction('open')).not.toBeNull();
    });

    test('of 50 that finish one without a code one is told so', async () => {
      await store.startInteraction(anInteraction('id'), 10);
      const answers = await together((index) => store.finishInteraction('id', NOW + index));
      expect(count(answers, 'finished')).toBe(1);
      expect(count(answers, 'already-finished')).toBe(49);
    });

    test('a grant that finishes an interaction is started once', async () => {
      await start('sid-1');
      await store.startInteraction(anInteraction('id'), 10);
      const answers = await together((index) =>
        store.startGrant({
          grant: aGrant(`grant ${index}`, { sid: 'sid-1', clientId: 'spa-a', userId: 'mira' }),
          touch: index % 2 === 0,
          finishes: 'id',
        }),
      );
      expect(count(answers, 'started')).toBe(1);
      expect(count(answers, 'interaction-finished')).toBe(49);
      const grants = await together((index) => store.findGrant(`grant ${index}`, 'sid-1'));
      expect(grants.filter((grant) => grant !== null)).toHaveLength(1);
      expect(
        await store.startGrant({ grant: aGrant('other', { sid: 'gone' }), touch: false, finishes: 'id' }),
      ).toBe('session-ended');
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
