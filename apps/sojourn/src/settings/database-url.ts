import { resolve } from 'node:path';
import type { Parsed } from './settings.js';

/** Where the store is: a SQLite file by its absolute path, or memory. */
export type Database = { readonly kind: 'file'; readonly file: string } | { readonly kind: 'memory' };

/** `sqlite:FILE` or `sqlite::memory:`. A relative path counts from the working directory. */
export function parseDatabaseUrl(text: string): Parsed<Database> {
  if (/^postgres(ql)?:/.test(text)) {
    // The address may carry a password.
    return {
      found: 'a PostgreSQL address',
      expected: 'PostgreSQL arrives in a later version: write sqlite:FILE',
    };
  }
  const match = /^sqlite:(.+)$/.exec(text);
  if (match?.[1] === undefined) return { expected: 'expected sqlite:FILE or sqlite::memory:' };
  return { value: match[1] === ':memory:' ? { kind: 'memory' } : { kind: 'file', file: resolve(match[1]) } };
}

/** The address under which the server library opens it. */
export function buildStoreUrl(database: Database): string {
  return database.kind === 'memory' ? 'sqlite::memory:' : `sqlite:${database.file}`;
}
