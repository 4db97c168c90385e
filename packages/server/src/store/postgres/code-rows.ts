import type { AttachmentMove, AuthorizationCode, RedeemOutcome, Store } from '../store.js';
import { moveAttachment } from './attachment-rows.js';
import { CURRENT_CTE, type KnownVersion, requireCurrent } from './configuration-version.js';
import type { Connections, Row, Run, Statement, Value } from './connections.js';
import { insertEvents } from './event-rows.js';
import { lockUser, revokeFamily, startFamily } from './family-birth.js';
import { END_GRANT } from './grant-rows.js';
import {
  finishedCte,
  LIVES,
  lockFor,
  perLock,
  SESSION_LOCKS,
  type SessionLock,
  sessionCte,
} from './session-lock.js';
import { PACKED_USER, toUser } from './user-rows.js';

type CodeRows = Pick<Store, 'saveAuthorizationCode' | 'findAuthorizationCode' | 'redeemAuthorizationCode'>;

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
      SET generation = generation + 1, previous_kid = attachments.kid, kid = $14, moved_at = $5::bigint
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
    { kid, origin, handleHash }: AttachmentMove,
    presentedGeneration: number,
  ): Promise<RedeemOutcome | null> => {
    const values = buildRedemption(redemption, knownVersion.get());
    const advance = [kid, origin, handleHash, presentedGeneration];
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

function toCode(row: Row): AuthorizationCode {
  const issued = JSON.parse(row.issued as string) as Omit<AuthorizationCode, 'codeHash' | 'redeemedAt'>;
  return { ...issued, codeHash: row.code_hash as string, redeemedAt: row.redeemed_at as number | null };
}
