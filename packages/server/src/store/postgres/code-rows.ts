import type { AuthorizationCode, RedeemOutcome } from '../../authorization/code-store.js';
import type { AttachmentMove } from '../../session/attachment-store.js';
import { buildCode, type Row } from '../rows.js';
import type { Store } from '../store.js';
import { moveAttachment } from './attachment-rows.js';
import { CURRENT_CTE, type KnownVersion, requireCurrent } from './configuration-version.js';
import type { Connections, Run, Statement, Value } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockUser, revokeFamily, startFamily } from './family-birth.js';
import { gatherCalls, gatherReads, withoutTwins } from './gathered-calls.js';
import { END_GRANT } from './grant-rows.js';
import {
  finishedCte,
  finishes,
  LIVES,
  lockFor,
  perLock,
  SESSION_LOCKS,
  type SessionLock,
  sessionCte,
  sessionsCte,
} from './session-lock.js';
import { PACKED_USER, toUser } from './user-rows.js';

type CodeRows = Pick<
  Store,
  'saveAuthorizationCode' | 'findAuthorizationCode' | 'findClientsWithCodes' | 'redeemAuthorizationCode'
>;

const SAVE_CODE = perLock((lock) => ({
  name: `save-code-${lock}`,
  text: `WITH ${CURRENT_CTE},
    session AS MATERIALIZED (SELECT sessions.sid, sessions.user_id
      FROM sessions JOIN users ON users.user_id = sessions.user_id
      WHERE sid = $2 AND (SELECT holds FROM current) AND ${LIVES} ${SESSION_LOCKS[lock]}),
    ${finishedCte('$6', '$5', 'EXISTS (SELECT 1 FROM session)')},
    saved AS (INSERT INTO authorization_codes (code_hash, user_id, issued)
      SELECT $3, user_id, $4 FROM session WHERE ${finishes('$6')} RETURNING code_hash)${
        lock === 'write'
          ? `,
    touched AS (UPDATE sessions SET last_active_at = greatest(last_active_at, $5::bigint)
      WHERE sid IN (SELECT sid FROM session WHERE ${finishes('$6')}))`
          : ''
      }
    SELECT (SELECT holds FROM current) AS current, EXISTS (SELECT 1 FROM saved) AS saved,
      EXISTS (SELECT 1 FROM session) AS lives`,
}));

/** Codes that finish no interaction and move no idle clock: silent answers. */
const SAVE_CODES: Statement = {
  name: 'save-codes',
  text: `WITH ${CURRENT_CTE},
    session AS MATERIALIZED (SELECT sessions.user_id, asked.code_hash, asked.issued
      FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (sid, code_hash, issued)
        JOIN sessions ON sessions.sid = asked.sid JOIN users ON users.user_id = sessions.user_id
      WHERE (SELECT holds FROM current) AND ${LIVES} ${SESSION_LOCKS.share}),
    saved AS (INSERT INTO authorization_codes (code_hash, user_id, issued)
      SELECT code_hash, user_id, issued FROM session RETURNING code_hash)
    SELECT (SELECT holds FROM current) AS current, (SELECT json_agg(code_hash) FROM saved) AS saved`,
};

/** Codes live a minute, so there are few to look through. */
const FIND_CLIENTS: Statement = {
  name: 'find-clients-with-codes',
  text: `SELECT DISTINCT issued::json ->> 'clientId' AS client_id FROM authorization_codes
    WHERE user_id = $1 AND redeemed_at IS NULL ORDER BY client_id`,
};

const FIND_CODES: Statement = {
  name: 'find-codes',
  text: `SELECT asked, code_hash, issued, redeemed_at, ${PACKED_USER} FROM unnest($1::text[]) AS asked
    JOIN authorization_codes ON code_hash = asked JOIN users ON users.user_id = authorization_codes.user_id`,
};

/** What a code gives once `redeemed` has its row. `$13`: a family takes the place of the grant. */
const redemption = (name: string, lock: SessionLock, redeemed: string): Statement => ({
  name: `${name}-${lock}`,
  text: `WITH ${CURRENT_CTE}, ${sessionCte(lock)}, ${redeemed},
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
});

/** The session's row is locked before the code's, as everywhere. */
const REDEEM = perLock((lock) =>
  redemption(
    'redeem-code',
    lock,
    `redeemed AS (UPDATE authorization_codes SET redeemed_at = $5::bigint
      WHERE code_hash = $6 AND redeemed_at IS NULL AND (SELECT holds FROM current)
        AND (SELECT count(*) FROM session) >= 0 RETURNING code_hash)`,
  ),
);

/** The same for many codes, each another, that give neither family nor attachment. */
const REDEEM_TOGETHER = perLock((lock) => ({
  name: `redeem-codes-${lock}`,
  text: `WITH ${CURRENT_CTE},
    asked AS MATERIALIZED (SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[])
      AS asked (sid, client_id, issued_at, at, code_hash, grant_id, user_id, scope, audience, userinfo_claims, expires_at)),
    ${sessionsCte(lock)},
    redeemed AS (UPDATE authorization_codes SET redeemed_at = asked.at FROM asked
      WHERE authorization_codes.code_hash = asked.code_hash AND redeemed_at IS NULL AND (SELECT holds FROM current)
        AND (SELECT count(*) FROM session) >= 0 RETURNING authorization_codes.code_hash),
    joined AS MATERIALIZED (SELECT session.* FROM session JOIN redeemed USING (code_hash)),
    granted AS (INSERT INTO grants
        (grant_id, client_id, user_id, sid, scope, audience, userinfo_claims, started_at, expires_at)
      SELECT grant_id, client_id, user_id, sid, scope, audience, userinfo_claims, at, expires_at FROM joined),
    held AS (INSERT INTO holdings (sid, client_id, audience, scope)
      SELECT sid, client_id, audience, scope FROM joined ON CONFLICT DO NOTHING)${
        lock === 'write'
          ? `,
    touched AS (UPDATE sessions SET last_active_at = greatest(last_active_at, joined.at)
      FROM joined WHERE sessions.sid = joined.sid AND touch_due)`
          : ''
      }
    SELECT (SELECT holds FROM current) AS current, (SELECT json_agg(code_hash) FROM redeemed) AS redeemed,
      (SELECT json_object_agg(code_hash, persistent) FROM joined) AS persistent`,
}));

/**
 * The common renewal of an attachment, where the code's own authorization presented its current value: `decideAttachmentStep`
 * says `advance`. Where it does not apply, nothing is written at all.
 */
const REDEEM_AND_ADVANCE = perLock((lock) =>
  redemption(
    'redeem-code-and-advance',
    lock,
    `code AS MATERIALIZED (SELECT code_hash FROM authorization_codes
      WHERE code_hash = $6 AND redeemed_at IS NULL AND EXISTS (SELECT 1 FROM session) FOR UPDATE),
    advanced AS (UPDATE attachments
      SET generation = generation + 1, previous_kid = attachments.kid, kid = $14, moved_at = $5::bigint, jkt = $18
      FROM session, code WHERE attachments.sid = session.sid AND attachments.client_id = $3
        AND attachments.origin = $15 AND attachments.handle_hash = $16 AND generation = $17::bigint
        AND attachments.ended_at IS NULL RETURNING 1),
    redeemed AS (UPDATE authorization_codes SET redeemed_at = $5::bigint
      WHERE code_hash IN (SELECT code_hash FROM code) AND EXISTS (SELECT 1 FROM advanced)
      RETURNING authorization_codes.code_hash)`,
  ),
);

const CODE_EXISTS: Statement = {
  name: 'code-exists',
  text: 'SELECT 1 FROM authorization_codes WHERE code_hash = $1',
};

/** Codes in PostgreSQL: issue and exchange are one statement each, often of many calls that came together. */
export function codeRows({ run, transaction }: Connections, knownVersion: KnownVersion): CodeRows {
  /** @returns what the code gave, but for family and attachment; `null` where it gave nothing for it was used or unknown. */
  const redeem = async (
    within: Run,
    redemption: Redemption,
  ): Promise<{ outcome: 'joined'; persistent: boolean } | { outcome: 'session-ended' } | null> => {
    const values = buildRedemption(redemption, knownVersion.get());
    const answer = await within(REDEEM[lockFor(redemption.touch)], values);
    requireCurrent(answer);
    const row = answer.rows[0] as Row;
    if (row.redeemed !== true) return null;
    return row.persistent === null
      ? { outcome: 'session-ended' }
      : { outcome: 'joined', persistent: row.persistent === 1 };
  };

  /** @returns `null` where it is not the common renewal; then nothing was changed. */
  const redeemAndAdvance = async (
    redemption: Redemption,
    { kid, origin, handleHash, jkt }: AttachmentMove,
    presentedGeneration: number,
  ): Promise<RedeemOutcome | null> => {
    const values = buildRedemption(redemption, knownVersion.get());
    const advance = [kid, origin, handleHash, presentedGeneration, jkt];
    const answer = await run(REDEEM_AND_ADVANCE[lockFor(redemption.touch)], [...values, ...advance]);
    requireCurrent(answer);
    const row = answer.rows[0] as Row;
    if (row.redeemed !== true) return null;
    const attachment = { generation: presentedGeneration + 1, kid };
    return { outcome: 'redeemed', attachment, persistent: row.persistent === 1 };
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

  const redeemTogether = (lock: SessionLock) =>
    withoutTwins(
      ({ code }: Redemption) => code.codeHash,
      gatherCalls(async (redemptions: readonly Redemption[]) => {
        const values = buildRedemptions(redemptions, knownVersion.get());
        const answer = await run(REDEEM_TOGETHER[lock], values);
        requireCurrent(answer);
        const [row = {}] = answer.rows;
        const redeemed = new Set(row.redeemed as string[] | null);
        const persistent = (row.persistent ?? {}) as Record<string, number>;
        return redemptions.map(({ code: { codeHash } }): RedeemOutcome | null => {
          if (!redeemed.has(codeHash)) return null;
          if (!(codeHash in persistent)) return { outcome: 'session-ended' };
          return { outcome: 'redeemed', attachment: null, persistent: persistent[codeHash] === 1 };
        });
      }),
    );
  const redeemByLock = { share: redeemTogether('share'), write: redeemTogether('write') };
  const redeemPlain = async (redemption: Redemption): Promise<RedeemOutcome | null> => {
    const together = await redeemByLock[lockFor(redemption.touch)](redemption);
    if (together !== null) return together;
    // Used before, or just now: by itself it waits for whoever was first, so that what that one got can be ended.
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

  const saveTogether = gatherCalls(async (codes: readonly AuthorizationCode[]) => {
    // In one order on every node, so that no two wait for each other.
    const ordered = [...codes].sort((one, other) => (one.sid < other.sid ? -1 : 1));
    const answer = await run(SAVE_CODES, [
      knownVersion.get(),
      ordered.map(({ sid }) => sid),
      ordered.map(({ codeHash }) => codeHash),
      ordered.map(buildIssued),
    ]);
    requireCurrent(answer);
    const saved = new Set(answer.rows[0]?.saved as string[] | null);
    return codes.map(({ codeHash }) => (saved.has(codeHash) ? 'saved' : 'session-ended'));
  });

  return {
    saveAuthorizationCode: async ({ code, finishes: interaction, touch }) => {
      if (interaction === null && !touch) return saveTogether(code);
      const answer = await run(SAVE_CODE[lockFor(touch)], [
        knownVersion.get(),
        code.sid,
        code.codeHash,
        buildIssued(code),
        code.issuedAt,
        interaction,
      ]);
      requireCurrent(answer);
      const [row = {}] = answer.rows;
      if (row.saved === true) return 'saved';
      return row.lives === true ? 'interaction-finished' : 'session-ended';
    },
    findAuthorizationCode: gatherReads({ run }, FIND_CODES, (row) => {
      const user = toUser(row);
      return user && { code: buildCode(row), user };
    }),
    findClientsWithCodes: async (userId) =>
      (await run(FIND_CLIENTS, [userId])).rows.map((row) => row.client_id as string),
    redeemAuthorizationCode: async (redemption) => {
      const { attach, family } = redemption;
      if (attach === null && family === null)
        return (await redeemPlain(redemption)) ?? endReplayed(redemption);
      const presented = family === null ? attach?.presentedGeneration : null;
      const advanced = attach && presented != null && (await redeemAndAdvance(redemption, attach, presented));
      return advanced || ((await redeemWithMore(redemption)) ?? endReplayed(redemption));
    },
  };
}

type Redemption = Parameters<Store['redeemAuthorizationCode']>[0];

/** What was issued never changes and is read as a whole: one document. */
function buildIssued({ codeHash: _, redeemedAt: __, ...issued }: AuthorizationCode): string {
  return JSON.stringify(issued);
}

/** The values of `REDEEM_TOGETHER`, in one order on every node, so that no two wait for each other. */
function buildRedemptions(redemptions: readonly Redemption[], version: number | null): Value[] {
  const ordered = [...redemptions].sort((one, other) => (one.code.sid < other.code.sid ? -1 : 1));
  const column = <T extends string | number>(value: (redemption: Redemption) => T) => ordered.map(value);
  return [
    version,
    column(({ code }) => code.sid),
    column(({ code }) => code.clientId),
    column(({ code }) => code.issuedAt),
    column(({ now }) => now),
    column(({ code }) => code.codeHash),
    column(({ code }) => code.grantId),
    column(({ code }) => code.userId),
    column(({ code }) => code.scope.join(' ')),
    column(({ code }) => code.audience),
    column(({ code }) => code.claims?.userinfo.join(' ') ?? ''),
    column(({ accessTokenExpiresAt }) => accessTokenExpiresAt),
  ];
}

/** The values that all statements of a redemption share, in their order. */
function buildRedemption(
  { code, now, accessTokenExpiresAt, family }: Redemption,
  version: number | null,
): Value[] {
  return [
    ...[version, code.sid, code.clientId, code.issuedAt, now, code.codeHash, code.grantId, code.userId],
    ...[code.scope.join(' '), code.audience, code.claims?.userinfo.join(' ') ?? '', accessTokenExpiresAt],
    family !== null,
  ];
}
