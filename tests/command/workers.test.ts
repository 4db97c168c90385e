import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpBrowser } from '../rig/http-browser.js';
import { createPostgresDatabase, type PostgresDatabase } from '../rig/postgres-database.js';
import { answerOf, authorizationRequest, redeem } from '../rig/relying-party.js';
import { runSojourn, SojournProcess } from './sojourn-process.js';

const run = promisify(execFile);
const PASSWORD = 'harbour-lights-42';
const WORKERS = 3;
const CLIENT = { client_id: 'desk', client_secret: 'a-secret-of-the-desk-that-is-long-enough' };

const TENANT = {
  clients: [
    {
      ...CLIENT,
      app_type: 'regular_web',
      callbacks: ['https://a.test/cb'],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  databases: [{ name: 'Username-Password-Authentication' }],
  users: [{ user_id: 'auth0|mira', email: 'mira@harbour.example', username: 'mira', password: PASSWORD }],
};

describe('sojourn start --workers', () => {
  let folder: string;
  let database: PostgresDatabase;
  let sojourn: SojournProcess;
  let issuer: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sojourn-workers-'));
    database = await createPostgresDatabase();
    const tenant = join(folder, 'tenant.json');
    writeFileSync(tenant, JSON.stringify(TENANT));
    sojourn = new SojournProcess([
      ...['start', '--port', '0', '--workers', String(WORKERS), '--tenant', tenant],
      ...['--database-url', database.url, '--secret', `k1:${'A'.repeat(43)}`],
    ]);
    issuer = await sojourn.issuer();
  });
  afterAll(async () => {
    sojourn.child.kill('SIGKILL');
    await sojourn.ended();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const tokens = async (): Promise<{ access_token: string; refresh_token: string }> => {
    const browser = new HttpBrowser(issuer);
    const request = authorizationRequest(issuer, { client_id: 'desk', scope: 'openid offline_access' });
    let page = await browser.visit(request.url);
    page = await browser.submit(page, { username: 'mira', password: PASSWORD });
    const code = answerOf(page).get('code') ?? '';
    const answer = await redeem(issuer, { ...CLIENT, code, code_verifier: request.verifier }, {});
    return (await answer.json()) as { access_token: string; refresh_token: string };
  };
  /** Each over a connection of its own, so that any worker may get it. */
  const refresh = async (refreshToken: string) => {
    const asked = { grant_type: 'refresh_token', refresh_token: refreshToken, sojourn_reason: '1' };
    const body = new URLSearchParams({ ...CLIENT, ...asked });
    const answer = await fetch(`${issuer}oauth/token`, {
      method: 'POST',
      body,
      headers: { connection: 'close' },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  const together = <T>(call: () => Promise<T>, times: number) =>
    Promise.all(Array.from({ length: times }, call));

  test('the tenant file is loaded once, and one line says where they listen', () => {
    expect(sojourn.stdout).toEqual([`sojourn listening on ${issuer}`]);
    expect(
      sojourn.stderr.filter((line) => line.includes('auth0|mira') || line.includes('created')),
    ).toHaveLength(1);
  });

  test('D07 twenty uses of one refresh token at once, over all of them, get the same successor', async () => {
    const { refresh_token: first } = await tokens();
    const answers = await together(() => refresh(first), 20);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const successors = new Set(answers.map(({ body }) => body.refresh_token));
    expect(successors.size).toBe(1);
    expect((await refresh([...successors][0] ?? '')).status).toBe(200);
  });

  test('M07 what an operator ends is ended on every one of them at the next use', async () => {
    const { refresh_token: token } = await tokens();
    const ended = await runSojourn([
      ...['tokens', 'revoke', '--client', 'desk', '--yes', '--database-url', database.url],
    ]);
    expect(ended).toMatchObject({ code: 0 });
    const answers = await together(() => refresh(token), 12);
    expect(answers.map(({ body }) => body.sojourn_reason)).toEqual(Array(12).fill('client-ended'));
  });

  test('one that is killed is replaced, and the others serve meanwhile', async () => {
    const { refresh_token: token } = await tokens();
    const [victim] = await workerPids(sojourn);
    process.kill(Number(victim), 'SIGKILL');
    // A connection that the dead one had is gone; the token is good for another try, as any client makes.
    let answered: Awaited<ReturnType<typeof refresh>> | null = null;
    while (answered === null) answered = await refresh(token).catch(() => null);
    expect(answered.status).toBe(200);
    await sojourn.line('stderr', /a worker ended and is replaced/);
    await expect.poll(async () => (await workerPids(sojourn)).length).toBe(WORKERS);
    expect((await refresh(answered.body.refresh_token ?? '')).status).toBe(200);
  });

  test('SIGTERM ends all of them in good order', async () => {
    sojourn.child.kill('SIGTERM');
    expect(await sojourn.ended()).toBe(0);
    await expect(fetch(issuer)).rejects.toThrow();
  });
});

describe('more than one is refused', () => {
  test.each([['sqlite::memory:'], ['sqlite:sojourn.db']])('on %s', async (url) => {
    const { code, stderr } = await runSojourn([
      'start',
      '--workers',
      '2',
      '--port',
      '0',
      '--database-url',
      url,
    ]);
    expect(code).toBe(1);
    expect(stderr.join('\n')).toContain('SQLite has one server process');
  });

  test('and so is what is no number of processes', async () => {
    const { code, stderr } = await runSojourn(['start', '--workers', 'many', '--port', '0']);
    expect(code).toBe(1);
    expect(stderr.join('\n')).toContain('expected a number of processes from 1 to 64');
  });

  test('a start that fails in one of them fails, and says why once', async () => {
    const { code, stdout, stderr } = await runSojourn([
      ...['start', '--workers', '2', '--port', '0', '--secret', `k1:${'A'.repeat(43)}`],
      ...['--database-url', 'postgres://nobody@127.0.0.1:1/none'],
    ]);
    expect([code, stdout]).toEqual([1, []]);
    expect(stderr.filter((line) => line.includes('ECONNREFUSED'))).toHaveLength(1);
    expect(stderr.join('\n')).not.toContain('    at ');
  });
});

/** The children of the process that was started. */
async function workerPids(sojourn: SojournProcess): Promise<string[]> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(sojourn.child.pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((pid) => pid !== '');
}
