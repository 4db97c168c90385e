import {
  buildSessionBeginEvents,
  buildSignOutEvents,
  decideSessionBegin,
  type SessionBegin,
} from '../../session/begin-session.js';
import type { NewSession } from '../../session/session.js';
import type { SessionBegun } from '../../session/session-store.js';
import { buildBoundSession, buildStandingSession } from '../rows.js';
import type { Store } from '../store.js';
import { type Connections, type Run, type Statement, Undone, type Value } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockKeys } from './locks.js';
import { endOne, findParticipants, PACKED_SESSION, toSession } from './session-rows.js';

type BrowserSessionRows = Pick<
  Store,
  'findSessionByFormerSilentHandle' | 'findSessionOfBrowser' | 'beginSession' | 'endSessionsOfBrowser'
>;

const OF_USERS = 'FROM sessions JOIN users ON users.user_id = sessions.user_id';
const FIND_BY_FORMER_SILENT_HANDLE: Statement = {
  name: 'find-session-by-former-silent-handle',
  text: `SELECT ${PACKED_SESSION} ${OF_USERS} WHERE former_silent_handle_hash = $1`,
};
const FIND_OF_BROWSER: Statement = {
  name: 'find-session-of-browser',
  text: `SELECT ${PACKED_SESSION}, handle_hash, handle_seed, former_handle_hash ${OF_USERS}
    WHERE browser_hash = $1 AND sessions.ended_at IS NULL AND browser_generation <= $2`,
};
/** Until the sign-in has committed the account can be neither blocked nor given another password. */
const LOCK_ACCOUNT: Statement = {
  name: 'lock-account',
  text: 'SELECT blocked, not_before FROM users WHERE user_id = $1 FOR SHARE',
};
/** In one order on every node, so that no two wait for each other. */
const LOCK_STANDING: Statement = {
  name: 'lock-standing-sessions',
  text: `SELECT sid, sessions.user_id, authenticated_at, blocked, not_before, browser_hash, browser_generation ${OF_USERS}
    WHERE sessions.ended_at IS NULL AND (sid = $1 OR browser_hash = $2) ORDER BY sid FOR NO KEY UPDATE OF sessions`,
};
/** A session that somebody else has begun in this browser meanwhile is waited for, and is then found. */
const INSERT: Statement = {
  name: 'begin-session',
  text: `INSERT INTO sessions (handle_hash, silent_handle_hash, handle_seed, browser_hash, browser_generation,
      authenticated_at, amr, acr, last_active_at, limits_started_at, idle_limit_ms, absolute_limit_ms, persistent,
      user_agent, address, sid, user_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
    ON CONFLICT (browser_hash) WHERE ended_at IS NULL AND browser_hash IS NOT NULL DO NOTHING`,
};
/** What was made through another binding has no predecessor. */
const RENEW: Statement = {
  name: 'renew-session',
  text: `UPDATE sessions SET former_handle_hash = CASE browser_hash WHEN $4 THEN handle_hash END,
      former_silent_handle_hash = CASE browser_hash WHEN $4 THEN silent_handle_hash END,
      handle_hash = $1, silent_handle_hash = $2, handle_seed = $3, browser_hash = $4, browser_generation = $5,
      authenticated_at = $6, amr = $7, acr = $8, last_active_at = $9, limits_started_at = $10, idle_limit_ms = $11,
      absolute_limit_ms = $12, persistent = $13, user_agent = $14, address = $15
    WHERE sid = $16`,
};
const MOVE_INTERACTIONS: Statement = {
  name: 'move-interactions',
  text: `UPDATE interactions SET browser_generation = greatest(browser_generation, $2)
    WHERE browser_hash = $1 AND finished_at IS NULL`,
};

/** The one session of a browser: how it is found, begun and ended by what the browser brings. */
export function browserSessionRows({ run, transaction }: Connections): BrowserSessionRows {
  return {
    findSessionByFormerSilentHandle: async (hash) =>
      toSession((await run(FIND_BY_FORMER_SILENT_HANDLE, [hash])).rows[0]),
    findSessionOfBrowser: async ({ browserHash, generation }) => {
      const row = (await run(FIND_OF_BROWSER, [browserHash, generation])).rows[0];
      const session = toSession(row);
      return row === undefined || session === null ? null : buildBoundSession(row, session);
    },
    beginSession: async (begin) => {
      for (;;) {
        const begun = await transaction<SessionBegun | null>(
          async (within) => (await beginUnlessOvertaken(within, begin)) ?? new Undone(null),
        );
        if (begun !== null) return begun;
      }
    },
    endSessionsOfBrowser: (signOut) =>
      transaction(async (within) => {
        const { cookieSid, browser, now } = signOut;
        await lockBrowser(within, browser?.browserHash ?? null);
        const found = (await lockStanding(within, cookieSid, browser?.browserHash ?? null)).filter(
          ({ sid, browserGeneration }) =>
            sid === cookieSid || browserGeneration <= (browser?.generation ?? 0),
        );
        for (const { sid } of found) await endOne(within, sid, now, 'signed-out');
        if (browser !== null) await within(MOVE_INTERACTIONS, [browser.browserHash, browser.nextGeneration]);
        await insertEvents(within, buildSignOutEvents(found, signOut));
        return { ended: await findEnded(within, found) };
      }),
  };
}

/** Sign-ins and sign-outs of one browser come one after the other; the index holds where one forgets to wait. */
async function lockBrowser(run: Run, browserHash: string | null): Promise<void> {
  if (browserHash !== null) await lockKeys(run, [`browser ${browserHash}`]);
}

/** @returns `null` where another sign-in took the browser meanwhile: what was done is to be undone, and done again. */
async function beginUnlessOvertaken(run: Run, begin: SessionBegin): Promise<SessionBegun | null> {
  const { session, cookieSid, now, nextGeneration } = begin;
  const { userId, browserHash } = session;
  await lockBrowser(run, browserHash);
  const account = (await run(LOCK_ACCOUNT, [userId])).rows[0];
  const decision = decideSessionBegin(
    await lockStanding(run, cookieSid, browserHash),
    { blocked: account?.blocked === 1, notBefore: (account?.not_before as number | null) ?? 0 },
    begin,
  );
  if (decision.next === 'refuse-proof') return { outcome: 'proof-refused' };
  if (decision.next === 'refuse-binding') return { outcome: 'binding-refused' };
  const { next, sid, ends, bindingChanges, browserGeneration } = decision;
  for (const one of ends) await endOne(run, one.sid, now, one.reason);
  const values = buildValues({ ...session, browserGeneration });
  if (next === 'renew') await run(RENEW, [...values, sid]);
  else if ((await run(INSERT, [...values, sid, userId])).changes === 0) return null;
  if (bindingChanges && browserHash !== null) await run(MOVE_INTERACTIONS, [browserHash, nextGeneration]);
  await insertEvents(run, buildSessionBeginEvents(decision, begin));
  const outcome = next === 'renew' ? 'renewed' : 'begun';
  return { outcome, sid, bindingChanges, ended: await findEnded(run, ends) };
}

async function lockStanding(run: Run, cookieSid: string | null, browserHash: string | null) {
  return (await run(LOCK_STANDING, [cookieSid, browserHash])).rows.map(buildStandingSession);
}

/** In statements of their own: those before began before the last client had joined. */
async function findEnded(run: Run, ended: readonly { readonly sid: string; readonly userId: string }[]) {
  const found = [];
  for (const { sid, userId } of ended)
    found.push({ sid, userId, participants: await findParticipants(run, sid) });
  return found;
}

/** In the order of the columns of `INSERT` and `RENEW`. */
function buildValues(session: NewSession): Value[] {
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
  ];
}
