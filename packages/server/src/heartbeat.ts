import type { Store } from './store/store.js';

const EVERY_MS = 1_000;
/** A node whose clock is further than this from the store's judges nothing: it would take retries for replays. */
const CLOCK_DRIFT_AT_MOST_MS = 2 * 60_000;

export interface Heartbeat {
  /** Whether this node's clock is near the store's; `true` where the store has none. */
  isClockTrusted(): boolean;
  stop(): Promise<void>;
}

/**
 * Says each second that the service can answer. What is missing between two beats was an outage, and does not count
 * against the overlap of refresh tokens.
 *
 * @see design.md 5
 */
export function startHeartbeat(store: Pick<Store, 'beat'>, now: () => number): Heartbeat {
  let trusted = true;
  let stopped = false;
  let beating: Promise<void> = Promise.resolve();
  const beat = async () => {
    const { storeNow } = await store.beat(now());
    trusted = storeNow === null || Math.abs(storeNow - now()) <= CLOCK_DRIFT_AT_MOST_MS;
  };
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(() => {
      // A store that cannot answer is why the gap is there; the next beat writes it down.
      beating = beat()
        .catch(() => {})
        .then(() => {
          if (!stopped) schedule();
        });
    }, EVERY_MS).unref();
  };
  beating = beat()
    .catch(() => {})
    .then(schedule);
  return {
    isClockTrusted: () => trusted,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await beating;
      clearTimeout(timer);
    },
  };
}
