import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from './database.js';
import { measureCommit } from './measure-commit.js';
import { migrate } from './migrate.js';

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-measure-'));
  ({ db } = await openDatabase(join(folder, 'sojourn.db'), true));
  migrate(db);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.useRealTimers());

/** The same database on a disk that takes as long as said for each commit, by a clock that only it moves. */
function onDisk(durations: readonly number[]): { disk: Database; commits: () => number } {
  vi.useFakeTimers({ toFake: ['performance'] });
  let commits = 0;
  const disk: Database = {
    prepare: (sql) => db.prepare(sql),
    close: () => {},
    exec: (sql) => {
      db.exec(sql);
      if (sql !== 'COMMIT') return;
      vi.advanceTimersByTime(durations[commits % durations.length] ?? 0);
      commits += 1;
    },
  };
  return { disk, commits: () => commits };
}

test('a commit of this very file is measured, and leaves no row', () => {
  expect(measureCommit(db)).toBeGreaterThan(0);
  expect(db.prepare('SELECT * FROM probes').all()).toEqual([]);
});

test('one slow commit among fast ones does not count', () => {
  const { disk, commits } = onDisk([20, 1, 2, 1, 2, 1, 2]);
  expect(measureCommit(disk)).toBe(2);
  expect(commits()).toBe(7);
});

test('a slow disk is asked no oftener than it takes to know', () => {
  const { disk, commits } = onDisk([30, 200, 40]);
  expect(measureCommit(disk)).toBe(40);
  expect(commits()).toBe(3);
});

test('a file that takes no write has no time, and can be written to afterwards', () => {
  db.exec('PRAGMA query_only = ON');
  expect(measureCommit(db)).toBeNull();
  db.exec('PRAGMA query_only = OFF');
  expect(measureCommit(db)).toBeGreaterThan(0);
});
