import { createHash } from 'node:crypto';
import type { LoginAttemptBucket } from '../credential/attempt-store.js';
import { parseNetworkPrefix } from '../http/network-prefix.js';

/** Attempts are counted over this time, in milliseconds: 15 minutes. */
export const LOGIN_ATTEMPT_WINDOW_MS = 15 * 60 * 1000;
/** Wrong passwords per account, and per known browser of an account, in the window. */
export const LOGIN_ATTEMPTS_PER_ACCOUNT = 10;
/** Wrong passwords per IPv4 address or IPv6 /64 in the window. */
export const LOGIN_ATTEMPTS_PER_ADDRESS = 100;

/**
 * The counters that one attempt at a password takes a place in, for `Store.reserveLoginAttempt`, before any hash is
 * computed. The attempt is limited if any of them is full.
 *
 * An account has one allowance, by whichever of its names it is tried; a name that nobody has has one of the same size.
 * Keys hold a digest, so that the table has no mail addresses.
 *
 * @param attempt
 * - `accountKey`: what was typed, as `identifierKey` writes it; `null` where that refuses it, and no account can match.
 * - `userId`: of the account that was found by it; `null` where none was.
 * - `address`: the client's, as the trusted proxies report it. What is not an IP address shares one counter.
 * - `knownBrowser`: the `sid` of a genuine session cookie, live or expired, **of the very account that is tried**; else
 *   `null`. Such a browser has a counter of its own and no other, so whoever floods the account, even from the same
 *   address, cannot bar its End-User; and the cookie opens no guesses at anybody else.
 * @see security.md row 52, F07, F09
 */
export function buildLoginAttemptBuckets(attempt: {
  readonly accountKey: string | null;
  readonly userId: string | null;
  readonly address: string;
  readonly knownBrowser: string | null;
}): LoginAttemptBucket[] {
  const { accountKey, userId, address, knownBrowser } = attempt;
  if (userId !== null && knownBrowser !== null) {
    return [{ key: `known:${digest([userId, knownBrowser])}`, atMost: LOGIN_ATTEMPTS_PER_ACCOUNT }];
  }
  const network = parseNetworkPrefix(address) ?? 'unreadable';
  const buckets = [{ key: `address:${network}`, atMost: LOGIN_ATTEMPTS_PER_ADDRESS }];
  if (userId !== null) {
    buckets.unshift({ key: `user:${digest([userId])}`, atMost: LOGIN_ATTEMPTS_PER_ACCOUNT });
  }
  if (accountKey !== null) {
    buckets.unshift({ key: `account:${digest([accountKey])}`, atMost: LOGIN_ATTEMPTS_PER_ACCOUNT });
  }
  return buckets;
}

/** As JSON, so that no two lists are written alike. */
function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
