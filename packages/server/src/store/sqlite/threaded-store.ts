import type { Store } from '../store.js';
import { connectionStore } from './connection-store.js';
import type { Database } from './database.js';
import { WriterThread } from './writer-thread.js';

/**
 * The store where a commit is slow: a thread of its own writes, and reads are answered in line meanwhile. A read sees
 * every write that was answered before it: an answer comes after its commit, and each read looks at the file anew.
 *
 * @param db a connection with the schema up to date; from here on it only reads.
 * @param release lets go of the server's lock.
 * @see design.md 10
 */
export function threadedStore(file: string, db: Database, release: () => void): Store {
  db.exec('PRAGMA query_only = ON');
  const { onConfigurationChange, close: closeReader, ...methods } = connectionStore(db, release);
  const writer = new WriterThread(file);
  const threaded = Object.entries(methods).map(([name, method]) => [
    name,
    name.startsWith('find') ? method : (...values: unknown[]) => writer.call(name, values),
  ]);
  return {
    ...Object.fromEntries(threaded),
    onConfigurationChange,
    close: async () => {
      await writer.close();
      await closeReader();
    },
  };
}
