import { existsSync, statSync } from 'node:fs';
import { MIGRATIONS, openDatabase, openStore, type Store } from '@sojourn/server';
import { type Finding, failed, ok, warning } from './finding.js';

/** How a SQLite file was found. */
export interface ExaminedStore {
  readonly findings: readonly Finding[];
  /** Open beside a running server; `null` where it cannot be opened, or not without bringing its schema up to date. */
  readonly store: Store | null;
}

/**
 * Whether the store is there, of this version, and takes a write. Leaves a file as it is that is absent, not a store, or
 * has another schema: to look is not to change.
 *
 * @param file Absolute path of the SQLite file.
 */
export async function examineStore(file: string): Promise<ExaminedStore> {
  if (!existsSync(file)) {
    const advice = 'Start the server once, or name another: --database-url, SOJOURN_DATABASE_URL.';
    return { findings: [failed('store', `There is no store at ${file}.`, advice)], store: null };
  }
  let schema: Finding;
  try {
    schema = judgeSchema(await findSchemaVersion(file));
  } catch (error) {
    const found = `${file} cannot be opened: ${messageOf(error)}.`;
    return {
      findings: [failed('store', found, 'Run this as the user of the server, or restore the file.')],
      store: null,
    };
  }
  if (schema.status !== 'ok') {
    return { findings: [ok('store', `${file} can be read.`), schema], store: null };
  }
  const store = await openStore(`sqlite:${file}`, { shared: true });
  try {
    await store.beat(Date.now());
    return { findings: [judgeFile(file), schema], store };
  } catch (error) {
    await store.close();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const found = `${file} takes no write: ${messageOf(cause)}.`;
    return {
      findings: [
        failed('store', found, 'Look for a full disk, a read-only mount, or another owner.'),
        schema,
      ],
      store: null,
    };
  }
}

/** Without the store's own opening, which would bring the schema up to date. `null` in a file of another program. */
async function findSchemaVersion(file: string): Promise<number | null> {
  const { db } = await openDatabase(file, true);
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    if (tables.length === 0) return 0;
    if (!tables.some(({ name }) => name === 'schema_version')) return null;
    return Number(
      db.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_version').get()?.version,
    );
  } finally {
    db.close();
  }
}

/** Whether this Sojourn and the store's tables are of one version. `null`: the tables are not Sojourn's. */
export function judgeSchema(version: number | null): Finding {
  const known = MIGRATIONS.length;
  if (version === null) {
    return failed(
      'schema',
      'The tables are those of another program.',
      'Name the store of Sojourn: --database-url.',
    );
  }
  if (version > known) {
    const found = `The store has schema version ${version}; this Sojourn knows ${known}.`;
    return failed('schema', found, 'Use the version that wrote it, or a newer one.');
  }
  if (version < known) {
    const found = `The store has schema version ${version}; this Sojourn brings it to ${known} at its next start.`;
    return warning('schema', found, 'Copy the store before that. What is in it was not looked at.');
  }
  return ok('schema', `Version ${version}, the one of this Sojourn.`);
}

function judgeFile(file: string): Finding {
  const { mode, uid } = statSync(file);
  const answers = `${file} is read and written.`;
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    return warning('store', `${answers} Its mode is ${octal}: others can open it.`, `Run: chmod 600 ${file}`);
  }
  if (process.getuid !== undefined && uid !== process.getuid()) {
    const found = `${answers} It belongs to user ${uid}, this is user ${process.getuid()}.`;
    return warning(
      'store',
      found,
      'Run commands as its owner: files that they make must be open to the server.',
    );
  }
  return ok('store', answers);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
