import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { Write } from './group-commit.js';

/** A redeemed or expired code stays this long, so that a second use is still known for what it is. */
const CODE_REMEMBERED_MS = 24 * 60 * 60 * 1000;
/** Longer than any token that a key may have signed: an API's lifetime is at most 30 days. */
const RETIRED_KEY_REMEMBERED_MS = 31 * 24 * 60 * 60 * 1000;
/** After its absolute limit a session can still be ended, name its account and say why it is over. */
const SESSION_REMEMBERED_MS = 30 * 24 * 60 * 60 * 1000;
const LOGIN_ATTEMPT_REMEMBERED_MS = 60 * 60 * 1000;

/**
 * One statement per kind of row, each deleting at most `atMost`. A session row stays while anything of it lives:
 * its grants go first, then, a month past its absolute limit, the session itself with what hangs on it.
 */
export function expiredRows(db: Database, write: Write): Pick<Store, 'deleteExpired'> {
  const attempts = db.prepare(deletion('login_attempts', 'reserved_at'));
  const usedOnce = db.prepare(deletion('used_once', 'expires_at'));
  const posted = db.prepare(deletion('posted_requests', 'expires_at'));
  const interactions = db.prepare(deletion('interactions', 'expires_at'));
  const codes = db.prepare(deletion('authorization_codes', 'expires_at'));
  const grants = db.prepare(deletion('grants', 'expires_at'));
  const events = db.prepare(deletion('events', 'at'));
  const keys = db.prepare("DELETE FROM signing_keys WHERE status = 'retired' AND retired_at < ?");
  const sessions = db.prepare(
    `SELECT sid FROM sessions WHERE limits_started_at + absolute_limit_ms < ?
       AND NOT EXISTS (SELECT 1 FROM grants WHERE grants.sid = sessions.sid) LIMIT ?`,
  );
  const ofSession = ['holdings', 'attachments', 'sessions'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE sid = ?`),
  );

  return {
    deleteExpired: (now, { logRetentionMs, atMost }) =>
      write(() => {
        const gone = [
          attempts.run(now - LOGIN_ATTEMPT_REMEMBERED_MS, atMost),
          usedOnce.run(now, atMost),
          posted.run(now, atMost),
          interactions.run(now, atMost),
          codes.run(now - CODE_REMEMBERED_MS, atMost),
          grants.run(now, atMost),
          events.run(now - logRetentionMs, atMost),
          keys.run(now - RETIRED_KEY_REMEMBERED_MS),
        ];
        const dead = sessions.all(now - SESSION_REMEMBERED_MS, atMost);
        for (const { sid } of dead)
          for (const statement of ofSession) gone.push(statement.run(sid as string));
        return gone.reduce((sum, { changes }) => sum + Number(changes), 0);
      }),
  };
}

function deletion(table: string, column: string): string {
  return `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${column} < ? LIMIT ?)`;
}
