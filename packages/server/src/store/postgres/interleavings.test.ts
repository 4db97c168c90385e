import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AttachmentMove } from '../../session/attachment-store.js';
import { familyCallsOn, told } from '../conformance/family-calls.js';
import { callsOn } from '../conformance/store-calls.js';
import type { Store } from '../store.js';
import { aGrant, aNewFamily, aRefreshTokenUse, aUser, MINUTE, NOW } from '../store-samples.js';
import { openPostgresStore } from './postgres-store.js';
import { openTestDatabases, type TestDatabases } from './test-databases.js';

/** Somebody holds one row; what a statement has locked by then, and what it leaves alone, shows its order. */
const UNHURRIED = { answerWithinMs: 60_000 };
const DAY = 24 * 60 * MINUTE;

let databases: TestDatabases;
let store: Store;
/** Holds rows, as another transaction would. */
let holder: pg.Client;
/** Looks without waiting. */
let witness: pg.Client;
beforeAll(async () => {
  databases = await openTestDatabases();
});
afterAll(() => databases.drop());
beforeEach(async () => {
  const url = await databases.create();
  store = await openPostgresStore(url, UNHURRIED);
  holder = await databases.connect(url);
  witness = await databases.connect(url);
  await store.createUser(aUser('mira'), []);
  await start('sid-1');
  return async () => {
    await holder.query('ROLLBACK');
    await store.close();
  };
});

const { start, save, redeem } = callsOn(() => store);
const { start: startFamily, redeem: redeemWithFamily } = familyCallsOn(() => store);

const hold = async (rows: string) => {
  await holder.query('BEGIN');
  expect((await holder.query(`${rows} FOR UPDATE`)).rowCount).toBe(1);
};
const letGo = () => holder.query('COMMIT');

/** Whether somebody has the one row of a selection locked by now. */
const isHeld = async (row: string, lock = 'FOR UPDATE') => {
  expect((await witness.query(row)).rowCount).toBe(1);
  return (await witness.query(`${row} ${lock} SKIP LOCKED`)).rowCount === 0;
};

/** Until a call of the store waits for a lock. One that is answered without waiting has not asked for the lock. */
async function waits(call: Promise<unknown>): Promise<void> {
  let isAnswered = false;
  const answered = () => {
    isAnswered = true;
  };
  call.then(answered, answered);
  const isWaiting = async () => {
    const { rows } = await witness.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rows.length > 0 ? 'waits' : isAnswered ? 'answered' : 'on its way';
  };
  await expect.poll(isWaiting, { interval: 5 }).not.toBe('on its way');
  expect(await isWaiting()).toBe('waits');
}

const session = (sid: string) => `SELECT 1 FROM sessions WHERE sid = '${sid}'`;
const code = (codeHash: string) => `SELECT 1 FROM authorization_codes WHERE code_hash = '${codeHash}'`;
const family = (handleHash: string) => `SELECT 1 FROM families WHERE handle_hash = '${handleHash}'`;
const attachment = (handleHash: string) => `SELECT 1 FROM attachments WHERE handle_hash = '${handleHash}'`;

const anAttachment = (overrides: Partial<AttachmentMove> = {}): AttachmentMove => ({
  handleHash: 'attachment',
  kid: 'k1',
  origin: 'https://a.test',
  presentedGeneration: null,
  overlapMs: 30_000,
  jkt: null,
  ...overrides,
});

describe('the session’s row is locked before all that hangs on it', () => {
  test('before a code that is redeemed with others', async () => {
    await save('code');
    await hold(session('sid-1'));
    const redeemed = redeem('code');
    await waits(redeemed);
    expect(await isHeld(code('code'))).toBe(false);
    await letGo();
    expect(await redeemed).toMatchObject({ outcome: 'redeemed' });
  });

  test('before a code that begins a family', async () => {
    await save('code');
    const issued = await store.findAuthorizationCode('code');
    if (issued === null) throw new Error('no code');
    await hold(session('sid-1'));
    const redeemed = redeemWithFamily(issued.code, aNewFamily('grant of code'));
    await waits(redeemed);
    expect(await isHeld(code('code'))).toBe(false);
    await letGo();
    expect(await redeemed).toMatchObject({ outcome: 'redeemed' });
  });

  test('before a family whose old token may end it', async () => {
    await startFamily('f');
    await store.useRefreshToken(aRefreshTokenUse('f', 1));
    await hold(family('f'));
    const used = store.useRefreshToken(aRefreshTokenUse('f', 1));
    await waits(used);
    expect(await isHeld(session('sid-1'), 'FOR NO KEY UPDATE')).toBe(true);
    await letGo();
    expect(told(await used)).toBe('repeated 2');
  });

  test('and the code’s before the attachment’s that it renews', async () => {
    await save('first');
    await redeem('first', anAttachment());
    await save('code');
    await hold(attachment('attachment'));
    const redeemed = redeem('code', anAttachment({ presentedGeneration: 1 }));
    await waits(redeemed);
    expect(await isHeld(code('code'))).toBe(true);
    await letGo();
    expect(await redeemed).toMatchObject({ outcome: 'redeemed', attachment: { generation: 2 } });
  });
});

describe('what goes together in one statement locks its rows in one order on every node', () => {
  beforeEach(() => start('sid-2'));

  test('codes that are saved, by their sessions', async () => {
    await hold(session('sid-1'));
    const saved = [save('two', { sid: 'sid-2' }), save('one', { sid: 'sid-1' })];
    await waits(Promise.all(saved));
    expect(await isHeld(session('sid-2'))).toBe(false);
    await letGo();
    expect(await Promise.all(saved)).toEqual(['saved', 'saved']);
  });

  test('codes that are redeemed, by their sessions', async () => {
    await save('two', { sid: 'sid-2' });
    await save('one', { sid: 'sid-1' });
    const codes = [await store.findAuthorizationCode('two'), await store.findAuthorizationCode('one')];
    await hold(session('sid-1'));
    const redeemed = codes.map((found) => {
      if (found === null) throw new Error('no code');
      return redeemWithFamily(found.code, null);
    });
    await waits(Promise.all(redeemed));
    expect(await isHeld(session('sid-2'))).toBe(false);
    await letGo();
    expect((await Promise.all(redeemed)).map(({ outcome }) => outcome)).toEqual(['redeemed', 'redeemed']);
  });

  test('refresh tokens that are used, by their families; and each call is told of its own', async () => {
    await startFamily('one', {}, { sid: 'sid-1' });
    await startFamily('two', {}, { sid: 'sid-2' });
    await hold(family('one'));
    const { policy } = aRefreshTokenUse('one', 1);
    const used = (['two', 'one'] as const).map((handleHash) => {
      const key = { sid: handleHash === 'one' ? 'sid-1' : 'sid-2', handleHash };
      return store.useRefreshToken({ ...aRefreshTokenUse(handleHash, 1), key, policy });
    });
    await waits(Promise.all(used));
    expect(await isHeld(family('two'))).toBe(false);
    await letGo();
    const outcomes = await Promise.all(used);
    expect(outcomes.map(told)).toEqual(['rotated 2', 'rotated 2']);
    expect(
      outcomes.map((outcome) => ('standing' in outcome ? outcome.standing?.family.handleHash : null)),
    ).toEqual(['two', 'one']);
  });
});

describe('two that begin in one moment', () => {
  test('a code is not saved for a session that is being ended', async () => {
    await holder.query('BEGIN');
    await holder.query(
      `UPDATE sessions SET ended_at = ${NOW}, end_reason = 'signed-out' WHERE sid = 'sid-1'`,
    );
    const saved = save('code');
    await waits(saved);
    await letGo();
    expect(await saved).toBe('session-ended');
  });

  test('families of one End-User are born one after the other', async () => {
    await save('code');
    const issued = await store.findAuthorizationCode('code');
    if (issued === null) throw new Error('no code');
    await hold("SELECT 1 FROM users WHERE user_id = 'mira'");
    const redeemed = redeemWithFamily(issued.code, aNewFamily('grant of code'));
    await waits(redeemed);
    await letGo();
    expect(await redeemed).toMatchObject({ outcome: 'redeemed' });
  });

  test('a first attachment that another exchange placed meanwhile is the one that both get', async () => {
    await save('code');
    await holder.query('BEGIN');
    await holder.query(
      `INSERT INTO attachments (handle_hash, sid, client_id, origin, generation, kid, moved_at, jkt)
       VALUES ('attachment', 'sid-1', 'spa-a', 'https://a.test', 1, 'of another node', ${NOW}, NULL)`,
    );
    const redeemed = redeem('code', anAttachment());
    await waits(redeemed);
    await letGo();
    expect(await redeemed).toMatchObject({
      outcome: 'redeemed',
      attachment: { generation: 1, kid: 'of another node' },
    });
  });

  test('the loser of a deadlock is heard again', async () => {
    await startFamily('f');
    await store.useRefreshToken(aRefreshTokenUse('f', 1));
    // The server says so to whom it chooses, and after a second; this trigger says it to the first, and at once.
    await witness.query(`CREATE SEQUENCE tries; CREATE FUNCTION lose_first() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF nextval('tries') = 1 THEN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER lose_first BEFORE UPDATE ON families FOR EACH ROW EXECUTE FUNCTION lose_first()`);
    expect(told(await store.useRefreshToken(aRefreshTokenUse('f', 1)))).toBe('repeated 2');
    expect((await witness.query('SELECT last_value FROM tries')).rows).toEqual([{ last_value: '2' }]);
  });
});

describe('a clean-up leaves to its next step what somebody uses, and waits for nobody', () => {
  const policy = { logRetentionMs: 100 * DAY, atMost: 100 };
  const forgotten = { limitsStartedAt: NOW - 90 * DAY, absoluteLimitMs: DAY };

  test.each([
    ['a grant', "SELECT 1 FROM grants WHERE grant_id = 'old'"],
    ['a family', family('old')],
    ['a session', session('old')],
  ])('%s', async (_name, row) => {
    await start('old', forgotten);
    await start('older', forgotten);
    if (row === family('old')) {
      const born = { expiresAt: NOW - 60 * DAY };
      await startFamily('old', born, { sid: 'old' }, NOW - 90 * DAY);
    }
    await store.startGrant({ grant: aGrant('old', { expiresAt: NOW - 1 }), touch: false, finishes: null });
    await hold(row);
    await store.deleteExpired(NOW, policy);
    expect((await witness.query(row)).rowCount).toBe(1);
    expect((await witness.query(session('older'))).rowCount).toBe(0);
    await letGo();
    while ((await store.deleteExpired(NOW, policy)) > 0);
    expect((await witness.query(row)).rowCount).toBe(0);
  });
});
