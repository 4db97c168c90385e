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
import type { Connections, Statement } from './connections.js';

const ATTEMPTS = deletion('login_attempts', 'reserved_at');
const USED_ONCE = deletion('used_once', 'expires_at');
const POSTED = deletion('posted_requests', 'expires_at');
const PUSHED = deletion('pushed_requests', 'kept_until');
const INTERACTIONS = deletion('interactions', 'expires_at');
// Codes are keyed by the time they were issued, so they need no index of their own for it.
const CODES = deletion('authorization_codes', 'code_hash');
const GRANTS = deletion('grants', 'expires_at');
const EVENTS = deletion('events', 'at');
const OUTAGES = deletion('outages', 'ended_at');
const KEYS: Statement = {
  name: 'delete-expired-keys',
  text: "DELETE FROM signing_keys WHERE status = 'retired' AND retired_at < $1",
};
const GONE: Statement = {
  name: 'delete-gone-configuration',
  text: `DELETE FROM configuration WHERE document = 'null'
    AND changed_in < (SELECT version - ${GONE_REMEMBERED} FROM configuration_version)`,
};
const STRETCH: Statement = {
  name: 'find-stretch',
  text: `SELECT max(sid) AS last, count(*) AS length FROM
    (SELECT sid FROM sessions WHERE sid > $1 ORDER BY sid LIMIT ${SESSIONS_A_STEP}) AS stretch`,
};
const FAMILIES: Statement = {
  name: 'delete-expired-families',
  text: `DELETE FROM families WHERE ctid = ANY (ARRAY (
    SELECT families.ctid FROM families LEFT JOIN sessions ON sessions.sid = families.sid
    WHERE families.sid > $1 AND families.sid <= $2 AND (expires_at < $3 OR used_at + families.idle_limit_ms < $3
      OR revoked_at < $3 OR (outlives <> 'end' AND sessions.ended_at < $3))
    FOR UPDATE OF families SKIP LOCKED))`,
};
const SESSIONS: Statement = {
  name: 'delete-expired-sessions',
  text: `WITH dead AS MATERIALIZED (SELECT sid FROM sessions
      WHERE sid > $1 AND sid <= $2 AND limits_started_at + absolute_limit_ms < $3
        AND NOT EXISTS (SELECT 1 FROM families WHERE families.sid = sessions.sid) FOR UPDATE SKIP LOCKED),
    gone_holdings AS (DELETE FROM holdings USING dead WHERE holdings.sid = dead.sid RETURNING 1),
    gone_attachments AS (DELETE FROM attachments USING dead WHERE attachments.sid = dead.sid RETURNING 1),
    gone_sessions AS (DELETE FROM sessions USING dead WHERE sessions.sid = dead.sid RETURNING 1)
    SELECT (SELECT count(*) FROM gone_holdings) + (SELECT count(*) FROM gone_attachments)
      + (SELECT count(*) FROM gone_sessions) AS gone`,
};

/**
 * A statement, and a transaction, per kind of row: nothing waits for a clean-up, and several nodes share the work.
 * Families have no index of their expiry, which would have to be written at each use; a walk over all sessions finds the
 * dead ones, a stretch in each step.
 */
export function expiredRows({ run }: Connections): Pick<Store, 'deleteExpired'> {
  let walkedTo = '';

  /** @returns how many rows of a stretch of sessions went; the next call goes on behind it. */
  const walk = async (now: number): Promise<number> => {
    const from = walkedTo;
    const row = (await run(STRETCH, [from])).rows[0];
    const to = row?.last as string | null;
    walkedTo = to === null || (row?.length as number) < SESSIONS_A_STEP ? '' : to;
    if (to === null) return 0;
    const stretch = [from, to, now - TOKEN_REMEMBERED_MS];
    const families = await run(FAMILIES, stretch);
    const sessions = await run(SESSIONS, stretch);
    return families.changes + (sessions.rows[0]?.gone as number);
  };

  return {
    deleteExpired: async (now, { logRetentionMs, atMost }) => {
      const steps = [
        [ATTEMPTS, now - LOGIN_ATTEMPT_REMEMBERED_MS, atMost],
        [USED_ONCE, now, atMost],
        [POSTED, now, atMost],
        [PUSHED, now, atMost],
        [INTERACTIONS, now, atMost],
        [CODES, timePrefix(now - CODE_REMEMBERED_MS), atMost],
        [GRANTS, now, atMost],
        [EVENTS, now - logRetentionMs, atMost],
        [OUTAGES, now - OUTAGE_REMEMBERED_MS, atMost],
        [KEYS, now - RETIRED_KEY_REMEMBERED_MS],
        [GONE],
      ] as const;
      let gone = 0;
      for (const [statement, ...values] of steps) gone += (await run(statement, values)).changes;
      return gone + (await walk(now));
    },
  };
}

/** Rows that another node deletes in this moment, or that somebody uses, are left to the next step. */
function deletion(table: string, column: string): Statement {
  return {
    name: `delete-expired-${table}`,
    text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM ${table} WHERE ${column} < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`,
  };
}
