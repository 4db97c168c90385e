import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  KEY_ALGS,
  type KeyAdministration,
  loadKeyring,
  newSecret,
  openStore,
  parseSecrets,
  type Store,
  startPasswordHashing,
} from '@sojourn/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListedKey } from '../keys/listed-key.js';
import { openStoreKeys } from '../keys/store-keys.js';
import { askServer } from './ask-server.js';
import type { ControlPorts } from './control-ports.js';
import { type ControlAnswer, type ControlRequest, parseControlRequest } from './control-request.js';
import { type ControlServer, startControlServer } from './control-server.js';
import { controlSocketPath } from './socket-path.js';

const STATUS = { issuer: 'https://id.example.com/', version: '1', nodeVersion: '22', pid: 1, startedAt: 0 };
const hashing = startPasswordHashing({ threads: 1 });
let folder: string;
let usesKeys = true;
let store: Store;
let server: ControlServer;
let path: string;
let ports: ControlPorts;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-control-'));
  store = await openStore('sqlite::memory:');
  path = controlSocketPath(join(folder, 'sojourn.db'));
  // Made where a test asks for them: two RSA pairs for every other test would take long.
  let keys: Promise<KeyAdministration> | undefined;
  const openKeys = () => {
    keys ??= openUsedKeys();
    return keys;
  };
  /** As a server leaves them whose tenant uses both algorithms. */
  const openUsedKeys = async () => {
    const secrets = parseSecrets(newSecret());
    const ring = await loadKeyring(store, secrets, () => 0);
    if (usesKeys) await ring.use({ algs: new Set(KEY_ALGS), unasked: 'RS256' });
    return openStoreKeys(store, secrets, () => 0);
  };
  const reloadConfiguration = async () => {};
  ports = { store, hashing, keys: openKeys, reloadConfiguration, status: STATUS, now: () => 5_000 };
  server = await startControlServer(path, ports, () => {});
});
afterEach(async () => {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function ask(request: ControlRequest): Promise<ControlAnswer[]> {
  const answers: ControlAnswer[] = [];
  for await (const answer of (await askServer(path, request)) ?? []) answers.push(answer);
  return answers;
}

const ada = { account: { email: 'ada@example.com' }, password: 'correct horse battery' };

test('only its owner may speak to the socket, and a socket that was left is replaced', async () => {
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const second = await startControlServer(path, ports, () => {});
  expect(await ask({ command: 'logs', since: 0, follow: false })).toEqual([{ done: '' }]);
  await second.close();
});

test('a command that goes away before its answer does not take the server with it', async () => {
  const elsewhere = controlSocketPath(join(folder, 'elsewhere.db'));
  const keys = await ports.keys();
  let client: Socket | undefined;
  // Gone between question and answer: the server learns of it only by writing.
  const leave = async () => {
    client?.destroy();
    return keys;
  };
  const other = await startControlServer(elsewhere, { ...ports, keys: leave }, () => {});
  client = createConnection(elsewhere).on('error', () => {});
  client.write('{"command":"keys.list"}\n');
  await once(client, 'close');
  const again: ControlAnswer[] = [];
  for await (const answer of (await askServer(elsewhere, { command: 'status' })) ?? []) again.push(answer);
  expect(again).toHaveLength(2);
  await other.close();
});

test('where nobody listens the answer is null', async () => {
  expect(
    await askServer(join(folder, 'other.socket'), { command: 'logs', since: 0, follow: false }),
  ).toBeNull();
});

test('a user is added once, gets another password, is blocked; each with its event', async () => {
  expect(await ask({ command: 'users.add', ...ada })).toMatchObject([
    { done: expect.stringContaining('Added') },
  ]);
  expect(await ask({ command: 'users.add', ...ada })).toEqual([
    { refused: 'There is an account "ada@example.com" already.' },
  ]);
  await ask({ command: 'users.set-password', ...ada, password: 'another fine password' });
  await ask({ command: 'users.block', account: { email: 'ADA@example.com' }, blocked: true });
  const user = await store.findUserByIdentifier('ada@example.com');
  expect(user).toMatchObject({
    blocked: true,
    notBefore: 5_000,
    connection: 'Username-Password-Authentication',
  });
  expect((await hashing.verify(user?.passwordHash ?? null, 'another fine password')).matches).toBe(true);
  const log = await ask({ command: 'logs', since: 0, follow: false });
  expect(log.flatMap((line) => ('row' in line ? [(line.row as { name: string }).name] : []))).toEqual([
    'user.created',
    'user.password-changed',
    'user.blocked',
  ]);
});

test('a user may be given a name, in one line', async () => {
  expect(await ask({ command: 'users.add', ...ada, name: 'Ada\nLovelace' })).toEqual([
    { refused: '--name: expected a text of 1 to 300 characters in one line.' },
  ]);
  await ask({ command: 'users.add', ...ada, name: 'Ada Lovelace' });
  expect((await store.findUserByIdentifier('ada@example.com'))?.claims).toEqual({ name: 'Ada Lovelace' });
});

test('what cannot be done is refused in words', async () => {
  expect(await ask({ command: 'users.block', account: { username: 'nobody' }, blocked: true })).toEqual([
    { refused: 'There is no account "nobody".' },
  ]);
  expect(await ask({ command: 'users.add', ...ada, password: 'short' })).toMatchObject([
    { refused: expect.any(String) },
  ]);
  expect(await ask({ command: 'users.add', ...ada, connection: 'x' })).toEqual([
    { refused: '--connection is "x"; expected one of Username-Password-Authentication.' },
  ]);
  expect(await ask({ command: 'drop.everything' } as never)).toMatchObject([
    { refused: expect.stringContaining('does not know') },
  ]);
});

test('a log that is followed goes on with what happens', async () => {
  const answers = (await askServer(path, { command: 'logs', since: 0, follow: true })) ?? [];
  await ask({ command: 'users.add', ...ada });
  for await (const answer of answers) {
    expect(answer).toMatchObject({ row: { name: 'user.created' } });
    break;
  }
});

describe('signing keys', () => {
  test('where nobody has used an algorithm yet, there is nothing to rotate', async () => {
    usesKeys = false;
    expect(await list()).toEqual([]);
    expect(await ask({ command: 'keys.rotate', algs: ['ES256'], force: true })).toEqual([
      {
        refused: 'There are no ES256 keys yet: they are made when a client or an API first uses them.',
      },
    ]);
    usesKeys = true;
  });

  const list = async () =>
    (await ask({ command: 'keys.list' })).flatMap((line) => ('row' in line ? [line.row as ListedKey] : []));
  const kidOf = async (status: ListedKey['status'], alg = 'ES256') =>
    (await list()).find((key) => key.status === status && key.alg === alg)?.kid ?? '';

  test('are listed by algorithm, what signs first, and never with a private part', async () => {
    const keys = await list();
    expect(keys.map(({ alg, status }) => `${alg} ${status}`)).toEqual([
      'ES256 current',
      'ES256 next',
      'RS256 current',
      'RS256 next',
    ]);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'createdAt', 'kid', 'retiredAt', 'status']);
  });

  test('rotate all or none: a next key that verifiers may not know yet holds the others back', async () => {
    const before = await list();
    const [refused] = await ask({ command: 'keys.rotate', algs: ['ES256', 'RS256'], force: false });
    expect(refused).toEqual({
      refused: expect.stringMatching(/^The next .* is published for 5 s.*\nWait 4 min 55 s/),
    });
    expect(await list()).toEqual(before);
    const [done] = await ask({ command: 'keys.rotate', algs: ['ES256'], force: true });
    expect(done).toEqual({
      done: expect.stringContaining('older copy of the key set may refuse new tokens'),
    });
    expect((await list()).map(({ alg, status }) => `${alg} ${status}`)).toEqual([
      'ES256 current',
      'ES256 next',
      'ES256 retired',
      'RS256 current',
      'RS256 next',
    ]);
  });

  test('only a retired one is forgotten, named by a beginning that is its own', async () => {
    expect(await ask({ command: 'keys.retire', kid: await kidOf('current') })).toEqual([
      { refused: expect.stringContaining('signs now') },
    ]);
    expect(await ask({ command: 'keys.retire', kid: await kidOf('next') })).toEqual([
      { refused: expect.stringContaining('has signed nothing yet') },
    ]);
    for (const kid of ['', 'nobody']) {
      expect(await ask({ command: 'keys.retire', kid })).toEqual([
        { refused: expect.stringContaining('There is no key') },
      ]);
    }
    await ask({ command: 'keys.rotate', algs: ['ES256'], force: true });
    const retired = await kidOf('retired');
    expect(await ask({ command: 'keys.retire', kid: retired.slice(0, 12) })).toEqual([
      { done: expect.stringContaining('Everything it signed stops verifying') },
    ]);
    expect(await kidOf('retired')).toBe('');
  });
});

test('the server says what it is', async () => {
  expect(await ask({ command: 'status' })).toEqual([{ row: STATUS }, { done: '' }]);
});

describe('parseControlRequest', () => {
  test.each([
    '',
    'x',
    '[]',
    'null',
    '{"command":"logs"}',
    '{"command":"users.add","account":{},"password":"x"}',
    '{"command":"users.add","account":{"email":"a@b.test"},"password":"x","name":1}',
    '{"command":"users.block","account":{"email":1},"blocked":true}',
    '{"command":"keys.rotate","algs":[],"force":true}',
    '{"command":"keys.rotate","algs":["none"],"force":true}',
    '{"command":"keys.rotate","algs":["ES256"]}',
    '{"command":"keys.retire"}',
  ])('%s is no request', (line) => expect(parseControlRequest(line)).toBeNull());
});

test('a path too long for a socket moves to a folder of our own', () => {
  const long = controlSocketPath(join('/data', 'x'.repeat(120), 'sojourn.db'));
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(103);
  expect(controlSocketPath('/data/sojourn.db')).toBe('/data/sojourn.db.socket');
});
