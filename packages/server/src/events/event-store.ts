import type { Event } from './events.js';

/** Keeps the record. */
export interface EventStore {
  recordEvents(events: readonly Event[]): Promise<void>;
  findEvents(query: { after: number; since: number; atMost: number }): Promise<RecordedEvent[]>;
}

/** An event as it is read again. */
export interface RecordedEvent extends Event {
  /** Grows from event to event of this store, with gaps. */
  readonly id: number;
}
