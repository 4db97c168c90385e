import { DatabaseSync } from '@photostructure/sqlite';
import pg from 'pg';

/**
 * Bytes that each table takes on disk, its indexes and the free room in its pages included.
 *
 * @param {string} database `sqlite:FILE` or `postgres://…`
 * @returns {Promise<Map<string, number>>}
 */
export async function readTableSizes(database) {
  const rows = database.startsWith('sqlite:')
    ? readSqlite(database.slice('sqlite:'.length))
    : await readPostgres(database);
  return new Map(rows.map(({ name, bytes }) => [String(name), Number(bytes)]));
}

/** @param {string} file */
function readSqlite(file) {
  const db = new DatabaseSync(file);
  try {
    return db
      .prepare(
        'SELECT tbl_name AS name, sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name',
      )
      .all();
  } finally {
    db.close();
  }
}

/** @param {string} url */
async function readPostgres(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT relname AS name, pg_total_relation_size(pg_class.oid) AS bytes FROM pg_class
         JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relkind = 'r' AND nspname = current_schema()`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
