import type { Store } from '../store.js';
import { connectionStore } from './connection-store.js';
import { type Database, openDatabase } from './database.js';
import { measureCommit } from './measure-commit.js';
import { migrate } from './migrate.js';
import { threadedStore } from './threaded-store.js';
import { decideWriter, type Writer } from './writer.js';

/** How a file is opened. All of it has a default. */
export interface SqliteOptions {
  /** Opens beside a running server, for a command. */
  readonly shared?: boolean;
  /** Where writes run. Default: what a measured commit says. Memory and commands write where they are. */
  readonly writer?: Writer;
  /** Default: some commits in this very file. */
  readonly measure?: (db: Database) => number | null;
}

/**
 * The embedded store: one file, durable at each answer.
 *
 * @param file a path, or `:memory:`.
 * @throws StoreInUse, SchemaTooNew, StoreUnavailable
 */
export async function openSqliteStore(file: string, options: SqliteOptions = {}): Promise<Store> {
  const { shared = false, measure = measureCommit } = options;
  const { db, release } = await openDatabase(file, shared);
  try {
    migrate(db);
    if (file === ':memory:' || shared) return connectionStore(db, release);
    const writer = options.writer ?? decideWriter(measure(db));
    return writer === 'main' ? connectionStore(db, release) : threadedStore(file, db, release);
  } catch (error) {
    db.close();
    release();
    throw error;
  }
}
