import type { Event } from '../../events/events.js';
import { buildRecordedEvent } from '../rows.js';
import type { Store } from '../store.js';
import type { Connections, Run, Statement } from './connections.js';

/** Numbers that a batch takes at once, so that its rows stay together: the increment of the sequence. */
const BLOCK = 1_024;

/**
 * The number of a batch is drawn long before it is committed, and another that drew later may commit sooner. So a
 * writer holds, until it has committed, a shared lock that names the last number drawn before its own; a reader stops
 * below the lowest of these. (The id of the transaction would not do: it is given out in another order than the
 * numbers, every writer in the whole server holds it back, and it begins anew when a dump is restored.)
 */
export const INSERT_EVENTS: Statement = {
  name: 'insert-events',
  text: `WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(last_value) FROM events_id_seq),
      block AS MATERIALIZED (SELECT nextval('events_id_seq') AS first FROM held)
    INSERT INTO events (id, at, name, reason, sid, client_id, user_id, address, count)
    SELECT first + ordinal - 1, at, name, reason, sid, client_id, user_id, address, count
    FROM block, unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[])
      WITH ORDINALITY AS event (at, name, reason, sid, client_id, user_id, address, count, ordinal)`,
};

const FIND_HORIZON: Statement = {
  name: 'find-event-horizon',
  // The last number first and the locks second: whoever locks in between draws a higher one.
  text: `SELECT least(last_value, lowest) + ${BLOCK} AS horizon FROM events_id_seq, LATERAL (
      SELECT min((classid::bigint << 32) | objid::bigint) AS lowest FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 1 AND last_value IS NOT NULL
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held`,
};

const FIND_EVENTS: Statement = {
  name: 'find-events',
  text: `SELECT id, at, name, reason, sid, client_id, user_id, address, count FROM events
    WHERE id > $1 AND id < $4 AND at >= $2 ORDER BY id LIMIT $3`,
};

/** Writes event rows, inside the transaction where there is one. */
export async function insertEvents(run: Run, events: readonly Event[]): Promise<void> {
  for (let index = 0; index < events.length; index += BLOCK) {
    const batch = events.slice(index, index + BLOCK);
    await run(INSERT_EVENTS, [
      batch.map(({ at }) => at),
      batch.map(({ name }) => name),
      batch.map(({ reason }) => reason),
      batch.map(({ sid }) => sid),
      batch.map(({ clientId }) => clientId),
      batch.map(({ userId }) => userId),
      batch.map(({ address }) => address),
      batch.map(({ count }) => count),
    ]);
  }
}

/** The record in PostgreSQL. It is read behind its writers: decision 0010. */
export function eventRows({ run, transaction }: Connections): Pick<Store, 'recordEvents' | 'findEvents'> {
  return {
    recordEvents: (events) =>
      events.length > 0 && events.length <= BLOCK
        ? insertEvents(run, events)
        : transaction((within) => insertEvents(within, events)),
    findEvents: async ({ after, since, atMost }) => {
      const { rows: found } = await run(FIND_HORIZON);
      const { rows } = await run(FIND_EVENTS, [after, since, atMost, found[0]?.horizon as number]);
      return rows.map(buildRecordedEvent);
    },
  };
}
