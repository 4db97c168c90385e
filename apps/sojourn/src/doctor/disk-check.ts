import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { type Finding, failed, ok, warning } from './finding.js';

/** What the data folder, or the database, told: how long durable writes take, and what time it has. */
export interface DiskMeasurement {
  /** Milliseconds of each write. */
  readonly writesMs: readonly number[];
  /** How far the clock that stamps files is ahead of this process's. */
  readonly clockAheadMs: number;
}

const WRITES = 32;
/** Far less than a person waits, and enough writes even on a slow disk. */
const MEASURE_AT_MOST_MS = 1_500;
/** A page of SQLite. */
const PAGE = Buffer.alloc(4096, 1);
/** Above it, people who sign in at the same time begin to feel each other. */
const SLOW_MS = 5;

/**
 * Writes as the store does, into a file of its own beside it, and takes that away again.
 *
 * @throws The file system's errors.
 */
export function measureDisk(databaseFile: string): DiskMeasurement {
  const file = `${databaseFile}.doctor-${process.pid}`;
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    const writesMs: number[] = [];
    let writtenAt = Date.now();
    const end = performance.now() + MEASURE_AT_MOST_MS;
    while (writesMs.length < WRITES && performance.now() < end) {
      writtenAt = Date.now();
      const start = performance.now();
      writeSync(descriptor, PAGE, 0, PAGE.length, 0);
      fsyncSync(descriptor);
      writesMs.push(performance.now() - start);
    }
    const stampedAt = statSync(file).mtimeMs;
    // Anything between the last write's beginning and now is what a right clock stamps.
    const clockAheadMs = Math.min(stampedAt - writtenAt, 0) + Math.max(stampedAt - Date.now(), 0);
    return { writesMs, clockAheadMs };
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}

/** What a measurement says of the disk. @param advice where it is slow. */
export function judgeDisk(
  { writesMs }: DiskMeasurement,
  advice = 'Put the data folder on a local SSD, not on a network share.',
): Finding {
  const median = medianOf(writesMs);
  const length = `${median < 10 ? median.toFixed(2) : Math.round(median)} ms`;
  const found = `A durable write takes ${length} (median of ${writesMs.length}).`;
  return median <= SLOW_MS
    ? ok('disk', found)
    : warning('disk', `${found} Everybody who signs in at that moment waits for it.`, advice);
}

/** Where nothing could be measured. */
export function judgeUnwritableFolder(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  return failed(
    'disk',
    `The data folder takes no file: ${message}.`,
    'Look for a full disk or another owner.',
  );
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
