import pg from 'pg';
import { inject } from 'vitest';
import { openPostgresStore } from './postgres-store.js';

/** Databases of a test file in the run's PostgreSQL server. */
export interface TestDatabases {
  /** One with the schema and nothing in it. @returns its URL. */
  create(): Promise<string>;
  /**
   * The same, for tests that are many: one that was given back is emptied and lent again, which takes a tenth of the time.
   *
   * @param open gives the store that works on it. It is given back when the store is closed.
   */
  lend<T extends { close(): Promise<void> }>(open: (url: string) => Promise<T>): Promise<T>;
  /** One without anything. */
  createEmpty(): Promise<string>;
  /** A connection that no store knows of. It ends with the databases. */
  connect(url: string): Promise<pg.Client>;
  /** Drops them all, whoever is connected. */
  drop(): Promise<void>;
}

let made = 0;

interface Lent {
  readonly url: string;
  empty(): Promise<void>;
}

async function prepareLending(url: string, connect: TestDatabases['connect']): Promise<Lent> {
  const client = await connect(url);
  const { rows } = await client.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('schema_version', 'configuration_version')",
  );
  const deletions = rows.map(({ tablename }) => `DELETE FROM ${tablename};`).join(' ');
  return {
    url,
    empty: async () => {
      await client.query(`${deletions} UPDATE configuration_version SET version = 0`);
    },
  };
}

/** Databases of a test's own, in the PostgreSQL that the tests have; dropped when it ends. */
export async function openTestDatabases(): Promise<TestDatabases> {
  const server = inject('postgres');
  if ('missing' in server) throw new Error(server.missing);
  const names: string[] = [];
  const clients: pg.Client[] = [];
  const connect = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  const admin = await connect(server.url);
  const create = async (from: string) => {
    made += 1;
    const name = `test_${process.pid}_${made}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
    names.push(name);
    return { name, url: server.url.replace(/[^/]+$/, name) };
  };
  const template = await create('template0');
  // Copying a database is quicker than running all migrations in each.
  await (await openPostgresStore(template.url)).close();
  const free: Lent[] = [];
  const lend: TestDatabases['lend'] = async (open) => {
    const lent = free.pop() ?? (await prepareLending((await create(template.name)).url, connect));
    await lent.empty();
    const store = await open(lent.url);
    let isOpen = true;
    return {
      ...store,
      close: async () => {
        await store.close();
        if (isOpen) free.push(lent);
        isOpen = false;
      },
    };
  };
  return {
    create: async () => (await create(template.name)).url,
    lend,
    createEmpty: async () => (await create('template0')).url,
    connect,
    drop: async () => {
      for (const name of names) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      for (const client of clients) await client.end();
    },
  };
}
