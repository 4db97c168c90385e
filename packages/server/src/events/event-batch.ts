import { parseNetworkPrefix } from '../http/network-prefix.js';
import type { Event } from './events.js';

/** Beyond this many alike within one batch, one line stands for the rest. */
const ALIKE_IN_A_BATCH = 20;
const BATCH_MS = 1_000;
const LINES_A_WRITE = 100;

/**
 * Collects events that may be a second late, and aggregates per event, reason, client and network beyond a rate,
 * so that a flood fills neither disk nor log, also from one machine that has a /64 of addresses. A crash loses at most the last second of them.
 */
export class EventBatch {
  readonly #write: (events: readonly Event[]) => Promise<void>;
  readonly #onFault: (error: unknown) => void;
  #lines: Event[] = [];
  #alike = new Map<string, { seen: number; line: number }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(write: (events: readonly Event[]) => Promise<void>, onFault: (error: unknown) => void) {
    this.#write = write;
    this.#onFault = onFault;
  }

  add(event: Event): void {
    const network = event.address === null ? '' : (parseNetworkPrefix(event.address) ?? event.address);
    const kind = `${event.name} ${event.reason ?? ''} ${event.clientId ?? ''} ${network}`;
    const alike = this.#alike.get(kind);
    if (alike === undefined) {
      this.#alike.set(kind, { seen: 1, line: -1 });
      this.#lines.push(event);
    } else {
      alike.seen += 1;
      if (alike.seen <= ALIKE_IN_A_BATCH) {
        this.#lines.push(event);
      } else if (alike.line === -1) {
        // Many End-Users stand behind this line, so it names none.
        alike.line = this.#lines.push({ ...event, sid: null, userId: null, count: 1 }) - 1;
      } else {
        const line = this.#lines[alike.line] as Event;
        this.#lines[alike.line] = { ...line, at: event.at, count: line.count + 1 };
      }
    }
    this.#timer ??= setTimeout(() => void this.flush(), BATCH_MS).unref();
  }

  /** Writes what has been collected. Never throws: a fault is reported, the lines are given up. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#lines;
    this.#lines = [];
    this.#alike = new Map();
    if (lines.length === 0) return;
    // In pieces, so that a busy second does not become one long write.
    for (let start = 0; start < lines.length; start += LINES_A_WRITE) {
      try {
        await this.#write(lines.slice(start, start + LINES_A_WRITE));
      } catch (error) {
        this.#onFault(error);
      }
    }
  }
}
