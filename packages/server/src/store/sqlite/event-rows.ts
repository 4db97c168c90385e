import type { Event } from '../../events/events.js';
import { buildRecordedEvent } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { Write } from './group-commit.js';

/** Writes event rows inside the transaction that is running. */
export type InsertEvents = (events: readonly Event[]) => void;

/** Writes events as part of the write that they tell of. */
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

/** The record in SQLite, whose ids have no gaps to wait for: one connection writes. */
export function eventRows(
  db: Database,
  write: Write,
  insertEvents: InsertEvents,
): Pick<Store, 'recordEvents' | 'findEvents'> {
  const find = db.prepare('SELECT * FROM events WHERE id > ? AND at >= ? ORDER BY id LIMIT ?');
  return {
    recordEvents: (events) => write(() => insertEvents(events)),
    findEvents: async ({ after, since, atMost }) => find.all(after, since, atMost).map(buildRecordedEvent),
  };
}
