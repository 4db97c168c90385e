import { type Database, rollBack } from './database.js';

const COMMITS = 7;
/** As many make a median where the disk is so slow that there is no time for all. */
const COMMITS_AT_LEAST = 3;
const TIME_AT_MOST_MS = 50;

/**
 * Makes some small commits and measures them; they leave no row behind.
 *
 * @returns the median in milliseconds; `null` where the file takes no write, which is for the first one to say.
 */
export function measureCommit(db: Database): number | null {
  const startedAt = performance.now();
  const durations: number[] = [];
  try {
    while (
      durations.length < COMMITS_AT_LEAST ||
      (durations.length < COMMITS && performance.now() - startedAt < TIME_AT_MOST_MS)
    ) {
      durations.push(commitOnce(db));
    }
  } catch {
    return null;
  }
  durations.sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)] ?? null;
}

/** A row that comes and goes is a page to write all the same. */
function commitOnce(db: Database): number {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec('INSERT INTO probes (id, at) VALUES (2, 0)');
    db.exec('DELETE FROM probes WHERE id = 2');
    const startedAt = performance.now();
    db.exec('COMMIT');
    return performance.now() - startedAt;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}
