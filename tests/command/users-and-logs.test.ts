import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HttpBrowser } from '../rig/http-browser.js';
import { runSojourn, SojournProcess } from './sojourn-process.js';

const CALLBACK = 'http://desk.localhost:3000/callback';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

let folder: string;
let store: string[];
const running: SojournProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-command-'));
  store = ['--database-url', `sqlite:${join(folder, 'sojourn.db')}`];
});
afterEach(async () => {
  for (const process of running.splice(0)) {
    process.child.kill('SIGKILL');
    await process.ended();
  }
  rmSync(folder, { recursive: true });
});

async function startWithDesk(): Promise<{ sojourn: SojournProcess; issuer: string }> {
  const tenant = join(folder, 'tenant.json');
  writeFileSync(
    tenant,
    JSON.stringify({ clients: [{ client_id: 'desk', app_type: 'spa', callbacks: [CALLBACK] }] }),
  );
  const sojourn = new SojournProcess(['start', '--port', '0', '--tenant', tenant, ...store]);
  running.push(sojourn);
  return { sojourn, issuer: await sojourn.issuer() };
}

/** Where a sign-in by the login page ends. */
async function signIn(issuer: string, username: string, password: string): Promise<URL> {
  const query = new URLSearchParams({
    client_id: 'desk',
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: 's',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  const browser = new HttpBrowser(issuer);
  const login = await browser.visit(`${issuer}authorize?${query}`);
  const page = await browser.submit(login, { username, password, action: 'sign-in' });
  return new URL(page.url);
}

test('a user added to a running server can sign in, until the account is blocked', async () => {
  const { issuer } = await startWithDesk();
  const added = await runSojourn(['users', 'add', '--email', 'ada@example.com', ...store], {
    input: 'correct horse battery\n',
  });
  expect(added.stderr).toEqual([]);
  expect(added.stdout).toEqual([expect.stringMatching(/^Added "ada@example.com" as auth0\|[0-9a-f]{24}\.$/)]);
  expect(
    (await signIn(issuer, 'Ada@Example.com', 'correct horse battery')).searchParams.get('code'),
  ).not.toBeNull();

  const account = ['--email', 'ada@example.com', ...store];
  await runSojourn(['users', 'set-password', ...account], { input: 'another fine password' });
  expect((await signIn(issuer, 'ada@example.com', 'correct horse battery')).pathname).toBe('/u/login');
  expect(
    (await signIn(issuer, 'ada@example.com', 'another fine password')).searchParams.get('code'),
  ).not.toBeNull();

  expect((await runSojourn(['users', 'block', ...account])).code).toBe(0);
  expect(
    (await signIn(issuer, 'ada@example.com', 'another fine password')).searchParams.get('code'),
  ).toBeNull();
  await runSojourn(['users', 'block', '--unblock', ...account]);
  expect(
    (await signIn(issuer, 'ada@example.com', 'another fine password')).searchParams.get('code'),
  ).not.toBeNull();
});

test('the log says what happened, as a table, as JSON, and as it happens', async () => {
  const { issuer, sojourn } = await startWithDesk();
  const following = new SojournProcess(['logs', '--follow', '--json', ...store]);
  running.push(following);
  await following.line('stdout', /configuration\.loaded/);
  await runSojourn(['users', 'add', '--username', 'ada', '--password', 'correct horse battery', ...store]);
  await signIn(issuer, 'ada', 'correct horse battery');
  const [line] = await following.line('stdout', /.*login\.succeeded.*/);
  expect(JSON.parse(line)).toMatchObject({
    code: 's',
    event: 'login.succeeded',
    clientId: 'desk',
    address: '127.0.0.1',
  });

  const table = await runSojourn(['logs', '--since', '1h', ...store]);
  expect(table.code).toBe(0);
  const row = table.stdout.find((text) => text.includes('login.succeeded'))?.split('\t');
  expect(row?.slice(1, 2).concat(row.slice(4))).toEqual([
    's',
    'desk',
    expect.stringMatching(/^auth0\|/),
    '127.0.0.1',
  ]);
  expect(table.stdout.join('\n')).not.toContain('correct horse');

  const later = await runSojourn(['logs', '--since', '2999-01-01', ...store]);
  expect(later.stdout).toEqual([]);
  sojourn.child.kill('SIGTERM');
  expect(await sojourn.ended()).toBe(0);
  expect((await runSojourn(['logs', ...store])).stdout.length).toBeGreaterThanOrEqual(table.stdout.length);
});

test('without a server the commands work on the store itself', async () => {
  const { sojourn } = await startWithDesk();
  // Killed, so that its socket stays behind.
  sojourn.child.kill('SIGKILL');
  await sojourn.ended();
  const added = await runSojourn(['users', 'add', '--email', 'bea@example.com', ...store], {
    input: 'correct horse battery',
  });
  expect(added).toMatchObject({ code: 0, stderr: [] });
  const again = await runSojourn(['users', 'add', '--email', 'BEA@example.com', ...store], {
    input: 'correct horse battery',
  });
  expect(again).toMatchObject({
    code: 1,
    stdout: [],
    stderr: ['There is an account "BEA@example.com" already.'],
  });
  const { issuer } = await startWithDesk();
  expect(
    (await signIn(issuer, 'bea@example.com', 'correct horse battery')).searchParams.get('code'),
  ).not.toBeNull();
});

test('what cannot be done is told in words, with exit code 1', async () => {
  const noStore = await runSojourn(['logs', ...store]);
  expect(noStore).toMatchObject({ code: 1, stderr: [expect.stringContaining('There is no store at')] });
  await startWithDesk();
  const email = ['--email', 'ada@example.com', ...store];
  expect(await runSojourn(['users', 'block', ...email])).toMatchObject({
    code: 1,
    stderr: ['There is no account "ada@example.com".'],
  });
  expect(await runSojourn(['users', 'add', ...email], { input: 'short' })).toMatchObject({
    code: 1,
    stderr: [expect.stringContaining('too short')],
  });
  expect(await runSojourn(['users', 'add', ...email])).toMatchObject({
    code: 1,
    stderr: [expect.stringContaining('No password came')],
  });
  expect(await runSojourn(['users', 'add', ...store], { input: 'x' })).toMatchObject({
    code: 1,
    stderr: [expect.stringContaining('Which account?')],
  });
  expect(await runSojourn(['logs', '--since', 'lunch', '--jsno', ...store])).toMatchObject({
    code: 1,
    stderr: [expect.any(String), expect.any(String)],
  });
});
