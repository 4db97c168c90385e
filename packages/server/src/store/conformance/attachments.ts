import { beforeEach, describe, expect, test } from 'vitest';
import type { AttachmentMove } from '../../session/attachment-store.js';
import type { Store } from '../store.js';
import { MINUTE, NOW } from '../store-samples.js';
import { callsOn, count, together } from './store-calls.js';

/** Tabs that exchange at once are given one value. @see design.md 4 */
export function describeAttachments(openedStore: () => Store): void {
  describe('attachments (design.md 4)', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });
    const { start, save, redeem, end } = callsOn(openedStore);

    const move = (overrides: Partial<AttachmentMove> = {}): AttachmentMove => ({
      handleHash: 'attachment',
      kid: 'k1',
      origin: 'https://a.test',
      presentedGeneration: null,
      overlapMs: 30_000,
      jkt: null,
      ...overrides,
    });
    const exchange = async (id: string, given: Partial<AttachmentMove>, now: number) => {
      const redeemed = await redeem(id, move(given), now);
      if (redeemed.outcome !== 'redeemed') throw new Error(redeemed.outcome);
      return redeemed.attachment;
    };

    test('50 tabs that exchange at once are given one value, first and ever after', async () => {
      await start('sid-1');
      await together((index) => save(`first ${index}`));
      const placed = await together((index) => exchange(`first ${index}`, {}, NOW));
      expect(placed).toEqual(placed.map(() => ({ generation: 1, kid: 'k1' })));
      await together((index) => save(`next ${index}`));
      const moved = await together((index) =>
        exchange(`next ${index}`, { presentedGeneration: 1 }, NOW + MINUTE),
      );
      expect(moved).toEqual(moved.map(() => ({ generation: 2, kid: 'k1' })));
      expect(await store.findAttachment('attachment')).toMatchObject({
        attachment: { generation: 2, movedAt: NOW + MINUTE, endedAt: null },
        session: { sid: 'sid-1' },
      });
    });

    test('RFC 9449: from an exchange on it is bound to the key of that exchange, placed, advanced or revived', async () => {
      await start('sid-1');
      const keyOf = async () => (await store.findAttachment('attachment'))?.attachment.jkt;
      await save('first');
      await redeem('first', move({ jkt: 'a' }));
      expect(await keyOf()).toBe('a');
      await save('of its value');
      await redeem('of its value', move({ presentedGeneration: 1, jkt: 'b' }));
      expect(await keyOf()).toBe('b');
      await save('by hand');
      await redeem('by hand', move({ overlapMs: 0, jkt: null }));
      expect(await keyOf()).toBeNull();
      await store.advanceAttachment({
        handleHash: 'attachment',
        generation: 9,
        kid: 'k1',
        now: NOW,
        events: [],
      });
      expect(await keyOf()).toBeNull();
      await store.endAttachment({ handleHash: 'attachment', now: NOW, events: [] });
      await save('again');
      await redeem('again', move({ jkt: 'c' }));
      expect(await keyOf()).toBe('c');
    });

    test('past the overlap a code of an older value moves nothing', async () => {
      await start('sid-1');
      for (const id of ['a', 'b', 'c', 'd']) await save(id);
      await exchange('a', {}, NOW);
      await exchange('b', { presentedGeneration: 1 }, NOW + 1);
      expect(await exchange('c', { presentedGeneration: 1 }, NOW + 30_001)).toBeNull();
      expect((await store.findAttachment('attachment'))?.attachment.generation).toBe(2);
      expect(await exchange('d', {}, NOW + 30_001)).toEqual({ generation: 3, kid: 'k1' });
    });

    test('a new handle of the same session, client and origin takes the place of the old', async () => {
      await start('sid-1');
      await save('a');
      await save('b');
      await exchange('a', {}, NOW);
      await exchange('b', { handleHash: 'after signing in again' }, NOW + 1);
      expect(await store.findAttachment('attachment')).toBeNull();
      expect((await store.findAttachment('after signing in again'))?.attachment.generation).toBe(1);
    });

    test('placed anew after signing in again, it takes no value of a former secret for its predecessor', async () => {
      await start('sid-1');
      for (const id of ['a', 'b', 'c']) await save(id);
      await exchange('a', {}, NOW);
      await exchange('b', { presentedGeneration: 1, kid: 'k2' }, NOW);
      expect((await store.findAttachment('attachment'))?.attachment.previousKid).toBe('k1');
      await exchange('c', { handleHash: 'after signing in again', kid: 'k3' }, NOW);
      expect((await store.findAttachment('after signing in again'))?.attachment).toMatchObject({
        generation: 1,
        kid: 'k3',
        previousKid: null,
      });
    });

    test('revived after a replay, it takes no value from before for its predecessor', async () => {
      await start('sid-1');
      for (const id of ['a', 'b', 'c']) await save(id);
      await exchange('a', {}, NOW);
      await exchange('b', { presentedGeneration: 1, kid: 'k2' }, NOW);
      await store.endAttachment({ handleHash: 'attachment', now: NOW, events: [] });
      expect(await exchange('c', { kid: 'k3' }, NOW)).toEqual({ generation: 3, kid: 'k3' });
      expect((await store.findAttachment('attachment'))?.attachment).toMatchObject({
        previousKid: null,
        endedAt: null,
      });
    });

    test('of 50 ends one ends it, and a code of it moves nothing any more', async () => {
      await start('sid-1');
      await save('a');
      await save('b');
      await exchange('a', {}, NOW);
      const ended = await together(() =>
        store.endAttachment({ handleHash: 'attachment', now: NOW, events: [] }),
      );
      expect(count(ended, 'ended')).toBe(1);
      expect(await exchange('b', { presentedGeneration: 1 }, NOW)).toBeNull();
    });

    test('an attachment is found with its session, ended or not', async () => {
      await start('sid-1');
      await save('a');
      await exchange('a', {}, NOW);
      await end('sid-1', NOW + 1);
      expect(await store.findAttachment('attachment')).toMatchObject({
        attachment: { endedAt: null },
        session: { sid: 'sid-1', endedAt: NOW + 1 },
      });
    });

    test('a value newer than the row makes the row jump ahead', async () => {
      await start('sid-1');
      await save('a');
      await exchange('a', {}, NOW);
      await store.advanceAttachment({
        handleHash: 'attachment',
        generation: 9,
        kid: 'k2',
        now: NOW + 1,
        events: [],
      });
      expect((await store.findAttachment('attachment'))?.attachment).toMatchObject({
        generation: 9,
        kid: 'k2',
        previousKid: 'k1',
      });
    });
  });
}
