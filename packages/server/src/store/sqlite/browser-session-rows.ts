import {
  buildSessionBeginEvents,
  buildSignOutEvents,
  decideSessionBegin,
} from '../../session/begin-session.js';
import type { NewSession } from '../../session/session.js';
import { buildBoundSession, buildStandingSession } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { Write } from './group-commit.js';
import { PACKED_SESSION, toSession } from './session-rows.js';

type BrowserSessionRows = Pick<
  Store,
  'findSessionByFormerSilentHandle' | 'findSessionOfBrowser' | 'beginSession' | 'endSessionsOfBrowser'
>;

/** The one session of a browser: how it is found, begun and ended by what the browser brings. */
export function browserSessionRows(
  db: Database,
  write: Write,
  insertEvents: InsertEvents,
): BrowserSessionRows {
  const bySession = `FROM sessions JOIN users ON users.user_id = sessions.user_id`;
  const byFormerSilentHandle = db.prepare(
    `SELECT ${PACKED_SESSION} ${bySession} WHERE former_silent_handle_hash = ?`,
  );
  const ofBrowser = db.prepare(
    `SELECT ${PACKED_SESSION}, handle_hash, handle_seed, former_handle_hash ${bySession}
     WHERE browser_hash = ? AND sessions.ended_at IS NULL AND browser_generation <= ?`,
  );
  const standing = db.prepare(
    `SELECT sid, sessions.user_id, authenticated_at, blocked, not_before, browser_hash, browser_generation ${bySession}
     WHERE sessions.ended_at IS NULL AND (sid = ? OR browser_hash = ?) ORDER BY sid`,
  );
  const account = db.prepare('SELECT blocked, not_before FROM users WHERE user_id = ?');
  const end = db.prepare(
    'UPDATE sessions SET ended_at = ?, end_reason = ? WHERE sid = ? AND ended_at IS NULL',
  );
  const participants = db.prepare('SELECT DISTINCT client_id FROM holdings WHERE sid = ? ORDER BY client_id');
  const insert = db.prepare(
    `INSERT INTO sessions (handle_hash, silent_handle_hash, handle_seed, browser_hash, browser_generation,
       authenticated_at, amr, acr, last_active_at, limits_started_at, idle_limit_ms, absolute_limit_ms, persistent,
       user_agent, address, sid, user_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  // What was made through another binding has no predecessor.
  const renew = db.prepare(
    `UPDATE sessions SET former_handle_hash = CASE browser_hash WHEN ?4 THEN handle_hash END,
       former_silent_handle_hash = CASE browser_hash WHEN ?4 THEN silent_handle_hash END,
       handle_hash = ?1, silent_handle_hash = ?2, handle_seed = ?3, browser_hash = ?4, browser_generation = ?5,
       authenticated_at = ?6, amr = ?7, acr = ?8, last_active_at = ?9, limits_started_at = ?10, idle_limit_ms = ?11,
       absolute_limit_ms = ?12, persistent = ?13, user_agent = ?14, address = ?15
     WHERE sid = ?16`,
  );
  const moveInteractions = db.prepare(
    `UPDATE interactions SET browser_generation = max(browser_generation, ?)
     WHERE browser_hash = ? AND finished_at IS NULL`,
  );

  const toEnded = ({ sid, userId }: { sid: string; userId: string }) => ({
    sid,
    userId,
    participants: participants.all(sid).map((row) => row.client_id as string),
  });
  const findStanding = (cookieSid: string | null, browserHash: string | null) =>
    standing.all(cookieSid, browserHash).map(buildStandingSession);

  return {
    findSessionByFormerSilentHandle: async (hash) => toSession(byFormerSilentHandle.get(hash)),
    findSessionOfBrowser: async ({ browserHash, generation }) => {
      const row = ofBrowser.get(browserHash, generation);
      const session = toSession(row);
      return row === undefined || session === null ? null : buildBoundSession(row, session);
    },
    beginSession: (begin) =>
      write(() => {
        const { session, cookieSid, now, nextGeneration } = begin;
        const { userId, browserHash } = session;
        const row = account.get(userId);
        const user = { blocked: row?.blocked === 1, notBefore: (row?.not_before as number | null) ?? 0 };
        const decision = decideSessionBegin(findStanding(cookieSid, browserHash), user, begin);
        if (decision.next === 'refuse-proof') return { outcome: 'proof-refused' } as const;
        if (decision.next === 'refuse-binding') return { outcome: 'binding-refused' } as const;
        const { next, sid, ends, bindingChanges, browserGeneration } = decision;
        for (const one of ends) end.run(now, one.reason, one.sid);
        const values = buildValues({ ...session, browserGeneration });
        if (next === 'renew') renew.run(...values, sid);
        else insert.run(...values, sid, userId);
        if (bindingChanges && browserHash !== null) moveInteractions.run(nextGeneration, browserHash);
        insertEvents(buildSessionBeginEvents(decision, begin));
        const outcome = next === 'renew' ? 'renewed' : 'begun';
        return { outcome, sid, bindingChanges, ended: ends.map(toEnded) } as const;
      }),
    endSessionsOfBrowser: (signOut) =>
      write(() => {
        const { cookieSid, browser, now } = signOut;
        const found = findStanding(cookieSid, browser?.browserHash ?? null).filter(
          ({ sid, browserGeneration }) =>
            sid === cookieSid || browserGeneration <= (browser?.generation ?? 0),
        );
        for (const { sid } of found) end.run(now, 'signed-out', sid);
        if (browser !== null) moveInteractions.run(browser.nextGeneration, browser.browserHash);
        insertEvents(buildSignOutEvents(found, signOut));
        return { ended: found.map(toEnded) };
      }),
  };
}

/** In the order of the columns of `insert` and `renew`. */
function buildValues(session: NewSession) {
  return [
    session.handleHash,
    session.silentHandleHash,
    session.handleSeed,
    session.browserHash,
    session.browserGeneration,
    session.authenticatedAt,
    JSON.stringify(session.amr),
    session.acr,
    session.lastActiveAt,
    session.limitsStartedAt,
    session.idleLimitMs,
    session.absoluteLimitMs,
    Number(session.persistent),
    session.device.userAgent,
    session.device.address,
  ] as const;
}
