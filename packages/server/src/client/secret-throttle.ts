import type { AttemptStore } from '../credential/attempt-store.js';
import { parseNetworkPrefix } from '../http/network-prefix.js';

const WRONG_SECRETS_AT_MOST = 20;
const WINDOW_MS = 15 * 60 * 1000;
const LIMITED_AT_MOST = 10_000;

/** Slows down whoever guesses at a client's secret. @see security.md 52, C10 */
export interface SecretThrottle {
  /** When this client may be tried from this address again; `null` where it may now. Asked before the secret is looked at. */
  limitedUntil(clientId: string, address: string, now: number): number | null;
  /** Counts a wrong secret, on every node that shares the store. */
  countFailure(clientId: string, address: string, now: number): Promise<void>;
}

/**
 * Counts failures only, so that a client which knows its secret costs no write. A limited pair of client and address
 * is refused whatever it presents: the right secret looks like a wrong one; from elsewhere the client works on.
 */
export function secretThrottle(store: AttemptStore): SecretThrottle {
  const limited = new Map<string, number>();
  const keyOf = (clientId: string, address: string) =>
    `client:${clientId} ${parseNetworkPrefix(address) ?? 'unreadable'}`;
  return {
    limitedUntil(clientId, address, now) {
      if (limited.size === 0) return null;
      const key = keyOf(clientId, address);
      const until = limited.get(key);
      if (until === undefined || now < until) return until ?? null;
      limited.delete(key);
      return null;
    },
    async countFailure(clientId, address, now) {
      const key = keyOf(clientId, address);
      const buckets = [{ key, atMost: WRONG_SECRETS_AT_MOST }];
      const counted = await store.reserveLoginAttempt({ buckets, windowMs: WINDOW_MS, now });
      if (counted.outcome !== 'limited') return;
      if (limited.size >= LIMITED_AT_MOST) limited.clear();
      limited.set(key, counted.retryAt);
    },
  };
}
