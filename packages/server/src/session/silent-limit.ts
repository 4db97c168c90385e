/** Silent requests a session may make from one address at once, and how many come back each second. */
const BURST = 100;
const PER_SECOND = 10;
const BUCKETS_AT_MOST = 50_000;

/**
 * A token bucket per session and address, so that a page in a loop slows itself down and nobody else. In memory: what
 * it guards against is load, and load is per process.
 *
 * @returns a function that answers whether one more request is allowed now.
 */
export function silentLimit(): (sid: string, address: string, now: number) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (sid, address, now) => {
    const key = `${sid} ${address}`;
    const bucket = buckets.get(key);
    if (bucket === undefined) {
      // A full map is all recent sessions; starting over forgets at most one burst of each.
      if (buckets.size >= BUCKETS_AT_MOST) buckets.clear();
      buckets.set(key, { tokens: BURST - 1, at: now });
      return true;
    }
    const elapsedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(BURST, bucket.tokens + (elapsedMs / 1000) * PER_SECOND);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
