import type { Statement } from './connections.js';

/** The idle clock is written at most this often, or at a hundredth of the limit: no End-User can tell the difference. */
const TOUCH_EVERY_MS = 60_000;

/**
 * How a statement that joins, issues or begins something holds the session's row: until it has committed nobody can
 * end the session, and who ends it next sees what was begun. One that will write the row must not share it first: of two
 * that do, one would have to give way.
 */
export const SESSION_LOCKS = { share: 'FOR SHARE OF sessions', write: 'FOR NO KEY UPDATE OF sessions' };

/** How a statement locks its session's row. */
export type SessionLock = keyof typeof SESSION_LOCKS;

/** A row that is only read is shared, so that tabs of one session do not wait for each other. */
export const lockFor = (touch: boolean): SessionLock => (touch ? 'write' : 'share');

/** That a session answers: it has not ended, its account is not blocked and has not begun anew since. */
export const LIVES =
  'sessions.ended_at IS NULL AND users.blocked = 0 AND authenticated_at >= users.not_before';

/** `$2` sid, `$3` client, `$4` when what is used was issued: it may have been ended for this client since. `$5` now. */
export const sessionCte = (lock: SessionLock) => `session AS MATERIALIZED (
    SELECT sessions.sid, sessions.user_id, persistent,
      last_active_at + least(${TOUCH_EVERY_MS}, idle_limit_ms / 100) <= $5::bigint AS touch_due
    FROM sessions JOIN users ON users.user_id = sessions.user_id
    WHERE sid = $2 AND (SELECT holds FROM current) AND ${LIVES}
      AND NOT EXISTS (SELECT 1 FROM authorization_ends WHERE authorization_ends.user_id = sessions.user_id
        AND authorization_ends.client_id = $3 AND authorization_ends.ended_at > $4::bigint)
    ${SESSION_LOCKS[lock]})`;

/** The same for each row of `asked`. */
export const sessionsCte = (lock: SessionLock) => `session AS MATERIALIZED (
    SELECT asked.*, persistent,
      last_active_at + least(${TOUCH_EVERY_MS}, idle_limit_ms / 100) <= asked.at AS touch_due
    FROM asked JOIN sessions ON sessions.sid = asked.sid JOIN users ON users.user_id = sessions.user_id
    WHERE (SELECT holds FROM current) AND ${LIVES}
      AND NOT EXISTS (SELECT 1 FROM authorization_ends WHERE authorization_ends.user_id = sessions.user_id
        AND authorization_ends.client_id = asked.client_id AND authorization_ends.ended_at > asked.issued_at)
    ${SESSION_LOCKS[lock]})`;

/** The same statement for each way of locking, written once. */
export const perLock = (
  build: (lock: SessionLock) => Statement,
): Readonly<Record<SessionLock, Statement>> => ({
  share: build('share'),
  write: build('write'),
});

/** Finishes an interaction that nobody has finished before, if there is one. The session's row is locked first, as everywhere. */
export const finishedCte = (interaction: string, now: string, condition: string) => `finished AS (
    UPDATE interactions SET finished_at = ${now}::bigint
    WHERE id = ${interaction} AND finished_at IS NULL AND ${condition} RETURNING id)`;

/** Of many that finish one interaction this holds for one. */
export const finishes = (interaction: string) =>
  `(${interaction}::text IS NULL OR EXISTS (SELECT 1 FROM finished))`;
