import { timePrefix } from '../../credential/randomness.js';
import {
  CODE_REMEMBERED_MS,
  LOGIN_ATTEMPT_REMEMBERED_MS,
  OUTAGE_REMEMBERED_MS,
  RETIRED_KEY_REMEMBERED_MS,
  SESSIONS_A_STEP,
  TOKEN_REMEMBERED_MS,
} from '../retention.js';
import { GONE_REMEMBERED } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { Write } from './group-commit.js';

/**
 * One statement per kind of row, each deleting at most `atMost`. A session row stays while anything of it lives: a
 * month past its absolute limit, and past the last of its families. Families have no index of their expiry, which would
 * have to be written at each use; a walk over all sessions finds the dead ones, a stretch in each step.
 */
export function expiredRows(db: Database, write: Write): Pick<Store, 'deleteExpired'> {
  const attempts = db.prepare(deletion('login_attempts', 'reserved_at'));
  const usedOnce = db.prepare(deletion('used_once', 'expires_at'));
  const posted = db.prepare(deletion('posted_requests', 'expires_at'));
  const pushed = db.prepare(deletion('pushed_requests', 'kept_until'));
  const interactions = db.prepare(deletion('interactions', 'expires_at'));
  const codes = db.prepare(deletion('authorization_codes', 'code_hash'));
  const grants = db.prepare(deletion('grants', 'expires_at'));
  const events = db.prepare(deletion('events', 'at'));
  const keys = db.prepare("DELETE FROM signing_keys WHERE status = 'retired' AND retired_at < ?");
  const outages = db.prepare('DELETE FROM outages WHERE ended_at < ?');
  const gone = db.prepare(
    `DELETE FROM configuration WHERE document = 'null'
       AND changed_in < (SELECT version - ${GONE_REMEMBERED} FROM configuration_version)`,
  );
  const stretch = db.prepare(
    `SELECT max(sid) AS end, count(*) AS length FROM
       (SELECT sid FROM sessions WHERE sid > ? ORDER BY sid LIMIT ${SESSIONS_A_STEP})`,
  );
  const families = db.prepare(
    `DELETE FROM families WHERE sid > ?1 AND sid <= ?2 AND (expires_at < ?3 OR used_at + idle_limit_ms < ?3
       OR revoked_at < ?3 OR (outlives <> 'end' AND EXISTS
         (SELECT 1 FROM sessions WHERE sessions.sid = families.sid AND sessions.ended_at < ?3)))`,
  );
  const sessions = db.prepare(
    `SELECT sid FROM sessions WHERE sid > ?1 AND sid <= ?2 AND limits_started_at + absolute_limit_ms < ?3
       AND NOT EXISTS (SELECT 1 FROM families WHERE families.sid = sessions.sid)`,
  );
  const ofSession = ['holdings', 'attachments', 'sessions'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE sid = ?`),
  );
  let walkedTo = '';

  /** @returns how many rows of a stretch of sessions went; the next call goes on behind it. */
  const walk = (now: number): number => {
    const row = stretch.get(walkedTo);
    if (row === undefined || row.length === 0) {
      walkedTo = '';
      return 0;
    }
    const from = walkedTo;
    const to = row.end as string;
    walkedTo = (row.length as number) < SESSIONS_A_STEP ? '' : to;
    const { changes } = families.run(from, to, now - TOKEN_REMEMBERED_MS);
    const dead = sessions.all(from, to, now - TOKEN_REMEMBERED_MS);
    const gone = dead.flatMap(({ sid }) =>
      ofSession.map((statement) => Number(statement.run(sid as string).changes)),
    );
    return gone.reduce((sum, count) => sum + count, Number(changes));
  };

  return {
    deleteExpired: (now, { logRetentionMs, atMost }) =>
      write(() => {
        const deleted = [
          attempts.run(now - LOGIN_ATTEMPT_REMEMBERED_MS, atMost),
          usedOnce.run(now, atMost),
          posted.run(now, atMost),
          pushed.run(now, atMost),
          interactions.run(now, atMost),
          // Codes are keyed by the time they were issued, so they need no index of their own for it.
          codes.run(timePrefix(now - CODE_REMEMBERED_MS), atMost),
          grants.run(now, atMost),
          events.run(now - logRetentionMs, atMost),
          keys.run(now - RETIRED_KEY_REMEMBERED_MS),
          outages.run(now - OUTAGE_REMEMBERED_MS),
          gone.run(),
        ];
        return deleted.reduce((sum, { changes }) => sum + Number(changes), walk(now));
      }),
  };
}

function deletion(table: string, column: string): string {
  return `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${column} < ? LIMIT ?)`;
}
