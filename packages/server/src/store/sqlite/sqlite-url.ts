import type { Writer } from './writer.js';

/** What a URL says of a SQLite store: a path or `:memory:`, and where it writes if that is not to be measured. */
export interface SqliteUrl {
  readonly file: string;
  readonly writer?: Writer;
}

/**
 * `sqlite:FILE`, `sqlite:FILE?writer=thread`, `sqlite:FILE?writer=main` or `sqlite::memory:`.
 *
 * @returns `null` for a URL of another kind.
 */
export function parseSqliteUrl(url: string): SqliteUrl | { readonly expected: string } | null {
  const [, file, query] = /^sqlite:([^?]+)(?:\?(.*))?$/s.exec(url) ?? [];
  if (file === undefined) return null;
  if (query === undefined) return { file };
  if (file === ':memory:') return { expected: 'expected nothing after sqlite::memory:' };
  if (query === 'writer=thread') return { file, writer: 'thread' };
  if (query === 'writer=main') return { file, writer: 'main' };
  return { expected: 'expected writer=thread or writer=main after the "?" of sqlite:FILE' };
}
