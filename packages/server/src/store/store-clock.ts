import type { Store } from './store.js';

/**
 * The time that all nodes of a store share: what a command writes must not lie before a sign-in that came earlier.
 *
 * @returns the store's clock, running on by itself; this machine's where the store has none.
 */
export async function openStoreClock(store: Pick<Store, 'findClock'>): Promise<() => number> {
  const storeNow = await store.findClock();
  if (storeNow === null) return Date.now;
  const at = performance.now();
  return () => Math.round(storeNow + performance.now() - at);
}
