import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sojourn/server';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runSojourn, SojournProcess } from './sojourn-process.js';

/** An API for each algorithm. */
const ALGS = { ES256: 'https://api.a.test/', RS256: 'https://ledger.a.test/' };
type Alg = keyof typeof ALGS;
const CLIENT = { client_id: 'nightly', client_secret: 'a-secret-of-the-nightly-job-long-enough' };

let folder: string;
let store: string[];
const running: SojournProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-keys-'));
  store = ['--database-url', `sqlite:${join(folder, 'sojourn.db')}`];
});
afterEach(async () => {
  for (const process of running.splice(0)) {
    process.child.kill('SIGKILL');
    await process.ended();
  }
  rmSync(folder, { recursive: true });
});

async function start(env: Record<string, string> = {}): Promise<{ sojourn: SojournProcess; issuer: string }> {
  const tenant = join(folder, 'tenant.json');
  const audiences = Object.entries(ALGS);
  const file = {
    clients: [
      { ...CLIENT, name: 'Nightly', app_type: 'non_interactive', grant_types: ['client_credentials'] },
    ],
    resourceServers: audiences.map(([alg, identifier]) => ({
      identifier,
      name: identifier,
      signing_alg: alg,
    })),
    clientGrants: audiences.map(([, audience]) => ({ client_id: CLIENT.client_id, audience, scope: [] })),
  };
  writeFileSync(tenant, JSON.stringify(file));
  const sojourn = new SojournProcess(['start', '--port', '0', '--tenant', tenant, ...store], { env });
  running.push(sojourn);
  return { sojourn, issuer: await sojourn.issuer() };
}

async function tokenFor(issuer: string, alg: Alg): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', audience: ALGS[alg], ...CLIENT });
  const response = await fetch(`${issuer}oauth/token`, { method: 'POST', body });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}

async function keySetOf(issuer: string): Promise<JSONWebKeySet> {
  return (await (await fetch(`${issuer}.well-known/jwks.json`)).json()) as JSONWebKeySet;
}

/** As an API verifies that keeps this key set. */
const verify = (token: string, alg: Alg, keys: JSONWebKeySet) =>
  jwtVerify(token, createLocalJWKSet(keys), { audience: ALGS[alg], algorithms: [alg] });

async function listKeys(): Promise<{ kid: string; alg: string; status: string }[]> {
  const { stdout } = await runSojourn(['keys', 'list', '--json', ...store]);
  return stdout.map((line) => JSON.parse(line));
}

/** Makes every key ten minutes older, so that the whole world has seen the next one. */
async function letTimePass(): Promise<void> {
  const { db } = await openDatabase(join(folder, 'sojourn.db'), true);
  db.exec('UPDATE signing_keys SET created_at = created_at - 600000');
  db.close();
}

test('security.md 82, H11: keys rotate on the live server, and a verifier that honours the cache never fails', async () => {
  const { issuer } = await start();
  const cached = await keySetOf(issuer);
  const before = { ES256: await tokenFor(issuer, 'ES256'), RS256: await tokenFor(issuer, 'RS256') };

  const rotated = await runSojourn(['keys', 'rotate', '--now', ...store]);
  expect(rotated).toMatchObject({ code: 0, stderr: [] });
  expect(rotated.stdout.slice(0, 2)).toEqual([
    expect.stringMatching(/^ES256: .{12} signs from now on, .{12} is published as the next, .{12} stays/),
    expect.stringMatching(/^RS256: .{12} signs from now on/),
  ]);
  const fresh = await keySetOf(issuer);
  expect(cached.keys).toHaveLength(4);
  expect(fresh.keys).toHaveLength(6);
  for (const alg of ['ES256', 'RS256'] as const) {
    const after = await tokenFor(issuer, alg);
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before[alg]).kid);
    // The key that signs now was in the set as the next one all along.
    for (const token of [before[alg], after]) {
      await verify(token, alg, cached);
      await verify(token, alg, fresh);
    }
  }

  // What `--now` risks, and what it is refused for without it.
  const refused = await runSojourn(['keys', 'rotate', '--alg', 'ES256', ...store]);
  expect(refused).toMatchObject({ code: 1, stdout: [] });
  expect(refused.stderr).toEqual([
    expect.stringMatching(/^The next ES256 key is published for .* Nothing was rotated\.$/),
    expect.stringMatching(/^Wait (?:4 min.*|5 min), or give --now: then some of them refuse new tokens/),
  ]);
  expect(await keySetOf(issuer)).toEqual(fresh);
  expect((await runSojourn(['keys', 'rotate', '--alg', 'ES256', '--now', ...store])).code).toBe(0);
  const unknown = await tokenFor(issuer, 'ES256');
  await expect(verify(unknown, 'ES256', cached)).rejects.toThrow('no applicable key');
  await verify(unknown, 'ES256', await keySetOf(issuer));
  await verify(await tokenFor(issuer, 'RS256'), 'RS256', cached);
});

test('a retired key is forgotten on the live server, and everything it signed stops verifying', async () => {
  const { issuer } = await start();
  const signed = await tokenFor(issuer, 'ES256');
  const { kid = '' } = decodeProtectedHeader(signed);
  const current = await runSojourn(['keys', 'retire', ...store, '--', kid]);
  expect(current).toMatchObject({ code: 1, stdout: [], stderr: [expect.stringContaining('signs now')] });

  await runSojourn(['keys', 'rotate', '--alg', 'ES256', '--now', ...store]);
  await verify(signed, 'ES256', await keySetOf(issuer));
  const retired = await runSojourn(['keys', 'retire', ...store, '--', kid.slice(0, 12)]);
  expect(retired).toMatchObject({ code: 0, stderr: [] });
  expect(retired.stdout).toEqual([expect.stringContaining('Everything it signed stops verifying')]);
  await expect(verify(signed, 'ES256', await keySetOf(issuer))).rejects.toThrow('no applicable key');
  await verify(await tokenFor(issuer, 'ES256'), 'ES256', await keySetOf(issuer));

  const again = await runSojourn(['keys', 'retire', ...store, '--', kid]);
  expect(again).toMatchObject({ code: 1, stderr: [expect.stringContaining('There is no key')] });
  const log = (await runSojourn(['logs', '--json', ...store])).stdout.map((line) => JSON.parse(line));
  expect(log.map(({ event, reason }) => [event, reason])).toEqual(
    expect.arrayContaining([
      ['key.rotated', 'forced'],
      ['key.retired', null],
    ]),
  );
});

test('without a server the keys of the store itself rotate, under its secret only', async () => {
  const { sojourn, issuer } = await start();
  const signed = await tokenFor(issuer, 'RS256');
  sojourn.child.kill('SIGTERM');
  await sojourn.ended();
  const before = await listKeys();
  expect(before.map(({ alg, status }) => `${alg} ${status}`)).toEqual([
    'ES256 current',
    'ES256 next',
    'RS256 current',
    'RS256 next',
  ]);
  await letTimePass();
  // Old enough now: no verifier can have missed the next key.
  const rotated = await runSojourn(['keys', 'rotate', ...store]);
  expect(rotated).toMatchObject({ code: 0, stderr: [] });
  expect(rotated.stdout).toHaveLength(2);

  const after = await start();
  const keys = await keySetOf(after.issuer);
  await verify(signed, 'RS256', keys);
  const fresh = await tokenFor(after.issuer, 'RS256');
  await verify(fresh, 'RS256', keys);
  expect(decodeProtectedHeader(fresh).kid).toBe(
    before.find((key) => key.alg === 'RS256' && key.status === 'next')?.kid,
  );
  after.sojourn.child.kill('SIGTERM');
  await after.sojourn.ended();

  const secretFile = join(folder, 'sojourn.db.secret');
  rmSync(secretFile);
  const noSecret = await runSojourn(['keys', 'list', ...store]);
  expect(noSecret).toMatchObject({
    code: 1,
    stdout: [],
    stderr: [expect.stringContaining('SOJOURN_SECRET')],
  });
  const other = { SOJOURN_SECRET: `k9:${'A'.repeat(43)}` };
  const wrong = await runSojourn(['keys', 'rotate', '--now', ...store], { env: other });
  expect(wrong).toMatchObject({ code: 1, stdout: [], stderr: [expect.stringContaining('"k9"')] });
});

test('a server that was given its secret needs none from the command', async () => {
  await start({ SOJOURN_SECRET: `k1:${'B'.repeat(43)}` });
  expect(await listKeys()).toHaveLength(4);
  const table = await runSojourn(['keys', 'list', ...store]);
  expect(table.stdout[0]?.split('\t')).toEqual([
    expect.stringMatching(/^[\w-]{12}$/),
    'ES256',
    'current',
    expect.stringMatching(/^\d{4}-.*Z$/),
    // Since when it is published: a moment, as all that programs read.
    expect.stringMatching(/Z$/),
    '-',
  ]);
});

test('what was asked wrongly is told, all of it', async () => {
  expect(await runSojourn(['keys', 'rotate', '--alg', 'HS256', '--nwo', ...store])).toMatchObject({
    code: 1,
    stderr: [
      '--nwo is no flag of this command; see --help.',
      '--alg is "HS256"; expected ES256, RS256 or all.',
    ],
  });
  expect(await runSojourn(['keys', 'retire', ...store])).toMatchObject({
    code: 1,
    stderr: [expect.stringContaining('Which key?')],
  });
});
