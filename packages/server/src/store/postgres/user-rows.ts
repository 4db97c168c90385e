import { randomHandle } from '../../credential/randomness.js';
import type { User } from '../../user/user.js';
import type { NewUser } from '../../user/user-store.js';
import { buildUser, type Packed, type Row } from '../rows.js';
import type { Store } from '../store.js';
import { type Connections, type Run, type Statement, Undone } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockKeys } from './locks.js';

type UserRows = Pick<
  Store,
  | 'findUser'
  | 'findUserByIdentifier'
  | 'createUser'
  | 'updateUser'
  | 'rehashPassword'
  | 'changePassword'
  | 'blockUser'
  | 'reserveLoginAttempt'
  | 'releaseLoginAttempt'
>;

/**
 * A user as one JSON array: the driver spends a microsecond on each column of each answer, and the server about as much
 * on sending it as on putting it into the array.
 */
export const PACKED_USER = `json_build_array(users.user_id, connection, email, email_verified, username, password_hash,
  users.claims::json, user_metadata::json, app_metadata::json, blocked, not_before, created_at, updated_at) AS account`;

const FIND: Statement = {
  name: 'find-user',
  text: `SELECT ${PACKED_USER} FROM users WHERE user_id = $1`,
};
const FIND_BY_IDENTIFIER: Statement = {
  name: 'find-user-by-identifier',
  text: `SELECT ${PACKED_USER} FROM user_identifiers JOIN users ON users.user_id = user_identifiers.user_id
    WHERE identifier_key = $1`,
};
const INSERT: Statement = {
  name: 'insert-user',
  text: `INSERT INTO users (user_id, connection, email, email_verified, username, password_hash, claims, user_metadata,
      app_metadata, blocked, not_before, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
};
const UPDATE: Statement = {
  name: 'update-user',
  text: `UPDATE users SET connection = $2, email = $3, email_verified = $4, username = $5, claims = $6,
      user_metadata = $7, app_metadata = $8, updated_at = $9 WHERE user_id = $1`,
};
/** In the order of the keys, so that two that want the same never wait for each other. */
const INSERT_IDENTIFIERS: Statement = {
  name: 'insert-identifiers',
  text: `INSERT INTO user_identifiers (identifier_key, user_id)
    SELECT DISTINCT key, $1::text FROM unnest($2::text[]) AS key ORDER BY key ON CONFLICT DO NOTHING`,
};
const DELETE_OTHER_IDENTIFIERS: Statement = {
  name: 'delete-other-identifiers',
  text: 'DELETE FROM user_identifiers WHERE user_id = $1 AND identifier_key <> ALL ($2::text[])',
};
const COUNT_IDENTIFIERS: Statement = {
  name: 'count-identifiers',
  text: 'SELECT count(*) AS owned FROM user_identifiers WHERE user_id = $1 AND identifier_key = ANY ($2::text[])',
};
const REHASH: Statement = {
  name: 'rehash-password',
  text: 'UPDATE users SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2',
};
const CHANGE_PASSWORD: Statement = {
  name: 'change-password',
  text: 'UPDATE users SET password_hash = $2, not_before = $3, updated_at = $3 WHERE user_id = $1',
};
const BLOCK: Statement = {
  name: 'block-user',
  text: `UPDATE users SET blocked = $2, not_before = greatest(not_before, $3), updated_at = $4 WHERE user_id = $1`,
};
const END_SESSIONS: Statement = {
  name: 'end-sessions-of-user',
  text: 'UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE user_id = $1 AND ended_at IS NULL',
};
/** The bucket has room again when the `at_most`-th youngest attempt leaves the window. */
const FIND_BLOCKING_ATTEMPT: Statement = {
  name: 'find-blocking-attempt',
  text: `SELECT max(blocking) AS reserved_at FROM unnest($1::text[], $2::int[]) AS wanted (key, at_most), LATERAL (
      SELECT reserved_at AS blocking FROM login_attempts WHERE bucket = key AND reserved_at > $3
      ORDER BY reserved_at DESC LIMIT 1 OFFSET greatest(at_most - 1, 0)) AS attempt`,
};
const RESERVE: Statement = {
  name: 'reserve-login-attempt',
  text: `INSERT INTO login_attempts (reservation, bucket, reserved_at)
    SELECT $1, key, $3::bigint FROM unnest($2::text[]) AS key`,
};
const RELEASE: Statement = {
  name: 'release-login-attempt',
  text: 'DELETE FROM login_attempts WHERE reservation = $1',
};

/** Users in PostgreSQL, and the counters of attempts. */
export function userRows({ run, transaction }: Connections): UserRows {
  return {
    findUser: async (userId) => toUser((await run(FIND, [userId])).rows[0]),
    findUserByIdentifier: async (key) => toUser((await run(FIND_BY_IDENTIFIER, [key])).rows[0]),
    createUser: ({ user, identifierKeys }, events) =>
      transaction(async (within) => {
        const created = await within(INSERT, [
          user.userId,
          user.connection,
          user.email,
          Number(user.emailVerified),
          user.username,
          user.passwordHash,
          JSON.stringify(user.claims),
          JSON.stringify(user.userMetadata),
          JSON.stringify(user.appMetadata),
          Number(user.blocked),
          user.notBefore,
          user.createdAt,
          user.updatedAt,
        ]);
        if (created.changes === 0 || !(await takeIdentifiers(within, user.userId, identifierKeys)))
          return new Undone('identifier-taken' as const);
        await insertEvents(within, events);
        return 'created';
      }),
    updateUser: ({ user, identifierKeys }: NewUser, now) =>
      transaction(async (within) => {
        const updated = await within(UPDATE, [
          user.userId,
          user.connection,
          user.email,
          Number(user.emailVerified),
          user.username,
          JSON.stringify(user.claims),
          JSON.stringify(user.userMetadata),
          JSON.stringify(user.appMetadata),
          now,
        ]);
        if (updated.changes === 0) return 'unknown';
        await within(DELETE_OTHER_IDENTIFIERS, [user.userId, identifierKeys]);
        if (!(await takeIdentifiers(within, user.userId, identifierKeys)))
          return new Undone('identifier-taken' as const);
        return 'updated';
      }),
    rehashPassword: async ({ userId, from, to }) => {
      await run(REHASH, [userId, from, to]);
    },
    changePassword: ({ userId, passwordHash, now, events }) =>
      transaction(async (within) => {
        if ((await within(CHANGE_PASSWORD, [userId, passwordHash, now])).changes === 0) return 'unknown';
        await within(END_SESSIONS, [userId, now, 'password-changed']);
        await insertEvents(within, events);
        return 'changed';
      }),
    blockUser: ({ userId, blocked, now, events }) =>
      transaction(async (within) => {
        const notBefore = blocked ? now : 0;
        if ((await within(BLOCK, [userId, Number(blocked), notBefore, now])).changes === 0) return 'unknown';
        if (blocked) await within(END_SESSIONS, [userId, now, 'user-blocked']);
        await insertEvents(within, events);
        return 'changed';
      }),
    reserveLoginAttempt: ({ buckets, windowMs, now }) =>
      transaction(async (within) => {
        const keys = buckets.map(({ key }) => key);
        await lockKeys(
          within,
          keys.map((key) => `login attempts ${key}`),
        );
        const limits = buckets.map(({ atMost }) => atMost);
        const { rows } = await within(FIND_BLOCKING_ATTEMPT, [keys, limits, now - windowMs]);
        const blocking = rows[0]?.reserved_at as number | null;
        if (blocking !== null) return { outcome: 'limited', retryAt: blocking + windowMs } as const;
        const reservation = randomHandle();
        await within(RESERVE, [reservation, keys, now]);
        return { outcome: 'reserved', reservation } as const;
      }),
    releaseLoginAttempt: async (reservation) => {
      await run(RELEASE, [reservation]);
    },
  };
}

/** @returns whether all of them are this user's now. */
async function takeIdentifiers(run: Run, userId: string, keys: readonly string[]): Promise<boolean> {
  await run(INSERT_IDENTIFIERS, [userId, keys]);
  const { rows } = await run(COUNT_IDENTIFIERS, [userId, keys]);
  return rows[0]?.owned === new Set(keys).size;
}

/** The user in a row, or `null` where there is no row. */
export function toUser(row: Row | undefined): User | null {
  return row === undefined ? null : buildUser(row.account as Packed);
}
