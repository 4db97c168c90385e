import type { Store } from '../store.js';
import { authorizationRows } from './authorization-rows.js';
import { browserSessionRows } from './browser-session-rows.js';
import { configurationRows, configurationWrites } from './configuration-rows.js';
import { type Database, unavailable } from './database.js';
import { eventInsertion, eventRows } from './event-rows.js';
import { expiredRows } from './expired-rows.js';
import { familyRows } from './family-rows.js';
import { groupCommit } from './group-commit.js';
import { heartbeatRow } from './heartbeat-row.js';
import { interactionRows } from './interaction-rows.js';
import { pushedRequestRows } from './pushed-request-rows.js';
import { registrationRows } from './registration-rows.js';
import { sessionRows } from './session-rows.js';
import { userRows } from './user-rows.js';

/**
 * The whole store on one connection, in the thread that calls it.
 *
 * @param db with a schema that is up to date; closed with the store.
 * @param release lets go of what else was held for it.
 */
export function connectionStore(db: Database, release: () => void): Store {
  const { write, settle } = groupCommit(db);
  const insertEvents = eventInsertion(db);
  const { startFamily, ...families } = familyRows(db, write, insertEvents);
  const configuration = configurationWrites(db);
  let open = true;
  return answeringUnavailable({
    ...configurationRows(db, write, insertEvents, configuration),
    ...registrationRows(db, write, insertEvents, configuration),
    ...userRows(db, write, insertEvents),
    ...interactionRows(db, write),
    ...pushedRequestRows(db, write),
    ...sessionRows(db, write, insertEvents),
    ...browserSessionRows(db, write, insertEvents),
    ...authorizationRows(db, write, insertEvents, startFamily),
    ...families,
    ...eventRows(db, write, insertEvents),
    ...expiredRows(db, write),
    ...heartbeatRow(db, write),
    // One server process has the file, and commands speak to it.
    onConfigurationChange: () => () => {},
    close: async () => {
      if (!open) return;
      open = false;
      settle();
      closeQuietly(db);
      release();
    },
  });
}

function closeQuietly(db: Database): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

/**
 * Callers know only `StoreUnavailable`. Writes say so already where they share a commit; reads answer in line, and may
 * meet the driver's own errors.
 */
function answeringUnavailable(store: Store): Store {
  const guarded = Object.entries(store).map(([name, method]) => {
    const call = method as (...values: never[]) => Promise<unknown>;
    const read = (...values: never[]) => call(...values).catch((error) => Promise.reject(unavailable(error)));
    return [name, name.startsWith('find') ? read : call];
  });
  return Object.fromEntries(guarded) as Store;
}
