import { findDatabaseStanding, openStore, type Store } from '@sojourn/server';
import { buildDurationText } from '../duration.js';
import { buildDatabaseName, type Database } from '../settings/database-url.js';
import { type DiskMeasurement, judgeDisk } from './disk-check.js';
import { type Finding, failed, ok, warning } from './finding.js';
import { judgeSchema } from './store-check.js';

/** How a PostgreSQL database was found. */
export interface ExaminedDatabase {
  readonly findings: readonly Finding[];
  /** `null` where it cannot be opened, or not without bringing its schema up to date. */
  readonly store: Store | null;
  /** Whether a server has said within the last seconds that it answers. */
  readonly hasServer: boolean;
  /** How far the database's clock is ahead of this process's; `null` where it was not asked. */
  readonly clockAheadMs: number | null;
}

const WRITES = 32;
/** Far less than a person waits, and enough writes even over a slow network. */
const MEASURE_AT_MOST_MS = 1_500;
/** Servers say it each second. */
const SILENT_AFTER_MS = 10_000;

/**
 * Whether a PostgreSQL database can be reached, is of this version, takes writes and how fast, and whether a server is
 * at work on it. Leaves one that has another schema as it is: to look is not to change.
 */
export async function examineDatabase(
  database: Extract<Database, { kind: 'postgres' }>,
  now: number,
): Promise<ExaminedDatabase> {
  const name = buildDatabaseName(database);
  const nothing = { store: null, hasServer: false, clockAheadMs: null };
  try {
    const { schemaVersion, heartbeatAt } = await findDatabaseStanding(database.url);
    const schema = judgeSchema(schemaVersion);
    if (schema.status !== 'ok')
      return { ...nothing, findings: [ok('store', `${name} can be reached.`), schema] };
    const server = judgeHeartbeat(heartbeatAt, now);
    const store = await openStore(database.url);
    try {
      const measurement = await measureDatabase(store);
      const findings = [
        ok('store', `${name} is read and written.`),
        schema,
        server,
        judgeWrites(measurement),
      ];
      return { findings, store, hasServer: server.status === 'ok', clockAheadMs: measurement.clockAheadMs };
    } catch (error) {
      await store.close();
      const found = `${name} takes no write: ${messageOf(error)}.`;
      const advice = 'Look for a full disk, a replica, or a role that may not write.';
      return { ...nothing, findings: [failed('store', found, advice), schema, server] };
    }
  } catch (error) {
    const found = `${name} cannot be opened: ${messageOf(error)}.`;
    const advice = 'Look at the address, the network, and who may connect.';
    return { ...nothing, findings: [failed('store', found, advice)] };
  }
}

/** Writes what servers write each second. */
async function measureDatabase(store: Store): Promise<DiskMeasurement> {
  const writesMs: number[] = [];
  let clockAheadMs = 0;
  const end = performance.now() + MEASURE_AT_MOST_MS;
  while (writesMs.length < WRITES && performance.now() < end) {
    const sentAt = Date.now();
    const start = performance.now();
    const { storeNow } = await store.beat(sentAt);
    writesMs.push(performance.now() - start);
    // Anything between question and answer is what a right clock says.
    if (storeNow !== null) clockAheadMs = Math.min(storeNow - sentAt, 0) + Math.max(storeNow - Date.now(), 0);
  }
  return { writesMs, clockAheadMs };
}

function judgeWrites(measurement: DiskMeasurement): Finding {
  return judgeDisk(measurement, 'Put servers and database near each other, and the database on a local SSD.');
}

function judgeHeartbeat(heartbeatAt: number | null, now: number): Finding {
  const advice = 'Start one: sojourn start';
  if (heartbeatAt === null) return warning('server', 'None ever ran on this database.', advice);
  const silentMs = now - heartbeatAt;
  return silentMs < SILENT_AFTER_MS
    ? ok('server', 'At least one is at work on this database.')
    : warning('server', `None has been at work on this database for ${buildDurationText(silentMs)}.`, advice);
}

/** Without its full stop: it stands within a sentence. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
