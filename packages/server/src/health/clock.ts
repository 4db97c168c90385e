/** A clock that was set back by less than this stands still until it is reached again; by more, time goes on without it. */
const STANDS_STILL_MS = 2_000;

/** Time to judge by. */
export interface KeptClock {
  /** Milliseconds since the epoch. Never less than it has said before. */
  now(): number;
}

/**
 * Time that never goes back: what has expired stays expired, and a retry stays a retry, though somebody sets the clock.
 *
 * It follows the clock forwards. Behind it, it runs on by the monotonic one: an hour's standstill would keep alive for an
 * hour what should end.
 *
 * @param clock the clock to be followed, in milliseconds since the epoch.
 * @param elapsed a monotonic one, in milliseconds from anywhere.
 * @param floor the latest moment that is known to have been.
 */
export function keepClock(clock: () => number, elapsed: () => number, floor: number): KeptClock {
  let last = Math.max(clock(), floor);
  let at = elapsed();
  return {
    now() {
      const said = clock();
      const runs = elapsed();
      if (said >= last) last = said;
      else if (last - said > STANDS_STILL_MS) last = Math.round(last + runs - at);
      at = runs;
      return last;
    },
  };
}
