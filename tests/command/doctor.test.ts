import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sojourn/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../rig/certificate.js';
import { runSojourn, SojournProcess } from './sojourn-process.js';

const K1 = `k1:${'A'.repeat(43)}`;
const K2 = `k2:${'B'.repeat(43)}`;

interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly advice: string | null;
}

let folder: string;
let file: string;
let store: string[];
const running: SojournProcess[] = [];
const others: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-doctor-'));
  file = join(folder, 'sojourn.db');
  store = ['--database-url', `sqlite:${file}`];
});
afterEach(async () => {
  for (const process of running.splice(0)) {
    process.child.kill('SIGKILL');
    await process.ended();
  }
  for (const other of others.splice(0)) other.close();
  rmSync(folder, { recursive: true });
});

async function start(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<SojournProcess> {
  const sojourn = new SojournProcess(['start', '--port', '0', ...args, ...store], { env });
  running.push(sojourn);
  await sojourn.issuer();
  return sojourn;
}

/** A store that a server has used, and that none uses now. */
async function leaveStore(env: Record<string, string> = {}): Promise<void> {
  const sojourn = await start([], env);
  sojourn.child.kill('SIGTERM');
  await sojourn.ended();
}

async function examine(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<{ code: number | null; of: (check: string) => Finding | undefined; findings: Finding[] }> {
  const { code, stdout, stderr } = await runSojourn(['doctor', '--json', ...store, ...args], { env });
  expect(stderr).toEqual([]);
  const findings = stdout.map((line) => JSON.parse(line) as Finding);
  return { code, findings, of: (check) => findings.find((finding) => finding.check === check) };
}

async function execute(sql: string): Promise<void> {
  const { db } = await openDatabase(file, true);
  db.exec(sql);
  db.close();
}

test('a server in order: a line per check, none failed, exit code 0', async () => {
  const sojourn = await start();
  const issuer = await sojourn.issuer();
  const { code, findings, of } = await examine();
  expect(findings.map(({ check }) => check)).toEqual([
    'settings',
    'store',
    'schema',
    'secret',
    'keys',
    'disk',
    'clock',
    'server',
    'issuer',
    'cookies',
  ]);
  // How fast a disk is says nothing of the test.
  expect(findings.filter(({ check, status }) => check !== 'disk' && status !== 'ok')).toEqual([]);
  expect(code).toBe(0);
  expect(of('server')?.found).toContain(`process ${sojourn.child.pid}`);
  expect(of('server')?.found).toContain(issuer);
  expect(of('issuer')?.found).toContain('with the keys of this store');
  expect(of('clock')?.found).toContain('the issuer');
  expect(of('disk')?.found).toMatch(/^A durable write takes [\d.]+ ms/);

  const { stdout } = await runSojourn(['doctor', ...store]);
  expect(stdout).toHaveLength(findings.length);
  expect(stdout[1]).toBe(`ok       store     ${file} is read and written.`);
  // It looked and left nothing behind.
  sojourn.child.kill('SIGTERM');
  expect(await sojourn.ended()).toBe(0);
});

test('without a server the rest is looked at; that none answers is a warning', async () => {
  await leaveStore();
  const { code, of } = await examine(['--issuer', 'https://localhost:1/']);
  expect(code).toBe(0);
  expect(of('server')).toMatchObject({ status: 'warning', advice: expect.stringContaining('sojourn start') });
  expect(of('issuer')).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('cannot be reached'),
  });
  for (const check of ['store', 'schema', 'secret', 'keys', 'clock', 'cookies'])
    expect(of(check)?.status, check).toBe('ok');
});

test('settings under which no server would start, and what browsers would make of them', async () => {
  const { code, findings } = await examine(['--issuer', 'http://id.example.com/', '--port', 'http']);
  expect(code).toBe(1);
  expect(findings.map(({ check, status }) => [check, status])).toEqual([
    ['settings', 'failed'],
    ['settings', 'failed'],
    ['cookies', 'failed'],
  ]);
  const misspelled = await runSojourn(['doctor', '--jsno', ...store]);
  expect(misspelled).toMatchObject({ code: 1, stdout: [], stderr: [expect.stringContaining('--jsno')] });
});

describe('the store', () => {
  test('that is not there, and is not made', async () => {
    const { code, of } = await examine();
    expect(code).toBe(1);
    expect(of('store')).toMatchObject({ status: 'failed', found: `There is no store at ${file}.` });
    expect((await examine()).of('store')?.status).toBe('failed');
  });

  test('that is none of ours', async () => {
    writeFileSync(file, 'these are notes, not a database, and long enough to be looked at');
    expect((await examine()).of('store')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('cannot be opened'),
    });
    rmSync(file);
    await execute('CREATE TABLE notes (text TEXT)');
    const { code, of } = await examine();
    expect(code).toBe(1);
    expect(of('schema')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('another program'),
    });
  });

  test('of another version is told and stays as it is', async () => {
    await leaveStore();
    await execute('INSERT INTO schema_version (version) VALUES (999)');
    const newer = await examine();
    expect(newer.code).toBe(1);
    expect(newer.of('schema')).toMatchObject({ status: 'failed', found: expect.stringContaining('999') });
    await execute('DELETE FROM schema_version WHERE version > 1');
    for (const { code, of } of [await examine(), await examine()]) {
      expect(code).toBe(0);
      expect(of('schema')).toMatchObject({ status: 'warning', found: expect.stringContaining('version 1;') });
    }
  });

  test('that others can open', async () => {
    await leaveStore();
    chmodSync(file, 0o644);
    const { code, of } = await examine();
    expect(code).toBe(0);
    expect(of('store')).toMatchObject({ status: 'warning', advice: `Run: chmod 600 ${file}` });
  });

  test('whose events lie in the future makes the clock doubtful', async () => {
    await leaveStore();
    await execute(
      `INSERT INTO events (at, name, count) VALUES (${Date.now() + 3_600_000}, 'configuration.loaded', 1)`,
    );
    expect((await examine()).of('clock')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('in the future'),
    });
  });
});

describe('the secret', () => {
  test('that others can read, and that is gone', async () => {
    await leaveStore();
    chmodSync(`${file}.secret`, 0o604);
    const exposed = await examine();
    expect(exposed.code).toBe(0);
    expect(exposed.of('secret')).toMatchObject({
      status: 'warning',
      advice: `Run: chmod 600 ${file}.secret`,
    });
    rmSync(`${file}.secret`);
    const gone = await examine();
    expect(gone.code).toBe(1);
    expect(gone.of('secret')).toMatchObject({ status: 'failed' });
    expect(gone.of('keys')).toMatchObject({ status: 'warning' });
  });

  test('that is not the store’s, and the keys that it does not open', async () => {
    await leaveStore({ SOJOURN_SECRET: K1 });
    const wrong = await examine([], { SOJOURN_SECRET: K2 });
    expect(wrong.code).toBe(1);
    expect(wrong.of('secret')).toMatchObject({ status: 'failed', found: expect.stringContaining('"k2"') });

    // One that is new beside the former is fine, and to look at it does not make it known.
    const both = await examine([], { SOJOURN_SECRET: `${K2},${K1}` });
    expect(both.code).toBe(0);
    expect(both.of('secret')?.found).toContain('SOJOURN_SECRET holds "k2", "k1"');
    const { db } = await openDatabase(file, true);
    expect(db.prepare('SELECT kid FROM secret_checks').all()).toEqual([{ kid: 'k1' }]);
    db.close();

    // Known by now, but the keys are sealed under the other.
    await leaveStore({ SOJOURN_SECRET: `${K2},${K1}` });
    const dropped = await examine([], { SOJOURN_SECRET: K2 });
    expect(dropped.code).toBe(1);
    expect(dropped.of('secret')?.status).toBe('ok');
    expect(dropped.of('keys')).toMatchObject({ status: 'failed', found: expect.stringContaining('"k1"') });
  });

  test('that only the running server was given', async () => {
    await start([], { SOJOURN_SECRET: K1 });
    const { code, of } = await examine();
    expect(code).toBe(0);
    expect(of('secret')).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('SOJOURN_SECRET'),
    });
  });
});

test('an algorithm without a next key', async () => {
  await leaveStore();
  await execute("DELETE FROM signing_keys WHERE alg = 'RS256' AND status = 'next'");
  const { code, of } = await examine();
  expect(code).toBe(1);
  expect(of('keys')).toMatchObject({ status: 'failed', found: 'The store has no next RS256 key.' });
});

describe('the issuer', () => {
  /** Something that answers in the place of the server. */
  async function answerInstead(
    answer: (issuer: string, path: string) => object,
    date?: string,
  ): Promise<string> {
    const other = createServer((request, response) => {
      const { port } = other.address() as AddressInfo;
      if (date !== undefined) response.setHeader('date', date);
      response.end(JSON.stringify(answer(`http://localhost:${port}/`, request.url ?? '')));
    });
    others.push(other);
    await new Promise<void>((resolve) => other.listen(0, 'localhost', resolve));
    return `http://localhost:${(other.address() as AddressInfo).port}/`;
  }

  test('that cannot be reached although a server runs', async () => {
    await start(['--issuer', 'https://localhost:1/']);
    const { code, of } = await examine();
    expect(code).toBe(1);
    expect(of('issuer')).toMatchObject({ status: 'failed', found: expect.stringContaining('ECONNREFUSED') });
    expect(of('cookies')?.status).toBe('ok');
  });

  test('that names itself otherwise', async () => {
    const issuer = await answerInstead((own) => ({ issuer: own.slice(0, -1) }));
    await start(['--issuer', issuer]);
    const { code, of } = await examine();
    expect(code).toBe(1);
    expect(of('issuer')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining(
        `names the issuer "${issuer.slice(0, -1)}"; expected exactly "${issuer}"`,
      ),
    });
  });

  test('where another clock and other keys answer', async () => {
    const hourAgo = new Date(Date.now() - 3_600_000).toUTCString();
    const issuer = await answerInstead(
      (own, path) =>
        path.endsWith('jwks.json') ? { keys: [] } : { issuer: own, jwks_uri: `${own}jwks.json` },
      hourAgo,
    );
    await start(['--issuer', issuer]);
    const { code, of } = await examine();
    expect(code).toBe(1);
    expect(of('issuer')).toMatchObject({ status: 'failed', found: expect.stringContaining('lacks') });
    expect(of('clock')).toMatchObject({
      status: 'failed',
      found: expect.stringMatching(/ahead of the clock of the issuer; expected at most 2 s\.$/),
    });
  });

  test('whose certificate this machine does not know, until its authority is named', async () => {
    const { cert, key } = await makeCertificate();
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    await start(['--tls-cert', certFile, '--tls-key', keyFile]);
    const unknown = await examine();
    expect(unknown.code).toBe(1);
    expect(unknown.of('issuer')).toMatchObject({
      status: 'failed',
      advice: expect.stringContaining('--extra-ca'),
    });
    const known = await examine(['--extra-ca', certFile]);
    expect(known.code).toBe(0);
    expect(known.of('issuer')?.status).toBe('ok');
  });

  test('that is another here than on the running server', async () => {
    const sojourn = await start();
    const { code, findings } = await examine(['--issuer', 'https://id.example.com/']);
    expect(code).toBe(0);
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'issuer',
        status: 'warning',
        found: expect.stringContaining(`"${await sojourn.issuer()}"`),
      }),
    );
  });
});

test('a store in memory cannot be looked at, and that is said', async () => {
  const { stdout, code } = await runSojourn([
    'doctor',
    '--database-url',
    'sqlite::memory:',
    '--issuer',
    'https://localhost:1/',
  ]);
  expect(code).toBe(0);
  expect(stdout.map((line) => line.split(/ +/, 2))).toEqual([
    ['ok', 'settings'],
    ['warning', 'store'],
    ['warning', 'clock'],
    ['warning', 'issuer'],
    ['ok', 'cookies'],
  ]);
});
