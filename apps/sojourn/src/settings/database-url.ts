import { resolve } from 'node:path';
import { parseSqliteUrl, type SqliteUrl } from '@sojourn/server/words';
import type { Parsed } from './parsed.js';

/** Where the store is: a SQLite file by its absolute path, memory, or a PostgreSQL database. */
export type Database =
  | ({ readonly kind: 'file' } & SqliteUrl)
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'postgres';
      /** May carry a password. */
      readonly url: string;
    };

/** `sqlite:FILE`, `sqlite:FILE?writer=thread`, `sqlite::memory:` or `postgres://…`. A relative path counts from the working directory. */
export function parseDatabaseUrl(text: string): Parsed<Database> {
  if (/^postgres(ql)?:/.test(text)) {
    // The driver knows what else it may hold, and the address may carry a password.
    return /^postgres(ql)?:\/\/./.test(text)
      ? { value: { kind: 'postgres', url: text } }
      : { found: 'a PostgreSQL address', expected: 'expected postgres://user:password@host:5432/database' };
  }
  const sqlite = parseSqliteUrl(text);
  if (sqlite === null)
    return {
      expected: 'expected sqlite:FILE, sqlite::memory: or postgres://user:password@host:5432/database',
    };
  if ('expected' in sqlite) return sqlite;
  if (sqlite.file === ':memory:') return { value: { kind: 'memory' } };
  return { value: { kind: 'file', ...sqlite, file: resolve(sqlite.file) } };
}

/** The address under which the server library opens it. */
export function buildStoreUrl(database: Database): string {
  if (database.kind === 'postgres') return database.url;
  if (database.kind === 'memory') return 'sqlite::memory:';
  const { file, writer } = database;
  return writer === undefined ? `sqlite:${file}` : `sqlite:${file}?writer=${writer}`;
}

/** What people are told of it: never a password. */
export function buildDatabaseName(database: Database): string {
  if (database.kind !== 'postgres') return buildStoreUrl(database);
  if (!URL.canParse(database.url)) return 'the PostgreSQL database';
  const { host, pathname, searchParams } = new URL(database.url);
  return `postgres://${host || searchParams.get('host') || ''}${pathname}`;
}
