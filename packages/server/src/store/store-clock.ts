import { keepClock } from '../health/clock.js';
import type { Store } from './store.js';

/**
 * The time that all nodes of a store share: what a command writes must not lie before a sign-in that came earlier.
 *
 * @returns the store's clock, running on by itself; this machine's where the store has none. No earlier than the latest
 *   moment that the store knows.
 */
export async function openStoreClock(
  store: Pick<Store, 'findClock' | 'findLatestMoment'>,
): Promise<() => number> {
  const storeNow = await store.findClock();
  const elapsed = () => performance.now();
  const at = elapsed();
  const clock = storeNow === null ? Date.now : () => Math.round(storeNow + elapsed() - at);
  return keepClock(clock, elapsed, await store.findLatestMoment()).now;
}
