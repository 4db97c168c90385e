import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runSojourn, SojournProcess } from './sojourn-process.js';

let folder: string;
let store: string[];
const running: SojournProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-command-'));
  store = ['--database-url', `sqlite:${join(folder, 'data', 'sojourn.db')}`];
});
afterEach(async () => {
  for (const process of running.splice(0)) {
    process.child.kill('SIGKILL');
    await process.ended();
  }
  rmSync(folder, { recursive: true });
});

function start(args: readonly string[], env: Record<string, string> = {}): SojournProcess {
  const process = new SojournProcess(['start', '--port', '0', ...args], { env });
  running.push(process);
  return process;
}

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('a start that works', () => {
  test('says where it listens in one line, serves there, and ends with 0 at SIGTERM', async () => {
    const sojourn = start(store);
    const issuer = await sojourn.issuer();
    expect(issuer).toMatch(/^http:\/\/localhost:\d+\/$/);
    const discovery = await fetch(`${issuer}.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({ issuer });
    expect((await fetch(`${issuer}healthz`)).status).toBe(200);
    expect((await fetch(`${issuer}readyz`)).status).toBe(200);
    sojourn.child.kill('SIGTERM');
    expect(await sojourn.ended()).toBe(0);
    expect(sojourn.stdout).toEqual([`sojourn listening on ${issuer}`]);
  });

  test('keeps what it makes from others, and finds its secret again', async () => {
    const first = start(store);
    await first.issuer();
    const files = readdirSync(join(folder, 'data'));
    expect(files).toContain('sojourn.db.secret');
    for (const file of files) expect(statSync(join(folder, 'data', file)).mode & 0o077, file).toBe(0);
    await first.line('stderr', /made a secret for this store/);
    first.child.kill('SIGTERM');
    await first.ended();
    const second = start(store);
    await second.issuer();
    expect(second.stderr.join('\n')).not.toContain('made a secret');
  });

  test('writes in a thread of its own where it is told to, to the file and secret that bear the name alone', async () => {
    const [flag = '', url = ''] = store;
    const sojourn = start([flag, `${url}?writer=thread`]);
    const issuer = await sojourn.issuer();
    expect((await fetch(`${issuer}readyz`)).status).toBe(200);
    const files = readdirSync(join(folder, 'data'));
    expect(files).toEqual(expect.arrayContaining(['sojourn.db', 'sojourn.db.secret']));
    for (const file of files) expect(statSync(join(folder, 'data', file)).mode & 0o077, file).toBe(0);
    const { stderr } = await runSojourn(['start', '--port', '0', ...store]);
    expect(stderr).toEqual([expect.stringContaining('another Sojourn server is using')]);
    sojourn.child.kill('SIGTERM');
    expect(await sojourn.ended()).toBe(0);
  });

  test('a variable is a setting too, and memory leaves nothing behind', async () => {
    const sojourn = start([], {
      SOJOURN_DATABASE_URL: 'sqlite::memory:',
      SOJOURN_ISSUER: 'https://id.example.com/',
    });
    expect(await sojourn.issuer()).toBe('https://id.example.com/');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('a request in flight is answered after SIGTERM', async () => {
    const sojourn = start(store);
    const issuer = await sojourn.issuer();
    const answered = new Promise<number | undefined>((resolve, reject) => {
      // The head is sent and the body held back, so the request is in flight until the test says otherwise.
      const inFlight = request(`${issuer}oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 3 },
      });
      inFlight.once('response', (response) => resolve(response.resume().statusCode));
      inFlight.once('error', reject);
      inFlight.write('a');
      void sojourn.line('stderr', /SIGTERM/).then(() => inFlight.end('=b'));
      // The server has the head once a request after it, on a connection of its own, was answered.
      void fetch(`${issuer}healthz`).then(() => sojourn.child.kill('SIGTERM'));
    });
    expect(await answered).toBeGreaterThanOrEqual(400);
    expect(await sojourn.ended()).toBe(0);
  });

  test('a second signal ends it at once', async () => {
    const sojourn = start(store);
    const issuer = await sojourn.issuer();
    const inFlight = request(`${issuer}oauth/token`, { method: 'POST', headers: { 'content-length': 3 } });
    inFlight.on('error', () => {});
    inFlight.write('a');
    await fetch(`${issuer}healthz`);
    sojourn.child.kill('SIGTERM');
    await sojourn.line('stderr', /SIGTERM/);
    sojourn.child.kill('SIGTERM');
    expect(await sojourn.ended()).toBe(1);
  });
});

describe('a start that does not', () => {
  test('names all mistakes of settings and tenant file at once, and starts nothing', async () => {
    const tenant = write(
      'tenant.yaml',
      'clients:\n  - name: Shop\n    web_origins: [https://shop.example.com/]\nusers:\n  - email: nobody\n',
    );
    const { code, stdout, stderr } = await runSojourn(
      [
        'start',
        '--port',
        'http',
        '--issuer',
        'http://id.example.com/',
        '--prot',
        '1',
        '--tenant',
        tenant,
        ...store,
      ],
      { env: { SOJOURN_LOG_LEVEL: 'loud' } },
    );
    expect(code).toBe(1);
    expect(stdout).toEqual([]);
    expect(stderr).toEqual([
      '6 mistakes, nothing was started:',
      '  --prot is no flag of this command; see --help.',
      '  --issuer is "http://id.example.com/"; plain http is for localhost, *.localhost and loopback addresses only: write "https://id.example.com/".',
      '  --port is "http"; expected a port from 1 to 65535, or 0 for any free one.',
      '  SOJOURN_LOG_LEVEL is "loud"; expected one of debug, info, warn, error.',
      '  client "Shop": web_origins[0] is "https://shop.example.com/"; an origin has no path: write "https://shop.example.com".',
      '  user "nobody": email is "nobody"; expected an email address such as ada@example.com.',
    ]);
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('a name that nothing explains leaves no store behind', async () => {
    const tenant = write('tenant.json', {
      clientGrants: [{ client_id: 'nobody', audience: 'https://api/' }],
    });
    const { code, stderr } = await runSojourn(['start', '--port', '0', '--tenant', tenant, ...store]);
    expect(code).toBe(1);
    expect(stderr[0]).toBe('2 mistakes, nothing was started:');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  test('a second server on the same file is refused', async () => {
    await start(store).issuer();
    const { code, stderr } = await runSojourn(['start', '--port', '0', ...store]);
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringContaining('another Sojourn server is using')]);
  });

  test('a file that is no database is told without a stack, and stays as it is', async () => {
    const file = write('notes.db', 'these are notes, not a database');
    const { code, stderr } = await runSojourn(['start', '--port', '0', '--database-url', `sqlite:${file}`]);
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringContaining('it cannot be opened')]);
    expect(readFileSync(file, 'utf8')).toBe('these are notes, not a database');
    expect(existsSync(`${file}.secret`)).toBe(false);
  });

  test('a taken port is told as a setting', async () => {
    const issuer = await start(store).issuer();
    const { port } = new URL(issuer);
    const { code, stderr } = await runSojourn(['start', '--port', port, '--database-url', 'sqlite::memory:']);
    expect(code).toBe(1);
    expect(stderr).toEqual([expect.stringContaining(`port is ${port}; another process listens there`)]);
  });

  test('a lost secret is refused, and none is made in its place', async () => {
    const sojourn = start(store);
    await sojourn.issuer();
    sojourn.child.kill('SIGTERM');
    await sojourn.ended();
    const secretFile = join(folder, 'data', 'sojourn.db.secret');
    rmSync(secretFile);
    const { code, stderr } = await runSojourn(['start', '--port', '0', ...store]);
    expect(code).toBe(1);
    expect(stderr.join('\n')).not.toContain('    at ');
    expect(existsSync(secretFile)).toBe(false);
  });
});

describe('the tenant file', () => {
  test('is loaded, made ids and secrets are shown once, and what was left out is named', async () => {
    const tenant = write(
      'tenant.yaml',
      'rules: []\nclients:\n  - name: Worker\n    app_type: non_interactive\n    cross_origin_auth: false\n',
    );
    const first = start([...store, '--tenant', tenant]);
    await first.issuer();
    // It comes through another pipe.
    await first.line('stderr', /client "Worker": client_secret/);
    const told = first.stderr.join('\n');
    expect(told).toContain('warning: rules: this section is not served yet and was left out.');
    expect(told).toContain('warning: clients[0].cross_origin_auth: no such field; it was left out.');
    expect(told).toMatch(/client "Worker": client_id [0-9a-f]{32}\n/);
    const secret = /client "Worker": client_secret (\S+)/.exec(told)?.[1] ?? '';
    expect(secret).toHaveLength(64);
    expect(readFileSync(join(folder, 'data', 'sojourn.db-wal'), 'latin1')).not.toContain(secret);
    first.child.kill('SIGTERM');
    await first.ended();

    // A name that only the store explains now.
    const more = write('more.json', {
      clients: [{ name: 'Worker', app_type: 'non_interactive' }],
      resourceServers: [{ identifier: 'https://api/' }],
    });
    const grant = write('grant.json', { clientGrants: [{ client_id: 'Worker', audience: 'https://api/' }] });
    for (const file of [more, grant]) {
      const next = start([...store, '--tenant', file]);
      await next.issuer();
      expect(next.stderr.join('\n')).not.toContain('made for you');
      next.child.kill('SIGTERM');
      expect(await next.ended()).toBe(0);
    }
  });
});
