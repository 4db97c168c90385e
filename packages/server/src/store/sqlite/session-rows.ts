import type { Session } from '../../session/session.js';
import { buildConsent, buildSession, type Row } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { Write } from './group-commit.js';

type SessionRows = Pick<
  Store,
  | 'findSession'
  | 'findSessionByHandle'
  | 'findSessionBySilentHandle'
  | 'touchSession'
  | 'endSession'
  | 'endSessionsOfUser'
  | 'findSessions'
  | 'findParticipants'
  | 'findHoldings'
  | 'findConsents'
  | 'recordConsent'
  | 'endAuthorizations'
>;

/**
 * A session with its End-User's standing as one JSON array, so that one read decides. The driver names each column of
 * a row at a third of a microsecond; parsing one text costs less than half of that here.
 */
export const PACKED_SESSION = `json_array(sessions.sid, sessions.user_id, sessions.authenticated_at, json(sessions.amr), sessions.acr,
  last_active_at, limits_started_at, sessions.idle_limit_ms, absolute_limit_ms, persistent, user_agent, address,
  sessions.ended_at, end_reason, flagged_at, users.blocked, users.not_before) AS session`;

/** Sessions in SQLite. */
export function sessionRows(db: Database, write: Write, insertEvents: InsertEvents): SessionRows {
  const select = `SELECT ${PACKED_SESSION} FROM sessions JOIN users ON users.user_id = sessions.user_id`;
  const bySid = db.prepare(`${select} WHERE sid = ?`);
  const byHandle = db.prepare(`${select} WHERE handle_hash = ?`);
  const bySilentHandle = db.prepare(`${select} WHERE silent_handle_hash = ?`);
  const touch = db.prepare(
    'UPDATE sessions SET last_active_at = max(last_active_at, ?) WHERE sid = ? AND ended_at IS NULL',
  );
  const end = db.prepare(
    'UPDATE sessions SET ended_at = ?, end_reason = ? WHERE sid = ? AND ended_at IS NULL',
  );
  const endOfUser = db.prepare(
    'UPDATE sessions SET ended_at = ?, end_reason = ? WHERE user_id = ? AND ended_at IS NULL',
  );
  const raiseNotBefore = db.prepare('UPDATE users SET not_before = max(not_before, ?) WHERE user_id = ?');
  const list = db.prepare(
    `${select} WHERE sid > ? AND (? IS NULL OR sessions.user_id = ?)
       AND (? IS NULL OR EXISTS (SELECT 1 FROM holdings WHERE holdings.sid = sessions.sid AND client_id = ?))
     ORDER BY sid LIMIT ?`,
  );
  const participants = db.prepare('SELECT DISTINCT client_id FROM holdings WHERE sid = ? ORDER BY client_id');
  const holdings = db.prepare('SELECT audience, scope FROM holdings WHERE sid = ? AND client_id = ?');
  const consents = db.prepare('SELECT * FROM consents WHERE user_id = ? AND client_id = ?');
  const consent = db.prepare(
    `INSERT INTO consents (user_id, client_id, audience, scope, given_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (user_id, client_id, audience) DO UPDATE SET scope = excluded.scope, given_at = excluded.given_at`,
  );

  const withdrawConsents = db.prepare('DELETE FROM consents WHERE user_id = ? AND client_id = ?');
  const endAuthorizations = db.prepare(
    `INSERT INTO authorization_ends (user_id, client_id, ended_at) VALUES (?, ?, ?)
     ON CONFLICT (user_id, client_id) DO UPDATE SET ended_at = max(ended_at, excluded.ended_at)`,
  );
  const revokeFamilies = db.prepare(
    `UPDATE families SET revoked_at = ?, revoke_reason = ? WHERE revoked_at IS NULL
       AND sid IN (SELECT sid FROM sessions WHERE user_id = ?)
       AND terms_id IN (SELECT terms_id FROM family_terms WHERE client_id = ?)`,
  );

  const participantsOf = (sid: string) => participants.all(sid).map((row) => row.client_id as string);

  return {
    findSession: async (sid) => toSession(bySid.get(sid)),
    findSessionByHandle: async (hash) => toSession(byHandle.get(hash)),
    findSessionBySilentHandle: async (hash) => toSession(bySilentHandle.get(hash)),
    touchSession: (sid, now) => write(() => (touch.run(now, sid).changes === 0 ? 'ended' : 'touched')),
    endSession: ({ sid, reason, now, events }) =>
      write(() => {
        if (end.run(now, reason, sid).changes === 0) return { outcome: 'already-ended' } as const;
        insertEvents(events);
        return { outcome: 'ended', participants: participantsOf(sid) } as const;
      }),
    endSessionsOfUser: ({ userId, reason, now, events }) =>
      write(() => {
        if (raiseNotBefore.run(now, userId).changes === 0) return { outcome: 'unknown' } as const;
        const { changes } = endOfUser.run(now, reason, userId);
        insertEvents(events);
        return { outcome: 'ended', sessions: Number(changes) } as const;
      }),
    findSessions: async ({ userId, clientId, after, atMost }) =>
      list
        .all(after ?? '', userId, userId, clientId, clientId, atMost)
        .flatMap((row) => toSession(row) ?? [])
        .map((session) => ({ session, participants: participantsOf(session.sid) })),
    findParticipants: async (sid) => participantsOf(sid),
    findHoldings: async (sid, clientId) =>
      holdings.all(sid, clientId).map((row) => ({
        audience: row.audience as string,
        scope: (row.scope as string).split(' '),
      })),
    findConsents: async (userId, clientId) => consents.all(userId, clientId).map(buildConsent),
    recordConsent: ({ userId, clientId, audience, scope, givenAt }, events) =>
      write(() => {
        consent.run(userId, clientId, audience, scope.join(' '), givenAt);
        insertEvents(events);
      }),
    endAuthorizations: ({ userId, clientId, reason, withdrawsConsent, now, events }) =>
      write(() => {
        endAuthorizations.run(userId, clientId, now);
        if (withdrawsConsent) withdrawConsents.run(userId, clientId);
        const { changes } = revokeFamilies.run(now, reason, userId, clientId);
        insertEvents(events);
        return { families: Number(changes) };
      }),
  };
}

/** The session in a row, or `null` where there is no row. */
export function toSession(row: Row | undefined): Session | null {
  return row === undefined ? null : buildSession(JSON.parse(row.session as string));
}
