import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';

/**
 * What each copy of a row has of its own: the last six characters of what names it, so that copies lie beside their
 * original in every index and the sessions that are asked lie evenly among all, each in a page of its own.
 *
 * @type {Record<string, readonly string[]>}
 */
const NAMED_BY = {
  users: ['user_id'],
  user_identifiers: ['identifier_key', 'user_id'],
  sessions: ['sid', 'handle_hash', 'silent_handle_hash', 'user_id', 'browser_hash'],
  holdings: ['sid'],
  families: ['sid', 'handle_hash'],
};
const NUMBER_LENGTH = 6;

/**
 * Fills a database in which sessions with their users and refresh token families were seeded, to so many times as many.
 * Through the store it would take an hour.
 *
 * @param {string} database `sqlite:FILE` or `postgres://…`
 * @param {number} times at least 1.
 */
export async function copySessions(database, times) {
  if (times === 1) return;
  if (database.startsWith('sqlite:')) copyInSqlite(database.slice('sqlite:'.length), times);
  else await copyInPostgres(database, times);
}

/**
 * @param {string} file
 * @param {number} times
 */
function copyInSqlite(file, times) {
  const db = new DatabaseSync(file);
  try {
    // What is only test data need not survive a crash while it is made.
    db.exec('PRAGMA synchronous = OFF');
    db.exec('PRAGMA cache_size = -1000000');
    for (const [table, names] of Object.entries(NAMED_BY)) {
      const columns = db
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => String(name));
      db.exec(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${times})
           ${copyStatement(table, columns, names, `printf('%0${NUMBER_LENGTH}x', numbers.n)`)}`,
      );
    }
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/**
 * @param {string} url
 * @param {number} times
 */
async function copyInPostgres(url, times) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    const number = `lpad(to_hex(numbers.n), ${NUMBER_LENGTH}, '0')`;
    for (const [table, names] of Object.entries(NAMED_BY)) {
      const { rows } = await client.query(
        'SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1',
        [table],
      );
      const columns = rows.map(({ column_name: name }) => String(name));
      await client.query(
        `WITH numbers (n) AS (SELECT generate_series(1, ${times - 1}))
           ${copyStatement(table, columns, names, number)}`,
      );
    }
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

/**
 * @param {string} table
 * @param {readonly string[]} columns
 * @param {readonly string[]} names columns that a copy has of its own.
 * @param {string} number SQL for the number of the copy, of six characters.
 */
function copyStatement(table, columns, names, number) {
  const values = columns.map((column) =>
    names.includes(column)
      ? `substr(original.${column}, 1, length(original.${column}) - ${NUMBER_LENGTH}) || ${number}`
      : `original.${column}`,
  );
  return `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table} original, numbers`;
}
