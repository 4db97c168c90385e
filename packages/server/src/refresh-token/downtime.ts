/** The most that is forgiven: a service that was away longer than this has other worries. */
const LONGEST_FORGIVEN_MS = 10 * 60_000;
/** Heartbeats come each second. A gap longer than this is an outage, and counts from its beginning. */
export const HEARTBEAT_GAP_MS = 1_500;

/** A time in which the service could not answer, in milliseconds since the epoch. */
export interface Outage {
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * For how long, between two moments, the service could not answer. The last heartbeat counts as well: the first
 * request after an outage may come before the first heartbeat.
 *
 * @param heartbeatAt `null` where none was ever written.
 * @see design.md 5, "time in which the service could not answer does not count"
 */
export function computeDowntimeMs(
  outages: readonly Outage[],
  heartbeatAt: number | null,
  since: number,
  now: number,
): number {
  const pending =
    heartbeatAt !== null && now - heartbeatAt >= HEARTBEAT_GAP_MS
      ? [{ startedAt: heartbeatAt, endedAt: now }]
      : [];
  const total = [...outages, ...pending].reduce(
    (sum, { startedAt, endedAt }) => sum + Math.max(0, Math.min(endedAt, now) - Math.max(startedAt, since)),
    0,
  );
  return Math.min(total, LONGEST_FORGIVEN_MS);
}
