import type { AttemptStore } from '../credential/attempt-store.js';
import { parseNetworkPrefix } from '../http/network-prefix.js';
import type { HttpRequest, HttpResponse } from '../http/request.js';
import { json, withHeaders } from '../http/responses.js';
import type { Ports } from '../ports.js';

const MINUTE_MS = 60 * 1000;

/** Where anybody may register, one network may do so this often in an hour. */
const REGISTRATIONS = { atMost: 60, windowMs: 60 * MINUTE_MS };
/** How often in a minute a client may read, replace and delete its registration, all together. */
const OF_CLIENT = 60;
/** How often the clients of one network may. */
const OF_NETWORK = 600;

type LimitPorts = Pick<Ports<AttemptStore>, 'store' | 'now'>;

/** @returns the refusal of a network that has registered as often as it may, or `null`. Counted by the store, for all nodes. */
export function limitRegistrations(http: HttpRequest, ports: LimitPorts): Promise<HttpResponse | null> {
  const { atMost, windowMs } = REGISTRATIONS;
  const buckets = [{ key: `registration ${networkOf(http)}`, atMost }];
  return limit(buckets, windowMs, 'Too many registrations from this network.', ports);
}

/**
 * Bounds what one client costs everybody by its registration (RFC 7592): each replacement is read by all nodes.
 *
 * @returns the refusal, or `null`.
 */
export function limitRegistered(
  http: HttpRequest,
  clientId: string,
  ports: LimitPorts,
): Promise<HttpResponse | null> {
  const buckets = [
    { key: `registered client ${clientId}`, atMost: OF_CLIENT },
    { key: `registered clients of ${networkOf(http)}`, atMost: OF_NETWORK },
  ];
  return limit(buckets, MINUTE_MS, 'Too many requests for registrations.', ports);
}

function networkOf({ peerAddress }: HttpRequest): string {
  return parseNetworkPrefix(peerAddress) ?? 'unreadable';
}

async function limit(
  buckets: readonly { readonly key: string; readonly atMost: number }[],
  windowMs: number,
  error_description: string,
  { store, now }: LimitPorts,
): Promise<HttpResponse | null> {
  const counted = await store.reserveLoginAttempt({ buckets, windowMs, now: now() });
  if (counted.outcome === 'reserved') return null;
  const response = json(429, { error: 'temporarily_unavailable', error_description });
  return withHeaders(response, { 'retry-after': String(Math.ceil((counted.retryAt - now()) / 1000)) });
}
