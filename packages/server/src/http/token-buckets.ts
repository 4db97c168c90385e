/** Buckets held at once. A full map is all recent keys; starting over forgets at most one burst of each. */
const BUCKETS_AT_MOST = 50_000;

/** How much may come at once, and how much for ever. */
export interface BucketSize {
  /** What a bucket holds when it is full, as it begins. */
  readonly burst: number;
  /** What comes back each second. */
  readonly perSecond: number;
}

/** Takes `cost` out of the bucket of a key, where that much is in it. `now` in milliseconds. */
export type TakeTokens = (key: string, now: number, cost?: number) => boolean;

/**
 * A token bucket for each key, in memory: what it guards against is load, and load is per process. A clock that goes
 * back neither fills a bucket nor empties one.
 *
 * @returns a function that answers whether what one more request costs (default 1) was there, and takes it.
 */
export function tokenBuckets({ burst, perSecond }: BucketSize): TakeTokens {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (key, now, cost = 1) => {
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      if (buckets.size >= BUCKETS_AT_MOST) buckets.clear();
      bucket = { tokens: burst, at: now };
      buckets.set(key, bucket);
    }
    const elapsedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs / 1000) * perSecond);
    bucket.at = now;
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
  };
}
