import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../store.js';
import { MINUTE, NOW } from '../store-samples.js';
import { together } from './store-calls.js';

/** However many come at once, a bucket gives the places it has. */
export function describePasswordAttempts(openedStore: () => Store): void {
  describe('password attempts', () => {
    let store: Store;
    beforeEach(() => {
      store = openedStore();
    });

    const reserve = (now: number, ...keys: string[]) =>
      store.reserveLoginAttempt({
        buckets: keys.map((key) => ({ key, atMost: 10 })),
        windowMs: 15 * MINUTE,
        now,
      });

    test('F07: of 50 attempts at once exactly as many are reserved as the bucket holds', async () => {
      const answers = await together(() => reserve(NOW, 'account'));
      expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(10);
      expect(answers.filter(({ outcome }) => outcome === 'limited')).toEqual(
        Array.from({ length: 40 }, () => ({ outcome: 'limited', retryAt: NOW + 15 * MINUTE })),
      );
    });

    test('a limited attempt takes no place in its other bucket', async () => {
      await together(() => reserve(NOW, 'account'));
      await together(() => reserve(NOW, 'address', 'account'));
      const answers = await together(() => reserve(NOW, 'address'), 11);
      expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(10);
    });

    test('a reservation taken back leaves room for one more, in each of its buckets', async () => {
      const [first] = await together(() => reserve(NOW, 'account', 'address'), 10);
      if (first?.outcome !== 'reserved') throw new Error('the first of ten was not reserved');
      await store.releaseLoginAttempt(first.reservation);
      const answers = await together(() => reserve(NOW, 'account', 'address'));
      expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(1);
    });

    test('the moment to try again is told exactly', async () => {
      for (let index = 0; index < 10; index += 1) await reserve(NOW + index, 'account');
      const retryAt = NOW + 15 * MINUTE;
      expect(await reserve(NOW + 20, 'account')).toEqual({ outcome: 'limited', retryAt });
      expect(await reserve(retryAt - 1, 'account')).toEqual({ outcome: 'limited', retryAt });
      expect(await reserve(retryAt, 'account')).toMatchObject({ outcome: 'reserved' });
    });
  });
}
