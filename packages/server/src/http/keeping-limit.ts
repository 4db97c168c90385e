import { parseNetworkPrefix } from './network-prefix.js';
import { tokenBuckets } from './token-buckets.js';

/** What requests of one network may leave in the store at once: some 15,000 sign-ins of usual size that were begun. */
const BYTES_AT_ONCE = 16 * 1024 * 1024;
/** What comes back each second. With an interaction's half hour, a network has at most 45 MB lying in the store. */
const BYTES_PER_SECOND = 16 * 1024;
/** Of a row beside its text: keys, moments, indexes. */
const BYTES_PER_ROW = 500;

/** Whether a request that nobody has signed in for may leave this many characters in the store. */
export type MayKeep = (address: string, characters: number, now: number) => boolean;

/**
 * Bounds what whoever is not signed in can make the store keep (interactions, posted requests), by bytes, so that a few
 * long requests count as much as many short ones, and by network, so that a flood from one place bars no other.
 *
 * @see security.md 87
 */
export function keepingLimit(): MayKeep {
  const take = tokenBuckets({ burst: BYTES_AT_ONCE, perSecond: BYTES_PER_SECOND });
  return (address, characters, now) =>
    take(parseNetworkPrefix(address) ?? 'unreadable', now, characters + BYTES_PER_ROW);
}
