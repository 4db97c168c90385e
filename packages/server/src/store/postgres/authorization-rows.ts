import type { AuthorizationCode, ClaimNames, GrantStanding, RedeemOutcome, Store } from '../store.js';
import { moveAttachment } from './attachment-rows.js';
import { CURRENT_CTE, type KnownVersion, requireCurrent } from './configuration-version.js';
import type { Connections, Row, Run, Statement } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockUser, revokeFamily, startFamily } from './family-birth.js';
import { toUser, PACKED_USER } from './user-rows.js';

type AuthorizationRows = Pick<
  Store,
  | 'saveAuthorizationCode'
  | 'findAuthorizationCode'
  | 'redeemAuthorizationCode'
  | 'startGrant'
  | 'endGrant'
  | 'findGrant'
  | 'useOnce'
>;

/** The idle clock is written at most this often, or at a hundredth of the limit: no End-User can tell the difference. */
const TOUCH_EVERY_MS = 60_000;

/**
 * How a statement that joins, issues or begins something holds the session's row: until it has committed nobody can
 * end the session, and who ends it next sees what was begun. One that will write the row must not share it first: of two
 * that do, one would have to give way.
 */
const SESSION_LOCKS = { share: 'FOR SHARE OF sessions', write: 'FOR NO KEY UPDATE OF sessions' };
type SessionLock = keyof typeof SESSION_LOCKS;
const lockFor = (touch: boolean): SessionLock => (touch ? 'write' : 'share');

const LIVES = 'sessions.ended_at IS NULL AND users.blocked = 0 AND authenticated_at >= users.not_before';

/** `$2` sid, `$3` client, `$4` when what is used was issued: it may have been ended for this client since. `$5` now. */
const sessionCte = (lock: SessionLock) => `session AS MATERIALIZED (
    SELECT sessions.sid, sessions.user_id, persistent,
      last_active_at + least(${TOUCH_EVERY_MS}, idle_limit_ms / 100) <= $5::bigint AS touch_due
    FROM sessions JOIN users ON users.user_id = sessions.user_id
    WHERE sid = $2 AND (SELECT holds FROM current) AND ${LIVES}
      AND NOT EXISTS (SELECT 1 FROM authorization_ends WHERE authorization_ends.user_id = sessions.user_id
        AND authorization_ends.client_id = $3 AND authorization_ends.ended_at > $4::bigint)
    ${SESSION_LOCKS[lock]})`;

const perLock = (build: (lock: SessionLock) => Statement): Readonly<Record<SessionLock, Statement>> => ({
  share: build('share'),
  write: build('write'),
});

/** Whether an interaction is finished by what happened, as the last part of a statement. */
const finishedCte = (interaction: string, now: string, where: string) => `finished AS (
    UPDATE interactions SET finished_at = ${now}::bigint
    WHERE id = ${interaction} AND finished_at IS NULL AND EXISTS (SELECT 1 FROM ${where}))`;

const SAVE_CODE = perLock((lock) => ({
  name: `save-code-${lock}`,
  text: `WITH ${CURRENT_CTE},
    session AS MATERIALIZED (SELECT sessions.sid, sessions.user_id
      FROM sessions JOIN users ON users.user_id = sessions.user_id
      WHERE sid = $2 AND (SELECT holds FROM current) AND ${LIVES} ${SESSION_LOCKS[lock]}),
    saved AS (INSERT INTO authorization_codes (code_hash, user_id, issued)
      SELECT $3, user_id, $4 FROM session RETURNING code_hash),
    ${
      lock === 'write'
        ? `touched AS (UPDATE sessions SET last_active_at = greatest(last_active_at, $5::bigint)
      WHERE sid IN (SELECT sid FROM session)),`
        : ''
    }
    ${finishedCte('$6', '$5', 'session')}
    SELECT (SELECT holds FROM current) AS current, EXISTS (SELECT 1 FROM saved) AS saved`,
}));

const FIND_CODE: Statement = {
  name: 'find-code',
  text: `SELECT code_hash, issued, redeemed_at, ${PACKED_USER}
    FROM authorization_codes JOIN users ON users.user_id = authorization_codes.user_id WHERE code_hash = $1`,
};

/** The session's row is locked before the code's, as everywhere. `$13`: a family takes the place of the grant. */
const REDEEM = perLock((lock) => ({
  name: `redeem-code-${lock}`,
  text: `WITH ${CURRENT_CTE}, ${sessionCte(lock)},
    redeemed AS (UPDATE authorization_codes SET redeemed_at = $5::bigint
      WHERE code_hash = $6 AND redeemed_at IS NULL AND (SELECT holds FROM current)
        AND (SELECT count(*) FROM session) >= 0 RETURNING code_hash),
    granted AS (INSERT INTO grants
        (grant_id, client_id, user_id, sid, scope, audience, userinfo_claims, started_at, expires_at)
      SELECT $7, $3, $8, session.sid, $9, $10, $11, $5::bigint, $12::bigint FROM session, redeemed WHERE NOT $13::boolean),
    held AS (INSERT INTO holdings (sid, client_id, audience, scope)
      SELECT session.sid, $3, $10, $9 FROM session, redeemed ON CONFLICT DO NOTHING)${
        lock === 'write'
          ? `,
    touched AS (UPDATE sessions SET last_active_at = greatest(last_active_at, $5::bigint)
      FROM session, redeemed WHERE sessions.sid = session.sid AND touch_due)`
          : ''
      }
    SELECT (SELECT holds FROM current) AS current, EXISTS (SELECT 1 FROM redeemed) AS redeemed,
      (SELECT persistent FROM session) AS persistent`,
}));

const START_GRANT = perLock((lock) => ({
  name: `start-grant-${lock}`,
  text: `WITH ${CURRENT_CTE}, ${sessionCte(lock)},
    granted AS (INSERT INTO grants
        (grant_id, client_id, user_id, sid, scope, audience, userinfo_claims, started_at, expires_at)
      SELECT $6, $3, $7, $2, $8, $9, $10, $5::bigint, $11::bigint FROM current
      WHERE holds AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM session)) RETURNING grant_id),
    held AS (INSERT INTO holdings (sid, client_id, audience, scope)
      SELECT sid, $3, $9, $8 FROM session ON CONFLICT DO NOTHING),${
        lock === 'write'
          ? `
    touched AS (UPDATE sessions SET last_active_at = greatest(last_active_at, $5::bigint)
      FROM session WHERE sessions.sid = session.sid AND touch_due),`
          : ''
      }
    ${finishedCte('$12', '$5', 'granted')}
    SELECT (SELECT holds FROM current) AS current, EXISTS (SELECT 1 FROM granted) AS started`,
}));

const CODE_EXISTS: Statement = {
  name: 'code-exists',
  text: 'SELECT 1 FROM authorization_codes WHERE code_hash = $1',
};
const END_GRANT: Statement = {
  name: 'end-grant',
  text: 'UPDATE grants SET ended_at = $2 WHERE grant_id = $1 AND ended_at IS NULL',
};
const USE_ONCE: Statement = {
  name: 'use-once',
  text: 'INSERT INTO used_once (key, expires_at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING',
};
/** A family is the grant of its tokens. `$2` is the session that the token names, if it does. */
const FIND_GRANT: Statement = {
  name: 'find-grant',
  text: `SELECT grant_id, grants.client_id, grants.user_id, grants.sid, scope, audience, userinfo_claims, NULL AS claims,
      started_at, grants.ended_at, NULL AS outlives, sessions.ended_at AS session_ended_at, authenticated_at,
      users.blocked, users.not_before, authorization_ends.ended_at AS authorization_ended_at
    FROM grants LEFT JOIN sessions ON sessions.sid = grants.sid LEFT JOIN users ON users.user_id = grants.user_id
      LEFT JOIN authorization_ends
        ON authorization_ends.user_id = grants.user_id AND authorization_ends.client_id = grants.client_id
    WHERE grant_id = $1
    UNION ALL
    SELECT families.handle_hash, client_id, sessions.user_id, families.sid, scope, audience, NULL, families.claims,
      started_at, revoked_at, outlives, sessions.ended_at, families.authenticated_at,
      users.blocked, users.not_before, NULL
    FROM families JOIN family_terms USING (terms_id) JOIN sessions ON sessions.sid = families.sid
      JOIN users ON users.user_id = sessions.user_id
    WHERE families.sid = $2 AND families.handle_hash = $1`,
};

export function authorizationRows(
  { run, transaction }: Connections,
  knownVersion: KnownVersion,
): AuthorizationRows {
  /** @returns what the code gave, but for family and attachment; `null` where it gave nothing for it was used or unknown. */
  const redeem = async (
    within: Run,
    { code, now, accessTokenExpiresAt, touch, family }: Redemption,
  ): Promise<{ outcome: 'joined'; persistent: boolean } | { outcome: 'session-ended' } | null> => {
    const answer = await within(REDEEM[lockFor(touch)], [
      knownVersion.get(),
      code.sid,
      code.clientId,
      code.issuedAt,
      now,
      code.codeHash,
      code.grantId,
      code.userId,
      code.scope.join(' '),
      code.audience,
      code.claims?.userinfo.join(' ') ?? '',
      accessTokenExpiresAt,
      family !== null,
    ]);
    requireCurrent(answer);
    const row = answer.rows[0] as Row;
    if (row.redeemed !== true) return null;
    return row.persistent === null
      ? { outcome: 'session-ended' }
      : { outcome: 'joined', persistent: row.persistent === 1 };
  };

  /** The code was used before: what it gave ends, whether or not its first user has it yet. */
  const endReplayed = ({ code, now, replayEvents }: Redemption): Promise<RedeemOutcome> =>
    transaction(async (within) => {
      if ((await within(CODE_EXISTS, [code.codeHash])).rows.length === 0) return { outcome: 'unknown' };
      await within(END_GRANT, [code.grantId, now]);
      await revokeFamily(within, { sid: code.sid, handleHash: code.grantId }, 'code-replayed', now);
      await insertEvents(within, replayEvents);
      return { outcome: 'already-redeemed' };
    });

  const redeemPlain = async (redemption: Redemption): Promise<RedeemOutcome | null> => {
    const redeemed = await redeem(run, redemption);
    if (redeemed === null || redeemed.outcome === 'session-ended') return redeemed;
    return { outcome: 'redeemed', attachment: null, persistent: redeemed.persistent };
  };

  const redeemWithMore = (redemption: Redemption): Promise<RedeemOutcome | null> =>
    transaction(async (within) => {
      const { code, now, family, attach } = redemption;
      if (family !== null) await lockUser(within, code.userId);
      const redeemed = await redeem(within, redemption);
      if (redeemed === null || redeemed.outcome === 'session-ended') return redeemed;
      if (family !== null) await startFamily(within, code, family, now);
      const attachment = attach && (await moveAttachment(within, code, attach, now));
      return { outcome: 'redeemed', attachment, persistent: redeemed.persistent };
    });

  return {
    saveAuthorizationCode: async ({ code, finishes, touch }) => {
      const { codeHash, redeemedAt: _, ...issued } = code;
      const answer = await run(SAVE_CODE[lockFor(touch)], [
        knownVersion.get(),
        code.sid,
        codeHash,
        JSON.stringify(issued),
        code.issuedAt,
        finishes,
      ]);
      requireCurrent(answer);
      return answer.rows[0]?.saved === true ? 'saved' : 'session-ended';
    },
    findAuthorizationCode: async (codeHash) => {
      const row = (await run(FIND_CODE, [codeHash])).rows[0];
      const user = toUser(row);
      return row === undefined || user === null ? null : { code: toCode(row), user };
    },
    redeemAuthorizationCode: async (redemption) => {
      const isPlain = redemption.attach === null && redemption.family === null;
      const outcome = isPlain ? await redeemPlain(redemption) : await redeemWithMore(redemption);
      return outcome ?? endReplayed(redemption);
    },
    startGrant: async ({ grant, touch, finishes }) => {
      const answer = await run(START_GRANT[lockFor(touch && grant.sid !== null)], [
        knownVersion.get(),
        grant.sid,
        grant.clientId,
        grant.startedAt,
        grant.startedAt,
        grant.grantId,
        grant.userId,
        grant.scope.join(' '),
        grant.audience,
        grant.userinfoClaims.join(' '),
        grant.expiresAt,
        finishes,
      ]);
      requireCurrent(answer);
      return answer.rows[0]?.started === true ? 'started' : 'session-ended';
    },
    endGrant: ({ grantId, sid, now, events }) =>
      transaction(async (within) => {
        const ended =
          (await within(END_GRANT, [grantId, now])).changes !== 0 ||
          (sid !== null && (await revokeFamily(within, { sid, handleHash: grantId }, 'client-request', now)));
        if (!ended) return 'already-ended';
        await insertEvents(within, events);
        return 'ended';
      }),
    findGrant: async (grantId, sid) => toGrantStanding((await run(FIND_GRANT, [grantId, sid])).rows[0]),
    useOnce: async ({ key, expiresAt }) =>
      (await run(USE_ONCE, [key, expiresAt])).changes === 0 ? 'again' : 'first',
  };
}

type Redemption = Parameters<Store['redeemAuthorizationCode']>[0];

function toCode(row: Row): AuthorizationCode {
  const issued = JSON.parse(row.issued as string) as Omit<AuthorizationCode, 'codeHash' | 'redeemedAt'>;
  return { ...issued, codeHash: row.code_hash as string, redeemedAt: row.redeemed_at as number | null };
}

function toGrantStanding(row: Row | undefined): GrantStanding | null {
  if (row === undefined) return null;
  return {
    grantId: row.grant_id as string,
    clientId: row.client_id as string,
    userId: row.user_id as string | null,
    sid: row.sid as string | null,
    scope: toScope(row.scope),
    audience: row.audience as string,
    userinfoClaims: toUserinfoClaims(row),
    startedAt: row.started_at as number,
    endedAt: (row.ended_at ?? endOfAuthorization(row)) as number | null,
    outlivesSessionEnd: row.outlives === 'end',
    sessionEndedAt: row.session_ended_at as number | null,
    authenticatedAt: row.authenticated_at as number | null,
    userBlocked: row.blocked === 1,
    userNotBefore: (row.not_before as number | null) ?? 0,
  };
}

/** What came before the End-User's authorizations of this client were ended. */
function endOfAuthorization(row: Row): unknown {
  const endedAt = row.authorization_ended_at as number | null;
  return endedAt !== null && (row.started_at as number) < endedAt ? endedAt : null;
}

function toUserinfoClaims(row: Row): readonly string[] {
  if (row.userinfo_claims !== null) return toScope(row.userinfo_claims);
  return row.claims === null ? [] : (JSON.parse(row.claims as string) as ClaimNames).userinfo;
}

function toScope(value: unknown): string[] {
  return value === '' ? [] : (value as string).split(' ');
}
