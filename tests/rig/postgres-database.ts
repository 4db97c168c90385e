import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const run = promisify(execFile);
let made = 0;

/** An empty database in the run's PostgreSQL server, for whoever starts servers on it. */
export interface PostgresDatabase {
  readonly url: string;
  /** The number that a query answers, as somebody beside the server sees it. */
  ask(query: string): Promise<number>;
  /** Drops it, whoever is connected. */
  drop(): Promise<void>;
}

export async function createPostgresDatabase(): Promise<PostgresDatabase> {
  const server = inject('postgres');
  if ('missing' in server) throw new Error(server.missing);
  made += 1;
  const name = `rig_${process.pid}_${made}`;
  const maintenance = ['--maintenance-db', server.url];
  await run(join(server.programs, 'createdb'), [...maintenance, '--template=template0', name]);
  const url = server.url.replace(/[^/]+$/, name);
  return {
    url,
    ask: async (query) => {
      const { stdout } = await run(join(server.programs, 'psql'), ['--no-psqlrc', '-At', '-c', query, url]);
      return Number(stdout);
    },
    drop: async () => {
      await run(join(server.programs, 'dropdb'), [...maintenance, '--force', name]);
    },
  };
}
