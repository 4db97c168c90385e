import { keepClock } from './clock.js';
import type { HeartbeatStore } from './heartbeat-store.js';

const EVERY_MS = 1_000;
/** What a round trip may take is no difference between clocks. */
const TOLERANCE_MS = 100;

/** The beat while it runs, and the time that it keeps. */
export interface Heartbeat {
  /** The store's time where the store has a clock, which all nodes share; else this machine's. Never goes back. */
  now(): number;
  stop(): Promise<void>;
}

/**
 * Says each second that the service can answer. What is missing between two beats was an outage, and does not count
 * against the overlap of refresh tokens.
 *
 * Keeps the time as well: between beats it runs by the monotonic clock, and it never goes back, so that neither a clock
 * that somebody sets nor nodes that differ make a retry look like a replay, or bring to life what has expired.
 *
 * @param clock milliseconds since the epoch, for stores without a clock of their own.
 * @see design.md 5 · security.md M09
 */
export async function startHeartbeat(
  store: HeartbeatStore,
  clock: () => number,
  elapsed: () => number = () => performance.now(),
): Promise<Heartbeat> {
  let stopped = false;
  let timer: NodeJS.Timeout;
  let known: { readonly storeNow: number; readonly at: number } | null = null;
  /** What is followed: the store's clock as it runs on since it was last heard of, else this machine's. */
  const followed = () => (known === null ? clock() : Math.round(known.storeNow + elapsed() - known.at));
  const follow = (storeNow: number | null) => {
    if (storeNow === null) return;
    if (known === null || Math.abs(storeNow - followed()) > TOLERANCE_MS) known = { storeNow, at: elapsed() };
  };
  const beat = async () => {
    // A store that cannot answer is why the gap is there; the next beat writes it down.
    const answer = await store.beat(now()).catch(() => null);
    follow(answer?.storeNow ?? null);
    if (!stopped) timer = setTimeout(() => (beating = beat()), EVERY_MS).unref();
  };
  follow(await store.findClock());
  const { now } = keepClock(followed, elapsed, await store.findLatestMoment());
  let beating = beat();
  return {
    now,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await beating;
    },
  };
}
