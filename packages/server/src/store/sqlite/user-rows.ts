import { randomHandle } from '../../credential/randomness.js';
import type { User } from '../../user/user.js';
import type { NewUser } from '../../user/user-store.js';
import { buildUser, type Row } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { Write } from './group-commit.js';

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

/** A user as one JSON array: cheaper to hand over than thirteen named columns. */
export const PACKED_USER = `json_array(users.user_id, connection, email, email_verified, username, password_hash, json(users.claims),
  json(user_metadata), json(app_metadata), blocked, not_before, created_at, updated_at) AS user`;

/** Users in SQLite, and the counters of attempts. */
export function userRows(db: Database, write: Write, insertEvents: InsertEvents): UserRows {
  const byId = db.prepare(`SELECT ${PACKED_USER} FROM users WHERE user_id = ?`);
  const byIdentifier = db.prepare(
    `SELECT ${PACKED_USER} FROM user_identifiers JOIN users ON users.user_id = user_identifiers.user_id
     WHERE identifier_key = ?`,
  );
  const insert = db.prepare(
    `INSERT INTO users (user_id, connection, email, email_verified, username, password_hash, claims, user_metadata,
       app_metadata, blocked, not_before, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare(
    `UPDATE users SET connection = ?, email = ?, email_verified = ?, username = ?, claims = ?, user_metadata = ?,
       app_metadata = ?, updated_at = ? WHERE user_id = ?`,
  );
  const ownerOf = db.prepare('SELECT user_id FROM user_identifiers WHERE identifier_key = ?');
  const insertIdentifier = db.prepare('INSERT INTO user_identifiers (identifier_key, user_id) VALUES (?, ?)');
  const deleteIdentifiers = db.prepare('DELETE FROM user_identifiers WHERE user_id = ?');
  const rehash = db.prepare('UPDATE users SET password_hash = ? WHERE user_id = ? AND password_hash = ?');
  const changePassword = db.prepare(
    'UPDATE users SET password_hash = ?, not_before = ?, updated_at = ? WHERE user_id = ?',
  );
  const block = db.prepare(
    'UPDATE users SET blocked = ?, not_before = max(not_before, ?), updated_at = ? WHERE user_id = ?',
  );
  const endSessions = db.prepare(
    'UPDATE sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND ended_at IS NULL',
  );
  const attempts = db.prepare(
    'SELECT count(*) AS reserved FROM login_attempts WHERE bucket = ? AND reserved_at > ?',
  );
  const attemptToExpire = db.prepare(
    'SELECT reserved_at FROM login_attempts WHERE bucket = ? AND reserved_at > ? ORDER BY reserved_at DESC LIMIT 1 OFFSET ?',
  );
  const reserve = db.prepare(
    'INSERT INTO login_attempts (reservation, bucket, reserved_at) VALUES (?, ?, ?)',
  );
  const release = db.prepare('DELETE FROM login_attempts WHERE reservation = ?');

  const taken = (keys: readonly string[], userId: string) =>
    keys.some((key) => {
      const owner = ownerOf.get(key);
      return owner !== undefined && owner.user_id !== userId;
    });

  return {
    findUser: async (userId) => toUser(byId.get(userId)),
    findUserByIdentifier: async (key) => toUser(byIdentifier.get(key)),
    createUser: ({ user, identifierKeys }, events) =>
      write(() => {
        if (taken(identifierKeys, user.userId) || byId.get(user.userId) !== undefined)
          return 'identifier-taken';
        insert.run(
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
        );
        for (const key of identifierKeys) insertIdentifier.run(key, user.userId);
        insertEvents(events);
        return 'created';
      }),
    updateUser: ({ user, identifierKeys }: NewUser, now) =>
      write(() => {
        if (taken(identifierKeys, user.userId)) return 'identifier-taken';
        const { changes } = update.run(
          user.connection,
          user.email,
          Number(user.emailVerified),
          user.username,
          JSON.stringify(user.claims),
          JSON.stringify(user.userMetadata),
          JSON.stringify(user.appMetadata),
          now,
          user.userId,
        );
        if (changes === 0) return 'unknown';
        deleteIdentifiers.run(user.userId);
        for (const key of identifierKeys) insertIdentifier.run(key, user.userId);
        return 'updated';
      }),
    rehashPassword: ({ userId, from, to }) =>
      write(() => {
        rehash.run(to, userId, from);
      }),
    changePassword: ({ userId, passwordHash, now, events }) =>
      write(() => {
        if (changePassword.run(passwordHash, now, now, userId).changes === 0) return 'unknown';
        endSessions.run(now, 'password-changed', userId);
        insertEvents(events);
        return 'changed';
      }),
    blockUser: ({ userId, blocked, now, events }) =>
      write(() => {
        if (block.run(Number(blocked), blocked ? now : 0, now, userId).changes === 0) return 'unknown';
        if (blocked) endSessions.run(now, 'user-blocked', userId);
        insertEvents(events);
        return 'changed';
      }),
    reserveLoginAttempt: ({ buckets, windowMs, now }) =>
      write(() => {
        const since = now - windowMs;
        let retryAt = 0;
        for (const { key, atMost } of buckets) {
          if ((attempts.get(key, since)?.reserved as number) < atMost) continue;
          // The bucket has room again when the atMost-th youngest attempt leaves the window.
          const blocking = attemptToExpire.get(key, since, atMost - 1)?.reserved_at as number;
          retryAt = Math.max(retryAt, blocking + windowMs);
        }
        if (retryAt > 0) return { outcome: 'limited', retryAt } as const;
        const reservation = randomHandle();
        for (const { key } of buckets) reserve.run(reservation, key, now);
        return { outcome: 'reserved', reservation } as const;
      }),
    releaseLoginAttempt: (reservation) =>
      write(() => {
        release.run(reservation);
      }),
  };
}

/** The user in a row, or `null` where there is no row. */
export function toUser(row: Row | undefined): User | null {
  return row === undefined ? null : buildUser(JSON.parse(row.user as string));
}
