import { MIGRATIONS, SchemaTooNew } from '../schema.js';
import type { Database } from './database.js';

/** What SQLite needs beside a step of the shared schema, in the same transaction; by the number of the step. */
const ADDITIONS: Readonly<Record<number, readonly string[]>> = {
  5: [
    // Whether they were used before was not kept, so they count as used.
    `INSERT INTO registrations (client_id, token_hash, registered_at, used)
       SELECT id, json_extract(document, '$.sojourn.registration.access_token_hash'),
         json_extract(document, '$.sojourn.registration.registered_at'), 1
       FROM configuration
       WHERE kind = 'client' AND json_extract(document, '$.sojourn.registration') IS NOT NULL`,
  ],
};

/**
 * Brings the schema up to date. A kill at any moment leaves whole steps only, so a rerun goes on where it stopped; of
 * two that open an empty file at once each step is done by one.
 *
 * @throws SchemaTooNew rather than write into tables whose meaning this version does not know.
 */
export function migrate(db: Database): void {
  db.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
  const version = findVersion(db);
  if (version > MIGRATIONS.length) {
    throw new SchemaTooNew(
      `the database has schema version ${version}, this Sojourn knows ${MIGRATIONS.length}. Start the version that wrote it, or a newer one.`,
    );
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.exec('BEGIN IMMEDIATE');
    if (findVersion(db) <= index) {
      for (const statement of [...statements, ...(ADDITIONS[index + 1] ?? [])]) db.exec(statement);
      db.exec(`INSERT INTO schema_version (version) VALUES (${index + 1})`);
    }
    db.exec('COMMIT');
  }
}

function findVersion(db: Database): number {
  return Number(db.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_version').get()?.version);
}
