import type { EndReason, Session } from '../../session/session.js';
import { buildSession, type Packed, type Row } from '../rows.js';
import type { Store } from '../store.js';
import type { Connections, Run, Statement } from './connections.js';
import { insertEvents } from './event-rows.js';
import { gatherReads } from './gathered-calls.js';

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
>;

/** A session with its End-User's standing as one JSON array, so that one read decides. */
export const PACKED_SESSION = `json_build_array(sessions.sid, sessions.user_id, sessions.authenticated_at, sessions.amr::json,
  sessions.acr, last_active_at, limits_started_at, sessions.idle_limit_ms, absolute_limit_ms, persistent, user_agent,
  address, sessions.ended_at, end_reason, flagged_at, users.blocked, users.not_before) AS session`;

const SELECT = `SELECT ${PACKED_SESSION} FROM sessions JOIN users ON users.user_id = sessions.user_id`;

const FIND: Statement = { name: 'find-session', text: `${SELECT} WHERE sid = $1` };
const selectBy = (column: string) => `SELECT asked, ${PACKED_SESSION} FROM unnest($1::text[]) AS asked
  JOIN sessions ON sessions.${column} = asked JOIN users ON users.user_id = sessions.user_id`;
const FIND_BY_HANDLE: Statement = { name: 'find-sessions-by-handle', text: selectBy('handle_hash') };
const FIND_BY_SILENT_HANDLE: Statement = {
  name: 'find-sessions-by-silent-handle',
  text: selectBy('silent_handle_hash'),
};
const TOUCH: Statement = {
  name: 'touch-session',
  text: 'UPDATE sessions SET last_active_at = greatest(last_active_at, $2) WHERE sid = $1 AND ended_at IS NULL',
};
/** Waits for whoever joins, issues or begins something in the session, and is waited for by all that come later. */
const END: Statement = {
  name: 'end-session',
  text: 'UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE sid = $1 AND ended_at IS NULL',
};
const END_OF_USER: Statement = {
  name: 'end-sessions-of-user',
  text: 'UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE user_id = $1 AND ended_at IS NULL',
};
const RAISE_NOT_BEFORE: Statement = {
  name: 'raise-not-before',
  text: 'UPDATE users SET not_before = greatest(not_before, $2) WHERE user_id = $1',
};
const PARTICIPANTS: Statement = {
  name: 'find-participants',
  text: 'SELECT DISTINCT client_id FROM holdings WHERE sid = $1 ORDER BY client_id',
};
const HOLDINGS: Statement = {
  name: 'find-holdings',
  text: 'SELECT audience, scope FROM holdings WHERE sid = $1 AND client_id = $2',
};

/** Sessions in PostgreSQL. Locks are taken in the order users, sessions, codes, families, attachments. */
export function sessionRows({ run, transaction }: Connections): SessionRows {
  return {
    findSession: async (sid) => toSession((await run(FIND, [sid])).rows[0]),
    findSessionByHandle: gatherReads({ run }, FIND_BY_HANDLE, toSession),
    findSessionBySilentHandle: gatherReads({ run }, FIND_BY_SILENT_HANDLE, toSession),
    touchSession: async (sid, now) => ((await run(TOUCH, [sid, now])).changes === 0 ? 'ended' : 'touched'),
    endSession: ({ sid, reason, now, events }) =>
      transaction(async (within) => {
        if (!(await endOne(within, sid, now, reason))) return { outcome: 'already-ended' } as const;
        await insertEvents(within, events);
        // In a statement of its own: the one before began before the last of them had joined.
        return { outcome: 'ended', participants: await findParticipants(within, sid) } as const;
      }),
    endSessionsOfUser: ({ userId, reason, now, events }) =>
      transaction(async (within) => {
        if ((await within(RAISE_NOT_BEFORE, [userId, now])).changes === 0)
          return { outcome: 'unknown' } as const;
        const { changes } = await within(END_OF_USER, [userId, now, reason]);
        await insertEvents(within, events);
        return { outcome: 'ended', sessions: changes } as const;
      }),
    findSessions: async ({ userId, clientId, after, atMost }) => {
      const { rows } = await run(listing(userId !== null, clientId !== null), [
        after ?? '',
        atMost,
        ...[userId, clientId].filter((value) => value !== null),
      ]);
      return rows.flatMap((row) => {
        const session = toSession(row);
        return session === null ? [] : [{ session, participants: row.participants as string[] }];
      });
    },
    findParticipants: (sid) => findParticipants(run, sid),
    findHoldings: async (sid, clientId) =>
      (await run(HOLDINGS, [sid, clientId])).rows.map((row) => ({
        audience: row.audience as string,
        scope: (row.scope as string).split(' '),
      })),
  };
}

/** @returns whether it had not ended before. */
export async function endOne(run: Run, sid: string, now: number, reason: EndReason): Promise<boolean> {
  return (await run(END, [sid, now, reason])).changes !== 0;
}

/** The clients that hold something in a session. */
export async function findParticipants(run: Run, sid: string): Promise<string[]> {
  return (await run(PARTICIPANTS, [sid])).rows.map((row) => row.client_id as string);
}

/** A statement for each set of conditions: a plan for all of them would use the index of none. */
function listing(ofUser: boolean, ofClient: boolean): Statement {
  const userCondition = ofUser ? 'AND sessions.user_id = $3' : '';
  const clientCondition = ofClient
    ? `AND EXISTS (SELECT 1 FROM holdings WHERE holdings.sid = sessions.sid AND client_id = $${ofUser ? 4 : 3})`
    : '';
  return {
    name: `find-sessions${ofUser ? '-of-user' : ''}${ofClient ? '-of-client' : ''}`,
    text: `SELECT ${PACKED_SESSION}, ARRAY (SELECT DISTINCT client_id FROM holdings
        WHERE holdings.sid = sessions.sid ORDER BY client_id) AS participants
      FROM sessions JOIN users ON users.user_id = sessions.user_id
      WHERE sid > $1 ${userCondition} ${clientCondition} ORDER BY sid LIMIT $2`,
  };
}

/** The session in a row, or `null` where there is no row. */
export function toSession(row: Row | undefined): Session | null {
  return row === undefined ? null : buildSession(row.session as Packed);
}
