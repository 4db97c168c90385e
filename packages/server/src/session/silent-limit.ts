import { tokenBuckets } from '../http/token-buckets.js';

/** Silent requests a session may make from one address and place at once, and how many come back each second. */
const BURST = 100;
const PER_SECOND = 10;

/** Who asks silently, as far as the browser says. */
export interface SilentAsker {
  readonly sid: string;
  readonly address: string;
  readonly clientId: string;
  /** Where the question stands, as `decideSilentPlace` names it: one page's questions use up no other's. */
  readonly place: string;
}

/**
 * Slows down a page that asks in a loop, and nobody else: each client, and each place that asks for it, has an allowance
 * of its own. In memory: what it guards against is load, and load is per process.
 *
 * @returns a function that answers whether one more request is allowed now.
 */
export function silentLimit(): (asker: SilentAsker, now: number) => boolean {
  const take = tokenBuckets({ burst: BURST, perSecond: PER_SECOND });
  return ({ sid, address, clientId, place }, now) => take(`${sid} ${address} ${clientId} ${place}`, now);
}
