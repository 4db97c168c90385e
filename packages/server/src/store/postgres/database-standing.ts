import pg from 'pg';
import { unavailable } from './connections.js';
import { readDatabaseAddress } from './database-address.js';

const CONNECT_MS = 5_000;

/** @returns 0 where there is no schema yet. */
export async function findSchemaVersion(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query("SELECT to_regclass('schema_version') IS NOT NULL AS exists");
  if (!rows[0]?.exists) return 0;
  const found = await client.query('SELECT coalesce(max(version), 0) AS version FROM schema_version');
  return Number(found.rows[0]?.version);
}

/** What can be seen of a database without changing it. */
export interface DatabaseStanding {
  /** 0 where there is no schema yet. */
  readonly schemaVersion: number;
  /** When a server last said that it answers; `null` where none ever did. */
  readonly heartbeatAt: number | null;
}

/**
 * What can be seen of a database without opening a store, which would bring its schema up to date.
 *
 * @throws StoreUnavailable where the database cannot be reached; Error where the address cannot be read.
 */
export async function findDatabaseStanding(url: string): Promise<DatabaseStanding> {
  const { config } = readDatabaseAddress(url);
  const client = new pg.Client({ ...config, connectionTimeoutMillis: CONNECT_MS, query_timeout: CONNECT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    const schemaVersion = await findSchemaVersion(client);
    if (schemaVersion === 0) return { schemaVersion, heartbeatAt: null };
    const { rows } = await client.query('SELECT at FROM probes WHERE id = 1');
    return { schemaVersion, heartbeatAt: rows[0] === undefined ? null : Number(rows[0].at) };
  } catch (error) {
    throw unavailable(error);
  } finally {
    await client.end();
  }
}
