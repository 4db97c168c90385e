import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { treeCpuMicrosecondsOf } from './process-usage.js';

/** @import { StoreName } from './workload.js' */

/** Here, not in the system's temporary folder: that may be memory, where durability costs nothing. */
const DATABASES = join(import.meta.dirname, 'databases');

/**
 * Where this run's databases come from.
 *
 * @typedef {object} Databases
 * @property {string} folder on a real disk.
 * @property {(store: StoreName) => Promise<string>} create makes a fresh one and answers its address.
 * @property {() => number | null} cpuMicroseconds that the database server has used; `null` where there is none, or no
 *   way to know.
 * @property {() => Promise<string | null>} serverVersion
 * @property {() => Promise<void>} close removes what lies in the folder.
 */

/**
 * @param {string | undefined} postgresUrl of a server that nobody else uses, as its superuser.
 * @returns {Promise<Databases>}
 */
export async function openDatabases(postgresUrl) {
  mkdirSync(DATABASES, { recursive: true });
  const folder = mkdtempSync(join(DATABASES, 'run-'));
  const admin = postgresUrl === undefined ? null : new pg.Client({ connectionString: postgresUrl });
  await admin?.connect();
  const postmaster = admin && process.platform === 'linux' ? await findPostmaster(admin) : null;
  let made = 0;

  const createInPostgres = async () => {
    if (admin === null || postgresUrl === undefined)
      throw new Error('there is no PostgreSQL: start the benchmark by `npm run`, which brings one');
    const name = `run_${randomBytes(8).toString('hex')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    return postgresUrl.replace(/[^/]+$/, name);
  };

  return {
    folder,
    async create(store) {
      made += 1;
      switch (store) {
        case 'sqlite':
          return `sqlite:${join(folder, `${made}.db`)}`;
        case 'postgres':
          return createInPostgres();
        case 'null':
          return 'null:';
      }
    },
    cpuMicroseconds: () => (postmaster === null ? null : treeCpuMicrosecondsOf(postmaster)),
    serverVersion: async () => {
      const found = await admin?.query('SHOW server_version');
      return found?.rows[0].server_version ?? null;
    },
    async close() {
      await admin?.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {pg.Client} admin */
async function findPostmaster(admin) {
  const { rows } = await admin.query("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid");
  return Number(rows[0].pid);
}
