import bcrypt from 'bcryptjs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { newSecret, parseSecrets, unseal } from '../credential/secrets.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { startPasswordHashing } from '../user/password-hashing.js';
import { buildConfiguration } from './build-configuration.js';
import { loadTenant } from './load-tenant.js';
import { TenantFileError } from './problem.js';
import { parseTenantFile } from './tenant-file.js';

const secrets = parseSecrets(newSecret());
const hashing = startPasswordHashing();
let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});
afterAll(() => hashing.close());

async function load(value: unknown, now = 1_000) {
  const outcome = parseTenantFile(value, await store.findConfiguration());
  if (!outcome.ok) throw new TenantFileError(outcome.problems);
  return loadTenant({ file: outcome.tenant, store, secrets, hashing, now });
}

async function configuration() {
  return buildConfiguration(await store.findConfiguration(), (purpose, text) =>
    unseal(secrets, purpose, text),
  );
}

const ada = { email: 'ada@example.com', password: 'a long enough one' };

describe('configuration', () => {
  test('loading twice changes nothing the second time', async () => {
    const file = {
      tenant: { friendly_name: 'Harbour' },
      clients: [
        { name: 'Worker', app_type: 'non_interactive' },
        { client_id: 'shop', app_type: 'spa' },
      ],
      resourceServers: [{ identifier: 'https://api/', signing_alg: 'HS256' }],
      clientGrants: [{ client_id: 'Worker', audience: 'https://api/', scope: ['read'] }],
      users: [ada],
    };
    const first = await load(file);
    expect(first.created).toEqual([
      'tenant',
      'client "Worker"',
      'client "shop"',
      'API "https://api/"',
      'client grant of "Worker"',
      'user "ada@example.com"',
    ]);
    expect(first.made.map(({ subject, field }) => `${subject} ${field}`)).toEqual([
      'client "Worker" client_id',
      'client "Worker" client_secret',
      'API "https://api/" signing_secret',
    ]);
    expect(await load(file)).toEqual({ created: [], changed: [], made: [] });

    const loaded = await configuration();
    const worker = [...loaded.clients.values()].find(({ name }) => name === 'Worker');
    expect([worker?.clientId, worker?.clientSecret]).toEqual(
      first.made.slice(0, 2).map(({ value }) => value),
    );
    expect(loaded.clientGrants).toEqual([
      { clientId: worker?.clientId, audience: 'https://api/', scope: ['read'] },
    ]);
  });

  test('secrets are not in the store in clear', async () => {
    const secret = 'a client secret of more than 32 bytes';
    await load({ clients: [{ client_id: 'c', client_secret: secret }] });
    expect(JSON.stringify(await store.findConfiguration())).not.toContain('more than');
    expect((await configuration()).clients.get('c')?.clientSecret).toBe(secret);
  });

  test('entries are made equal, those not named stay, and so does a secret that is left out', async () => {
    await load({
      clients: [
        { client_id: 'a', client_secret: 's', callbacks: ['https://a.example/'] },
        { client_id: 'b' },
      ],
    });
    const outcome = await load({ clients: [{ client_id: 'a', name: 'A' }] });
    expect(outcome).toEqual({ created: [], changed: ['client "A"'], made: [] });
    const { clients } = await configuration();
    expect([...clients.keys()]).toEqual(['a', 'b']);
    expect(clients.get('a')).toMatchObject({ name: 'A', callbacks: [], clientSecret: 's' });
  });

  test('a public client gets no secret, unless HS256 needs one', async () => {
    const { made } = await load({
      clients: [
        { client_id: 'a', app_type: 'spa' },
        { client_id: 'b', app_type: 'spa', jwt_configuration: { alg: 'HS256' } },
      ],
    });
    expect(made).toMatchObject([{ subject: 'client "b"', field: 'client_secret' }]);
  });

  test('two stored clients of one name: the file must say which', async () => {
    await load({ clients: [{ client_id: 'a', name: 'Same' }] });
    await load({ clients: [{ client_id: 'b', name: 'Same' }] });
    await expect(load({ clients: [{ name: 'Same' }] })).rejects.toThrow('2 stored clients have this name');
  });
});

describe('users', () => {
  test('an equal password changes nothing, another one is set, block and unblock are obeyed', async () => {
    await load({ users: [ada] });
    const before = await store.findUserByIdentifier('ada@example.com');
    expect(before?.userId).toMatch(/^auth0\|[0-9a-f]{24}$/);
    await load({ users: [ada] }, 2_000);
    expect(await store.findUserByIdentifier('ada@example.com')).toEqual(before);

    await load({ users: [{ ...ada, password: 'quite another one' }] }, 3_000);
    const after = await store.findUserByIdentifier('ada@example.com');
    expect(after).toMatchObject({ userId: before?.userId, notBefore: 3_000 });
    expect((await hashing.verify(after?.passwordHash ?? null, 'quite another one')).matches).toBe(true);

    await load({ users: [{ email: ada.email, blocked: true }] }, 4_000);
    expect((await store.findUserByIdentifier('ada@example.com'))?.blocked).toBe(true);
    // Without the field the account stays as it is: a restart is no pardon.
    await load({ users: [{ email: ada.email }] }, 5_000);
    expect((await store.findUserByIdentifier('ada@example.com'))?.blocked).toBe(true);
    await load({ users: [{ email: ada.email, blocked: false }] }, 6_000);
    expect((await store.findUserByIdentifier('ada@example.com'))?.blocked).toBe(false);
    const events = await store.findEvents({ after: 0, since: 0, atMost: 100 });
    expect(events.map(({ name }) => name)).toEqual([
      'user.created',
      'user.password-changed',
      'user.blocked',
      'user.unblocked',
    ]);
  });

  test('an imported hash is not taken back after a sign-in has replaced it by a better one', async () => {
    const password_hash = bcrypt.hashSync('from Auth0', 4);
    const users = [
      {
        user_id: 'auth0|5f',
        email: 'b@example.com',
        password_hash,
        given_name: 'Bea',
        user_metadata: { a: null },
      },
    ];
    await load({ users });
    const imported = await store.findUser('auth0|5f');
    expect(imported).toMatchObject({
      passwordHash: password_hash,
      claims: { given_name: 'Bea' },
      userMetadata: { a: null },
    });
    const better = await hashing.hash('from Auth0');
    await store.rehashPassword({ userId: 'auth0|5f', from: password_hash, to: better });
    await load({ users });
    expect((await store.findUser('auth0|5f'))?.passwordHash).toBe(better);
  });

  test('an identifier of another stored user is refused, and nothing is loaded', async () => {
    await load({ users: [ada] });
    const file = {
      tenant: { friendly_name: 'New' },
      users: [{ user_id: 'auth0|other', email: 'Ada@Example.com' }],
    };
    await expect(load(file)).rejects.toThrow(
      /email is "Ada@Example.com"; the stored user "auth0\|.*" has it/,
    );
    expect((await configuration()).tenant.friendlyName).toBe('Sojourn');
  });

  test('a user without a connection belongs to the first database', async () => {
    await load({ databases: [{ name: 'staff' }, { name: 'guests' }], users: [ada] });
    expect((await store.findUserByIdentifier('ada@example.com'))?.connection).toBe('staff');
  });
});
