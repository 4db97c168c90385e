import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from './database.js';
import { groupCommit } from './group-commit.js';

let folder: string;
let file: string;
let db: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-database-'));
  file = join(folder, 'sojourn.db');
  ({ db } = await openDatabase(file, true));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a commit is on the disk before it is answered, and a lock is waited for as long as M04 allows', () => {
  const setting = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  // 2 is FULL.
  expect(setting('synchronous')).toBe(2);
  expect(setting('journal_mode')).toBe('wal');
  expect(setting('busy_timeout')).toBe(2_000);
});

test('M04: what waits for a lock shares one wait: the database is asked once for all of it', async () => {
  const { db: other } = await openDatabase(file, true);
  other.exec('BEGIN IMMEDIATE');
  db.exec('PRAGMA busy_timeout = 1');
  let asked = 0;
  const counting: Database = {
    ...db,
    exec: (sql) => db.exec(sql),
    prepare: (sql) => {
      const statement = db.prepare(sql);
      if (sql !== 'BEGIN IMMEDIATE') return statement;
      return {
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        run: (...values) => {
          asked += 1;
          return statement.run(...values);
        },
      };
    },
  };
  const { write } = groupCommit(counting);
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => write(() => 'written')));
  expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.name))).toEqual(
    new Set(['StoreUnavailable']),
  );
  expect(asked).toBe(1);
  other.exec('ROLLBACK');
  other.close();
  expect(await write(() => 'written')).toBe('written');
});
