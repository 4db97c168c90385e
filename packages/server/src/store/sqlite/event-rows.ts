import type { Event, EventName } from '../../events/events.js';
import type { RecordedEvent, Store } from '../store.js';
import type { Database, Row } from './database.js';
import type { Write } from './group-commit.js';

/** Writes event rows inside the transaction that is running. */
export type InsertEvents = (events: readonly Event[]) => void;

export function eventInsertion(db: Database): InsertEvents {
  const insert = db.prepare(
    'INSERT INTO events (at, name, reason, sid, client_id, user_id, address, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  return (events) => {
    for (const { at, name, reason, sid, clientId, userId, address, count } of events) {
      insert.run(at, name, reason, sid, clientId, userId, address, count);
    }
  };
}

export function eventRows(
  db: Database,
  write: Write,
  insertEvents: InsertEvents,
): Pick<Store, 'recordEvents' | 'findEvents'> {
  const find = db.prepare('SELECT * FROM events WHERE id > ? AND at >= ? ORDER BY id LIMIT ?');
  return {
    recordEvents: (events) => write(() => insertEvents(events)),
    findEvents: async ({ after, since, atMost }) => find.all(after, since, atMost).map(toEvent),
  };
}

function toEvent(row: Row): RecordedEvent {
  return {
    id: row.id as number,
    at: row.at as number,
    name: row.name as EventName,
    reason: row.reason as string | null,
    sid: row.sid as string | null,
    clientId: row.client_id as string | null,
    userId: row.user_id as string | null,
    address: row.address as string | null,
    count: row.count as number,
  };
}
