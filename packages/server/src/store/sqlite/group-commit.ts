import type { Database } from './database.js';
import { unavailable } from './database.js';

/** Runs a write in a transaction that may be shared, and answers after its commit. */
export type Write = <T>(operation: () => T) => Promise<T>;

interface Waiting {
  readonly operation: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * All writes of one turn of the event loop share one transaction and one fsync. An operation answers a verdict and
 * does not fail halfway; should one throw all the same, the others are run again without it, so a fault in one
 * request never costs another its commit.
 */
export function groupCommit(db: Database): { write: Write; settle: () => void } {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  let queue: Waiting[] = [];

  const runTogether = (batch: readonly Waiting[]): unknown[] => {
    begin.run();
    try {
      const results = batch.map(({ operation }) => operation());
      commit.run();
      return results;
    } catch (error) {
      rollBack(db);
      throw error;
    }
  };

  const settle = () => {
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    try {
      const results = runTogether(batch);
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as never);
    } catch {
      for (const waiting of batch) {
        try {
          const [result] = runTogether([waiting]);
          waiting.resolve(result as never);
        } catch (error) {
          waiting.reject(unavailable(error));
        }
      }
    }
  };

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        if (queue.length === 0) setImmediate(settle);
        queue.push({ operation, resolve, reject });
      }),
    settle,
  };
}

/** A full disk makes SQLite roll back by itself; then there is nothing left to roll back. */
function rollBack(db: Database): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // The transaction is over either way.
  }
}
