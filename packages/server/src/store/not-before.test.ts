import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from './open-store.js';
import { openPostgresStore } from './postgres/postgres-store.js';
import { openTestDatabases, type TestDatabases } from './postgres/test-databases.js';
import { openDatabase } from './sqlite/database.js';
import type { Store } from './store.js';
import { aCode, aGrant, anInteraction, aSessionBegin, aUser, MINUTE, NOW } from './store-samples.js';

/** A store, and a hand that writes beside it: it leaves a session that its own row does not call ended. */
interface Written {
  readonly store: Store;
  raiseNotBefore(): Promise<void>;
  close(): Promise<void>;
}

let folder: string;
let databases: TestDatabases;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-not-before-'));
  databases = await openTestDatabases();
});
afterAll(async () => {
  await databases.drop();
  rmSync(folder, { recursive: true, force: true });
});

const RAISE = `UPDATE users SET not_before = ${NOW + 1} WHERE user_id = 'mira'`;

async function openSqlite(): Promise<Written> {
  const file = join(mkdtempSync(join(folder, 'store-')), 'sojourn.db');
  const store = await openStore(`sqlite:${file}?writer=main`);
  const { db, release } = await openDatabase(file, true);
  return {
    store,
    raiseNotBefore: async () => db.exec(RAISE),
    close: async () => {
      db.close();
      release();
      await store.close();
    },
  };
}

async function openPostgres(): Promise<Written> {
  const url = await databases.create();
  const store = await openPostgresStore(url, { answerWithinMs: 20_000 });
  const beside = await databases.connect(url);
  return {
    store,
    raiseNotBefore: async () => {
      await beside.query(RAISE);
    },
    close: () => store.close(),
  };
}

describe.each([
  ['SQLite', openSqlite],
  ['PostgreSQL', openPostgres],
] as const)('%s: a session from before notBefore is dead, whatever its own row says', (_, open) => {
  let written: Written;
  beforeEach(async () => {
    written = await open();
    await written.store.createUser(aUser('mira'), []);
    await written.store.beginSession(begin('sid-1'));
    await written.raiseNotBefore();
    return () => written.close();
  });

  const begin = (sid: string, authenticatedAt = NOW) => ({
    ...aSessionBegin(sid, { session: { browserHash: 'browser', authenticatedAt } }),
    now: NOW + MINUTE,
  });

  test('it gives no code and no grant, and its interaction stays open', async () => {
    const { store } = written;
    await store.startInteraction(anInteraction('id'), 10);
    for (const finishes of ['id', null])
      for (const touch of [true, false])
        expect(await store.saveAuthorizationCode({ code: aCode('code'), finishes, touch })).toBe(
          'session-ended',
        );
    const grant = aGrant('grant', { sid: 'sid-1', userId: 'mira' });
    expect(await store.startGrant({ grant, touch: true, finishes: 'id' })).toBe('session-ended');
    expect(await store.findAuthorizationCode('code')).toBeNull();
    expect((await store.findInteraction('id'))?.finishedAt).toBeNull();
  });

  test('it is never renewed: it is ended, and a new sid begins', async () => {
    const { store } = written;
    expect(await store.beginSession(begin('sid-2', NOW + 1))).toMatchObject({
      outcome: 'begun',
      sid: 'sid-2',
      ended: [{ sid: 'sid-1', userId: 'mira' }],
    });
    expect(await store.findSession('sid-1')).toMatchObject({
      endedAt: NOW + MINUTE,
      endReason: 'revoked',
    });
  });

  test('a proof of before begins nothing', async () => {
    expect(await written.store.beginSession(begin('sid-2'))).toEqual({ outcome: 'proof-refused' });
    expect(await written.store.findSession('sid-2')).toBeNull();
  });
});
