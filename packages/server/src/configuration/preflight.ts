import { buildEvent, type Event } from '../events/events.js';
import { answerPreflight } from '../http/cors.js';
import type { Handler } from '../http/request.js';
import { findListedStanding } from './client-origins.js';
import type { Configuration } from './configuration.js';

/** What a preflight may touch. */
export interface PreflightPorts {
  configuration(): Configuration;
  record(event: Event): void;
  now(): number;
}

/**
 * Answers OPTIONS for one endpoint. A refused page tells its developer nothing but "Failed to fetch", so the record says which
 * origin it was.
 *
 * @param options.credentials whether the endpoint takes requests with credentials at all.
 * @see Fetch §4.8 · design.md 13
 */
export function preflight(
  { configuration, record, now }: PreflightPorts,
  { credentials }: { readonly credentials: boolean },
): Handler {
  const named = new RefusedOrigins();
  return async (http) => {
    const origin = http.header('origin');
    if (origin === undefined) return answerPreflight(null, false);
    const standing = findListedStanding(configuration(), origin);
    if (standing !== null) return answerPreflight(origin, credentials && standing === 'credentials');
    const at = now();
    const reason = named.buildReason('preflight', origin, at);
    record(buildEvent(at, 'origin.refused', { reason, address: http.peerAddress }));
    return answerPreflight(null, false);
  };
}

const NAMED_AT_MOST = 5;
const LONGEST_NAMED = 120;
const WINDOW_MS = 60_000;

/** Names refused origins, but few a minute: a stranger may send any number, and what is recorded is bounded. */
export class RefusedOrigins {
  #named = new Set<string>();
  #since = 0;

  /** @returns the place, with the origin behind it where it may be named. */
  buildReason(place: string, origin: string | undefined, now: number): string {
    if (now - this.#since >= WINDOW_MS || now < this.#since) {
      this.#named = new Set();
      this.#since = now;
    }
    if (origin === undefined || origin.length > LONGEST_NAMED || !/^[\x21-\x7e]+$/.test(origin)) return place;
    if (!this.#named.has(origin) && this.#named.size >= NAMED_AT_MOST) return place;
    this.#named.add(origin);
    return `${place} ${origin}`;
  }
}
