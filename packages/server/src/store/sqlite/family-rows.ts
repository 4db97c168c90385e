import type { AuthorizationCode } from '../../authorization/code-store.js';
import { buildEvent } from '../../events/events.js';
import { buildAlarms } from '../../refresh-token/alarms.js';
import { buildMovedFamily, decideRefresh } from '../../refresh-token/decide-refresh.js';
import { computeDowntimeMs, type Outage } from '../../refresh-token/downtime.js';
import type { FamilyKey, FamilyStanding, NewFamily, RevokeReason } from '../../refresh-token/family.js';
import { buildFamily, buildFamilyTerms, type FamilyTerms, type Row } from '../rows.js';
import type { Store } from '../store.js';
import type { Database } from './database.js';
import type { InsertEvents } from './event-rows.js';
import type { Write } from './group-commit.js';
import { PACKED_SESSION, toSession } from './session-rows.js';
import { PACKED_USER, toUser } from './user-rows.js';

type FamilyRows = Pick<Store, 'useRefreshToken' | 'findFamily' | 'revokeFamily' | 'findFamilies'>;

/** As one JSON array, which is cheaper to hand over than its columns one by one. */
const PACKED_FAMILY = `json_array(families.sid, families.handle_hash, json(families.claims), families.authenticated_at,
  started_at, expires_at, families.idle_limit_ms, outlives, jkt, generation, kid, previous_kid, rotated_at, used_at,
  rotated_by, repeats, late_generation, revoked_at, revoke_reason) AS family, terms_id`;

const SELECT_STANDING = `SELECT ${PACKED_FAMILY}, ${PACKED_SESSION}, ${PACKED_USER} FROM families
  JOIN sessions ON sessions.sid = families.sid JOIN users ON users.user_id = sessions.user_id`;

/** Writes a family inside the transaction that is running: the code's exchange gives it. */
export type StartFamily = (code: AuthorizationCode, family: NewFamily, now: number) => void;

/** Refresh token families in SQLite: each use is decided on the row, inside the commit. */
export function familyRows(
  db: Database,
  write: Write,
  insertEvents: InsertEvents,
): FamilyRows & { startFamily: StartFamily } {
  const byKey = db.prepare(`${SELECT_STANDING} WHERE families.sid = ? AND families.handle_hash = ?`);
  const move = db.prepare(
    `UPDATE families SET generation = ?, kid = ?, previous_kid = ?, rotated_at = ?, used_at = ?, rotated_by = ?,
       repeats = ?, late_generation = ?, revoked_at = ?, revoke_reason = ? WHERE sid = ? AND handle_hash = ?`,
  );
  const revoke = db.prepare(
    `UPDATE families SET revoked_at = ?, revoke_reason = ? WHERE sid = ? AND handle_hash = ? AND revoked_at IS NULL`,
  );
  const flagSession = db.prepare('UPDATE sessions SET flagged_at = ? WHERE sid = ?');
  const endSession = db.prepare(
    "UPDATE sessions SET ended_at = ?, end_reason = 'refresh-token-replayed' WHERE sid = ? AND ended_at IS NULL",
  );
  const outages = db.prepare(
    'SELECT started_at AS startedAt, ended_at AS endedAt FROM outages WHERE ended_at > ?',
  );
  const heartbeat = db.prepare('SELECT at FROM probes WHERE id = 1');
  const list = db.prepare(
    `${SELECT_STANDING} JOIN family_terms USING (terms_id)
     WHERE (families.sid, families.handle_hash) > (?, ?) AND (? IS NULL OR families.sid = ?) AND (? IS NULL OR sessions.user_id = ?)
       AND (? IS NULL OR client_id = ?) ORDER BY families.sid, families.handle_hash LIMIT ?`,
  );
  const termsById = db.prepare(
    'SELECT json_array(client_id, audience, scope, amr, acr) AS terms FROM family_terms WHERE terms_id = ?',
  );
  const termsByContent = db.prepare(
    `SELECT terms_id FROM family_terms WHERE client_id = ? AND audience = ? AND scope = ? AND amr = ? AND acr = ?`,
  );
  const insertTerms = db.prepare(
    `INSERT INTO family_terms (client_id, audience, scope, amr, acr) VALUES (?, ?, ?, ?, ?) RETURNING terms_id`,
  );
  const insert = db.prepare(
    `INSERT INTO families (sid, handle_hash, terms_id, claims, authenticated_at, started_at, expires_at, idle_limit_ms,
       outlives, jkt, generation, kid, rotated_at, used_at, rotated_by, repeats)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 0)`,
  );
  const crowded = db.prepare(
    `SELECT families.sid, families.handle_hash FROM sessions JOIN families ON families.sid = sessions.sid
       JOIN family_terms USING (terms_id)
     WHERE user_id = ?1 AND client_id = ?2 AND revoked_at IS NULL AND (sessions.ended_at IS NULL OR outlives = 'end')
       AND (expires_at IS NULL OR expires_at > ?3)
       AND (families.idle_limit_ms IS NULL OR used_at + families.idle_limit_ms > ?3)
     ORDER BY families.sid = ?4 AND generation = 1 AND used_at = started_at, used_at DESC LIMIT -1 OFFSET ?5`,
  );

  // Terms never change, so a row that was read once is known.
  const terms = new Map<number, FamilyTerms>();
  const findTerms = (termsId: number): FamilyTerms => {
    let found = terms.get(termsId);
    if (found === undefined) {
      const row = termsById.get(termsId);
      if (row === undefined) throw new Error('a family names terms that are not there');
      found = buildFamilyTerms(JSON.parse(row.terms as string));
      if (terms.size >= TERMS_REMEMBERED) terms.clear();
      terms.set(termsId, found);
    }
    return found;
  };
  const toStanding = (row: Row | undefined): FamilyStanding | null => {
    const session = toSession(row);
    const user = toUser(row);
    if (row === undefined || session === null || user === null) return null;
    const family = buildFamily(JSON.parse(row.family as string), findTerms(row.terms_id as number));
    return { family, session, user };
  };
  const find = ({ sid, handleHash }: FamilyKey) => toStanding(byKey.get(sid, handleHash));

  return {
    useRefreshToken: (use) =>
      write(() => {
        const standing = find(use.key);
        if (standing === null || standing.family.clientId !== use.clientId)
          return { outcome: 'refused', reason: 'unknown', standing: null } as const;
        const { family } = standing;
        const isPredecessor = use.presented.generation === family.generation - 1;
        const verdict = decideRefresh(
          standing,
          use,
          isPredecessor ? downtimeMs(family.rotatedAt, use.now) : 0,
        );
        if (verdict.verdict === 'refuse')
          return { outcome: 'refused', reason: verdict.reason, standing } as const;
        if (verdict.verdict === 'ask-for-nonce') return { outcome: 'nonce-required' } as const;
        const moved = buildMovedFamily(family, verdict, use);
        move.run(
          moved.generation,
          moved.kid,
          moved.previousKid,
          moved.rotatedAt,
          moved.usedAt,
          moved.rotatedBy,
          moved.repeats,
          moved.lateGeneration,
          moved.revokedAt,
          moved.revokeReason,
          moved.sid,
          moved.handleHash,
        );
        const alarms = buildAlarms(standing, verdict, use);
        if (alarms.length > 0) insertEvents(alarms);
        const left = { ...standing, family: moved };
        switch (verdict.verdict) {
          case 'replay':
            flagSession.run(use.now, family.sid);
            if (use.policy.replayEndsSession) endSession.run(use.now, family.sid);
            return { outcome: 'refused', reason: 'replayed', standing: left } as const;
          case 'repeat':
            return { outcome: 'repeated', standing: left, elsewhere: verdict.elsewhere } as const;
          case 'keep':
            return { outcome: 'kept', standing: left, elsewhere: false } as const;
          case 'rotate':
          case 'jump-ahead':
            return { outcome: 'rotated', standing: left, elsewhere: false } as const;
        }
      }),
    findFamily: async (key) => find(key),
    revokeFamily: ({ key, reason, now, events }) =>
      write(() => {
        if (revoke.run(now, reason, key.sid, key.handleHash).changes === 0) return 'already-revoked';
        insertEvents(events);
        return 'revoked';
      }),
    findFamilies: async ({ userId, clientId, sid, after, atMost }) =>
      list
        .all(after?.sid ?? '', after?.handleHash ?? '', sid, sid, userId, userId, clientId, clientId, atMost)
        .flatMap((row) => toStanding(row) ?? []),
    startFamily: (code, family, now) => {
      const { sid, userId, clientId } = code;
      // The new one makes one more: the least useful go, unused ones of this session first.
      const gone = crowded.all(userId, clientId, now, sid, family.atMost - 1);
      for (const row of gone) revoke.run(now, 'too-many', row.sid as string, row.handle_hash as string);
      if (gone.length > 0) {
        const reason: RevokeReason = 'too-many';
        insertEvents([
          { ...buildEvent(now, 'family.revoked', { reason, clientId, userId }), count: gone.length },
        ]);
      }
      const content = [clientId, code.audience, code.scope.join(' '), code.amr.join(' '), code.acr ?? ''];
      const row = termsByContent.get(...content) ?? insertTerms.get(...content);
      insert.run(
        sid,
        family.handleHash,
        row?.terms_id as number,
        code.claims && JSON.stringify(code.claims),
        code.authenticatedAt,
        now,
        family.expiresAt,
        family.idleLimitMs,
        family.outlives,
        family.jkt,
        family.kid,
        now,
        now,
        family.rotatedBy,
      );
    },
  };

  function downtimeMs(since: number, now: number): number {
    const heartbeatAt = (heartbeat.get()?.at as number | undefined) ?? null;
    return computeDowntimeMs(outages.all(since) as unknown as Outage[], heartbeatAt, since, now);
  }
}

const TERMS_REMEMBERED = 10_000;
