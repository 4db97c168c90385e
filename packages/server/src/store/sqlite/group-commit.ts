import type { Database } from './database.js';
import { rollBack, unavailable } from './database.js';

/** Runs a write in a transaction that may be shared, and answers after its commit. */
export type Write = <T>(operation: () => T) => Promise<T>;

interface Waiting {
  readonly operation: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** One operation of a batch threw: the fault is its own, not the database's. */
class OperationFailed extends Error {}

/** Turns of the event loop for which a batch that still grows is waited for: a bound, for a flood never stops growing. */
const TURNS_AT_MOST = 8;

/**
 * Writes that come together share one transaction and one fsync: a batch is closed in the first turn of the event loop
 * that brings it nothing new. Alone, a write waits for one empty turn, a matter of microseconds. An operation answers a verdict and
 * does not fail halfway; should one throw all the same, the others are run again without it, so a fault in one
 * request never costs another its commit. Where the database takes no transaction, or does not commit it, all are
 * told so at once: waiting for a lock once more for each would stop the process.
 */
export function groupCommit(db: Database): { write: Write; settle: () => void } {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  let queue: Waiting[] = [];

  const runTogether = (batch: readonly Waiting[]): unknown[] => {
    begin.run();
    try {
      const results = batch.map(({ operation }) => runOne(operation));
      commit.run();
      return results;
    } catch (error) {
      rollBack(db);
      throw error;
    }
  };

  const settleTogether = (batch: readonly Waiting[]) => {
    try {
      const results = runTogether(batch);
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as never);
    } catch (error) {
      if (error instanceof OperationFailed && batch.length > 1)
        for (const one of batch) settleTogether([one]);
      else for (const { reject } of batch) reject(unavailable(causeOf(error)));
    }
  };

  const settle = () => {
    const batch = queue;
    queue = [];
    if (batch.length > 0) settleTogether(batch);
  };

  const gather = (seen: number, turn: number): void => {
    setImmediate(() => {
      if (queue.length > seen && turn < TURNS_AT_MOST) gather(queue.length, turn + 1);
      else settle();
    });
  };

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        if (queue.length === 0) gather(0, 1);
        queue.push({ operation, resolve, reject });
      }),
    settle,
  };
}

function runOne(operation: () => unknown): unknown {
  try {
    return operation();
  } catch (error) {
    throw new OperationFailed('an operation failed', { cause: error });
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof OperationFailed ? error.cause : error;
}
