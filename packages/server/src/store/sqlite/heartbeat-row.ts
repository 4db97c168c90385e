import { HEARTBEAT_GAP_MS } from '../../refresh-token/downtime.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { Write } from './group-commit.js';

/** One row that says when the store last took a write, and the gaps in it. */
export function heartbeatRow(
  db: Database,
  write: Write,
): Pick<Store, 'beat' | 'findClock' | 'findLatestMoment'> {
  const last = db.prepare('SELECT at FROM probes WHERE id = 1');
  // A beat is a second old; what was recorded after it is not.
  const latest = db.prepare(
    `SELECT max(coalesce((SELECT at FROM probes WHERE id = 1), 0), coalesce((SELECT max(at) FROM events), 0)) AS at`,
  );
  const beat = db.prepare(
    `INSERT INTO probes (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)`,
  );
  const keepOutage = db.prepare(
    'INSERT INTO outages (started_at, ended_at) VALUES (?, ?) ON CONFLICT (started_at) DO UPDATE SET ended_at = excluded.ended_at',
  );
  return {
    // The process that has the file is on the same machine as its clock.
    findClock: async () => null,
    findLatestMoment: async () => latest.get()?.at as number,
    beat: (now) =>
      write(() => {
        const lastAt = last.get()?.at as number | undefined;
        if (lastAt !== undefined && now - lastAt >= HEARTBEAT_GAP_MS) keepOutage.run(lastAt, now);
        beat.run(now);
        return { storeNow: null };
      }),
  };
}
