import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { readDatabaseAddress } from './database-address.js';
import { openPostgresStore } from './postgres-store.js';

/** Where the driver would go. */
const read = (url: string) => {
  const { host, port, user, password, database, ssl } = new pg.Client(readDatabaseAddress(url).config);
  return { host, port, user, password, database, ssl };
};

test('everything that the driver understands is left to it', () => {
  expect(read('postgres://sojourn:p%40ss%3Aw%2Frd%25@db.example:6432/id')).toMatchObject({
    host: 'db.example',
    port: 6432,
    user: 'sojourn',
    password: 'p@ss:w/rd%',
    database: 'id',
    ssl: false,
  });
  expect(read('postgresql://sojourn@/id?host=/var/run/postgresql&pool_max=4')).toMatchObject({
    host: '/var/run/postgresql',
    database: 'id',
  });
  expect(read('postgres://sojourn@db.example/id?sslmode=verify-full').ssl).toEqual({});
  expect(read('postgres://sojourn@db.example/id?sslmode=no-verify').ssl).toEqual({
    rejectUnauthorized: false,
  });
});

test('pool_max says how many connections there may be at most; ten otherwise', () => {
  expect(readDatabaseAddress('postgres://db/id').poolMax).toBe(10);
  expect(readDatabaseAddress('postgres://db/id?sslmode=disable&pool_max=16').poolMax).toBe(16);
});

test.each([
  ['postgres://sojourn:s3cret@db.example:port/id', 'expected postgres://user:password@host:5432/database'],
  ['postgres://sojourn:s3cret@[db/id', 'expected postgres://user:password@host:5432/database'],
  ['postgres://sojourn:s3cret@db/id?pool_max=0', 'pool_max'],
  ['postgres://sojourn:s3cret@db/id?pool_max=many', 'pool_max'],
  ['postgres://sojourn:s3cret@db/id?sslrootcert=/absent.pem', 'cannot be read'],
])('%s is told what is wrong with it, without the password', (url, words) => {
  expect(() => readDatabaseAddress(url)).toThrow(words);
  expect(() => readDatabaseAddress(url)).not.toThrow('s3cret');
});

test('a Unix socket is a way to the database', async () => {
  const server = inject('postgres');
  if ('missing' in server) throw new Error(server.missing);
  const { port } = new URL(server.url);
  const name = `socket_${process.pid}`;
  const admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const store = await openPostgresStore(
    `postgres://sojourn@/${name}?host=${encodeURIComponent(server.folder)}&port=${port}`,
  );
  expect(await store.findConfiguration()).toEqual([]);
  await store.close();
  await admin.query(`DROP DATABASE ${name}`);
  await admin.end();
});
