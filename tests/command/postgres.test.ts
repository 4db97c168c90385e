import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresDatabase, type PostgresDatabase } from '../rig/postgres-database.js';
import { runSojourn, SojournProcess } from './sojourn-process.js';

const SECRET = `k1:${'A'.repeat(43)}`;

let database: PostgresDatabase;
let folder: string;
let store: string[];
const running: SojournProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-postgres-command-'));
  database = await createPostgresDatabase();
  store = ['--database-url', database.url];
});
afterEach(async () => {
  for (const process of running.splice(0)) {
    process.child.kill('SIGKILL');
    await process.ended();
  }
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function start(args: readonly string[] = [], secret = SECRET): Promise<string> {
  const sojourn = new SojournProcess(['start', '--port', '0', ...store, '--secret', secret, ...args]);
  running.push(sojourn);
  return sojourn.issuer();
}

const keysAt = async (issuer: string) => {
  const answer = await fetch(`${issuer}.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
};

describe('a PostgreSQL database', () => {
  test('M18: two servers that start at once on an empty one are of one mind', async () => {
    const issuers = await Promise.all([start(), start()]);
    const [one = [], two] = await Promise.all(issuers.map(keysAt));
    expect(one.length).toBeGreaterThan(0);
    expect(two).toEqual(one);
  });

  test('commands open it themselves, and all servers hear of a new key', async () => {
    const issuers = [await start(), await start()];
    const added = await runSojourn(['users', 'add', '--email', 'ada@example.com', ...store], {
      input: 'correct horse battery\n',
    });
    expect(added).toMatchObject({ code: 0, stderr: [] });
    const rotated = await runSojourn([
      ...['keys', 'rotate', '--alg', 'RS256', '--now', ...store, '--secret', SECRET],
    ]);
    expect(rotated).toMatchObject({ code: 0, stderr: [] });
    const listed = await runSojourn(['keys', 'list', '--json', ...store, '--secret', SECRET]);
    const kids = listed.stdout.map((line) => JSON.parse(line).kid);
    for (const issuer of issuers)
      await expect.poll(() => keysAt(issuer), { timeout: 5_000 }).toEqual(expect.arrayContaining(kids));
    const logs = await runSojourn(['logs', '--json', ...store]);
    expect(logs.stdout.map((line) => JSON.parse(line).event)).toEqual(['user.created', 'key.rotated']);
  });

  test('doctor finds nothing wrong with one that is served', async () => {
    const issuer = await start();
    const settings = [...store, '--secret', SECRET, '--issuer', issuer];
    const { code, stdout } = await runSojourn(['doctor', '--json', ...settings]);
    const findings = stdout.map((line) => JSON.parse(line));
    // How fast a disk is says nothing of the test.
    expect(findings.filter(({ check, status }) => check !== 'disk' && status !== 'ok')).toEqual([]);
    expect(code).toBe(0);
    expect(findings.map(({ check }) => check)).toEqual([
      ...['settings', 'store', 'schema', 'secret', 'keys', 'disk', 'clock', 'server', 'issuer', 'cookies'],
    ]);
    expect(stdout.join('\n')).not.toContain(SECRET);
  });

  test('doctor leaves an empty one empty, and a command asks for a start first', async () => {
    const doctor = await runSojourn(['doctor', '--json', ...store, '--secret', SECRET]);
    const schema = doctor.stdout.map((line) => JSON.parse(line)).find(({ check }) => check === 'schema');
    expect(schema).toMatchObject({ status: 'warning', found: expect.stringContaining('schema version 0') });
    const { code, stderr } = await runSojourn(['logs', ...store]);
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringContaining('There is no store at postgres://127.0.0.1')]);
  });

  test('is not served without a secret, nor with another than its own', async () => {
    const missing = await runSojourn(['start', '--port', '0', ...store]);
    expect(missing.code).toBe(1);
    expect(missing.stderr.join('\n')).toContain('SOJOURN_SECRET is missing');
    await start();
    const other = await runSojourn(['start', '--port', '0', ...store, '--secret', `k2:${'B'.repeat(43)}`]);
    expect(other.code).toBe(1);
  });

  test('loads a tenant file that names what is there already', async () => {
    const write = (name: string, content: object) => {
      const file = join(folder, name);
      writeFileSync(file, JSON.stringify(content));
      return file;
    };
    await start(['--tenant', write('first.json', { clients: [{ client_id: 'desk', app_type: 'spa' }] })]);
    const second = {
      resourceServers: [{ identifier: 'https://api/' }],
      clientGrants: [{ client_id: 'desk', audience: 'https://api/' }],
    };
    const third = await runSojourn([
      ...['start', '--port', '0', ...store, '--secret', SECRET, '--tenant'],
      write('nobody.json', { clientGrants: [{ client_id: 'nobody', audience: 'https://api/' }] }),
    ]);
    expect(third.code).toBe(1);
    await start(['--tenant', write('second.json', second)]);
  });

  test.each([
    ['cannot be reached', 'postgres://sojourn:hunter2@127.0.0.1:1/id', 'it cannot be opened'],
    [
      'is none',
      'postgres://sojourn:hunter2@db:port/id',
      'it cannot be opened: the database URL cannot be read',
    ],
    ['has no address', 'postgres:hunter2', 'expected postgres://user:password@host:5432/database'],
  ])('that %s is told in one line, without its password', async (_, url, words) => {
    const { code, stderr } = await runSojourn([
      'start',
      '--port',
      '0',
      '--secret',
      SECRET,
      '--database-url',
      url,
    ]);
    expect(code).toBe(1);
    expect(stderr.join('\n')).toContain(words);
    expect(stderr.join('\n')).not.toContain('hunter2');
    expect(stderr.join('\n')).not.toContain('    at ');
  });
});
