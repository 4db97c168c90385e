import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnavailable } from '../../fault/fault.js';
import type { Row } from '../rows.js';

/** The part of `node:sqlite`'s `DatabaseSync` that the store uses; `@photostructure/sqlite` has the same. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** What a parameter of a statement may be. */
export type Value = string | number | null;

/** A prepared statement, whichever driver made it. */
export interface Statement {
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
  run(...values: Value[]): { changes: number | bigint };
}

/** Another server has this file open. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';
}

/** `node:sqlite` is built in from Node 22; on Node 20 a package brings the same API. */
async function loadDriver(): Promise<new (file: string) => Database> {
  const { DatabaseSync } = await import('node:sqlite').catch(() => import('@photostructure/sqlite'));
  return DatabaseSync as unknown as new (
    file: string,
  ) => Database;
}

/**
 * Opens the file durable at each commit (`synchronous=FULL`): a lost commit would be a sign-out undone.
 *
 * @param file a path, or `:memory:`.
 * @param shared opened beside a running server (a command); else the server's own lock is taken.
 * @throws StoreInUse where another server holds the lock.
 */
export async function openDatabase(
  file: string,
  shared: boolean,
): Promise<{ db: Database; release: () => void }> {
  const Driver = await loadDriver();
  if (file === ':memory:') return { db: configure(new Driver(file)), release: () => {} };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const release = shared ? () => {} : takeServerLock(Driver, file);
  try {
    return { db: configure(new Driver(file)), release };
  } catch (error) {
    release();
    throw error;
  }
}

function configure(db: Database): Database {
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  // 16 MiB of journal: a page that many commits change is then written to the file once.
  db.exec('PRAGMA wal_autocheckpoint = 4000');
  db.exec('PRAGMA foreign_keys = OFF');
  db.exec('PRAGMA busy_timeout = 2000');
  return db;
}

/** The operating system drops this lock when the process dies, however it dies; a pid file would survive it. */
function takeServerLock(Driver: new (file: string) => Database, file: string): () => void {
  const lock = new Driver(`${file}.lock`);
  try {
    lock.exec('PRAGMA busy_timeout = 0');
    lock.exec('PRAGMA locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new StoreInUse(
      `another Sojourn server is using ${file}. Stop it, or give this one a database of its own.`,
    );
  }
  return () => lock.close();
}

/** Turns a driver's error into the one error that callers know. */
export function unavailable(error: unknown): StoreUnavailable {
  return error instanceof StoreUnavailable
    ? error
    : new StoreUnavailable('the store did not answer', { cause: error });
}

/** A full disk makes SQLite roll back by itself; then there is nothing left to roll back. */
export function rollBack(db: Database): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // The transaction is over either way.
  }
}
