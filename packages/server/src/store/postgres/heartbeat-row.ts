import { HEARTBEAT_GAP_MS } from '../../refresh-token/downtime.js';
import type { Store } from '../store.js';
import type { Connections, Statement } from './connections.js';

const STORE_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

const FIND_CLOCK: Statement = { name: 'find-clock', text: `SELECT ${STORE_NOW} AS store_now` };

/** A beat is a second old; what was recorded after it is not. */
const FIND_LATEST: Statement = {
  name: 'find-latest-moment',
  text: `SELECT greatest((SELECT at FROM probes WHERE id = 1), (SELECT max(at) FROM events), 0) AS at`,
};

/** The row is locked before it is read: of many nodes that come back at once the first alone sees the gap. */
const BEAT: Statement = {
  name: 'beat',
  text: `WITH last AS MATERIALIZED (SELECT at FROM probes WHERE id = 1 FOR NO KEY UPDATE),
      outage AS (INSERT INTO outages (started_at, ended_at)
        SELECT at, $1::bigint FROM last WHERE $1::bigint - at >= ${HEARTBEAT_GAP_MS}
        ON CONFLICT (started_at) DO UPDATE SET ended_at = excluded.ended_at),
      beat AS (INSERT INTO probes (id, at) VALUES (1, $1::bigint)
        ON CONFLICT (id) DO UPDATE SET at = greatest(probes.at, excluded.at))
    SELECT ${STORE_NOW} AS store_now, (SELECT count(*) FROM last)`,
};

/** One row that says when the store last took a write, and the gaps in it. */
export function heartbeatRow({ run }: Connections): Pick<Store, 'beat' | 'findClock' | 'findLatestMoment'> {
  return {
    findLatestMoment: async () => (await run(FIND_LATEST)).rows[0]?.at as number,
    findClock: async () => (await run(FIND_CLOCK)).rows[0]?.store_now as number,
    beat: async (now) => ({ storeNow: (await run(BEAT, [now])).rows[0]?.store_now as number }),
  };
}
