import { timePrefix } from '../../credential/randomness.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { Write } from './group-commit.js';

/** A code stays this long after it was issued, so that a second use is still known for what it is. */
const CODE_REMEMBERED_MS = 24 * 60 * 60 * 1000;
/** Longer than any token that a key may have signed: an API's lifetime is at most 30 days. */
const RETIRED_KEY_REMEMBERED_MS = 31 * 24 * 60 * 60 * 1000;
/**
 * After its absolute limit a session can still be ended, name its account and say why it is over; and the last access
 * token it gave, of 30 days at most, has expired.
 */
const SESSION_REMEMBERED_MS = 31 * 24 * 60 * 60 * 1000;
const LOGIN_ATTEMPT_REMEMBERED_MS = 60 * 60 * 1000;

/**
 * One statement per kind of row, each deleting at most `atMost`. A session row stays while anything of it lives:
 * a month past its absolute limit nothing does, and it goes with what hangs on it.
 */
export function expiredRows(db: Database, write: Write): Pick<Store, 'deleteExpired'> {
  const attempts = db.prepare(deletion('login_attempts', 'reserved_at'));
  const usedOnce = db.prepare(deletion('used_once', 'expires_at'));
  const posted = db.prepare(deletion('posted_requests', 'expires_at'));
  const interactions = db.prepare(deletion('interactions', 'expires_at'));
  const codes = db.prepare(deletion('authorization_codes', 'code_hash'));
  const grants = db.prepare(deletion('grants', 'expires_at'));
  const events = db.prepare(deletion('events', 'at'));
  const keys = db.prepare("DELETE FROM signing_keys WHERE status = 'retired' AND retired_at < ?");
  const sessions = db.prepare(
    'SELECT sid FROM sessions WHERE limits_started_at + absolute_limit_ms < ? LIMIT ?',
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
          // Codes are keyed by the time they were issued, so they need no index of their own for it.
          codes.run(timePrefix(now - CODE_REMEMBERED_MS), atMost),
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
