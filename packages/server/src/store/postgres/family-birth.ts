import type { AuthorizationCode } from '../../authorization/code-store.js';
import { buildEvent } from '../../events/events.js';
import type { FamilyKey, NewFamily, RevokeReason } from '../../refresh-token/family.js';
import type { Run, Statement } from './connections.js';
import { insertEvents } from './event-rows.js';

/** Families of one End-User are born one after the other, so that none is counted twice, and none is missed by an end. */
const LOCK_USER: Statement = {
  name: 'lock-user',
  text: 'SELECT 1 FROM users WHERE user_id = $1 FOR NO KEY UPDATE',
};

/**
 * The new one makes one more: the least useful go, unused ones of this session first. Terms are shared; where
 * another family brings the same terms for the first time in this moment, nothing is born, and one tries again.
 */
const BEGIN_FAMILY: Statement = {
  name: 'begin-family',
  text: `WITH crowded AS (
      SELECT families.sid, families.handle_hash FROM sessions JOIN families ON families.sid = sessions.sid
        JOIN family_terms USING (terms_id)
      WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL AND (sessions.ended_at IS NULL OR outlives = 'end')
        AND (expires_at IS NULL OR expires_at > $5::bigint)
        AND (families.idle_limit_ms IS NULL OR used_at + families.idle_limit_ms > $5::bigint)
      ORDER BY families.sid = $3 AND generation = 1 AND used_at = started_at, used_at DESC OFFSET $4),
    gone AS (UPDATE families SET revoked_at = $5::bigint, revoke_reason = $6 FROM crowded
      WHERE families.sid = crowded.sid AND families.handle_hash = crowded.handle_hash RETURNING 1),
    known AS (SELECT terms_id FROM family_terms
      WHERE client_id = $2 AND md5(audience) = md5($7) AND md5(scope) = md5($8) AND amr = $9 AND acr = $10
        AND audience = $7 AND scope = $8),
    made AS (INSERT INTO family_terms (client_id, audience, scope, amr, acr)
      SELECT $2, $7, $8, $9, $10 WHERE NOT EXISTS (SELECT 1 FROM known) ON CONFLICT DO NOTHING RETURNING terms_id),
    born AS (INSERT INTO families (sid, handle_hash, terms_id, claims, authenticated_at, started_at, expires_at,
        idle_limit_ms, outlives, jkt, generation, kid, rotated_at, used_at, rotated_by, repeats)
      SELECT $3, $11, terms_id, $12, $13::bigint, $5::bigint, $14::bigint, $15::bigint, $16, $17, 1, $18, $5::bigint,
        $5::bigint, $19::bigint, 0
      FROM (SELECT terms_id FROM known UNION ALL SELECT terms_id FROM made) AS terms RETURNING 1)
    SELECT (SELECT count(*) FROM gone) AS gone, (SELECT count(*) FROM born) AS born`,
};

const REVOKE: Statement = {
  name: 'revoke-family',
  text: `UPDATE families SET revoked_at = $3, revoke_reason = $4
    WHERE sid = $1 AND handle_hash = $2 AND revoked_at IS NULL`,
};

/**
 * Locks the row of an account until the transaction ends, so that families of one End-User are counted one after
 * another.
 */
export async function lockUser(run: Run, userId: string): Promise<void> {
  await run(LOCK_USER, [userId]);
}

/** Writes a family, inside the transaction in which its code was redeemed and its End-User's row was locked. */
export async function startFamily(
  run: Run,
  code: AuthorizationCode,
  family: NewFamily,
  now: number,
): Promise<void> {
  const { sid, userId, clientId } = code;
  const reason: RevokeReason = 'too-many';
  const values = [
    userId,
    clientId,
    sid,
    family.atMost - 1,
    now,
    reason,
    code.audience,
    code.scope.join(' '),
    code.amr.join(' '),
    code.acr ?? '',
    family.handleHash,
    code.claims && JSON.stringify(code.claims),
    code.authenticatedAt,
    family.expiresAt,
    family.idleLimitMs,
    family.outlives,
    family.jkt,
    family.kid,
    family.rotatedBy,
  ];
  let gone = 0;
  for (let born = 0; born === 0; ) {
    const row = (await run(BEGIN_FAMILY, values)).rows[0];
    gone += row?.gone as number;
    born = row?.born as number;
  }
  if (gone > 0)
    await insertEvents(run, [
      { ...buildEvent(now, 'family.revoked', { reason, clientId, userId }), count: gone },
    ]);
}

/** @returns whether it lived until now. */
export async function revokeFamily(
  run: Run,
  { sid, handleHash }: FamilyKey,
  reason: RevokeReason,
  now: number,
): Promise<boolean> {
  return (await run(REVOKE, [sid, handleHash, now, reason])).changes !== 0;
}
