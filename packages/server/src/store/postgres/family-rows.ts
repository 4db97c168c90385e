import { buildAlarms } from '../../refresh-token/alarms.js';
import { buildMovedFamily, decideRefresh } from '../../refresh-token/decide-refresh.js';
import { computeDowntimeMs, type Outage } from '../../refresh-token/downtime.js';
import type {
  FamilyStanding,
  RefreshOutcome,
  RefreshTokenFamily,
  RefreshTokenUse,
} from '../../refresh-token/family.js';
import type { Store } from '../store.js';
import { CURRENT_CTE, type KnownVersion, requireCurrent } from './configuration-version.js';
import type { Connections, Packed, Row, Run, Statement, Value } from './connections.js';
import { insertEvents } from './event-rows.js';
import { revokeFamily } from './family-birth.js';
import { PACKED_SESSION, toSession } from './session-rows.js';
import { PACKED_USER, toUser } from './user-rows.js';

type FamilyRows = Pick<Store, 'useRefreshToken' | 'findFamily' | 'revokeFamily' | 'findFamilies'>;

const PACKED_FAMILY = `json_build_array(families.sid, families.handle_hash, family_terms.client_id, family_terms.audience,
  family_terms.scope, family_terms.amr, family_terms.acr, families.claims::json, families.authenticated_at,
  families.started_at, families.expires_at, families.idle_limit_ms, outlives, families.jkt, families.generation,
  families.kid, families.previous_kid, rotated_at, used_at, rotated_by, repeats, late_generation, revoked_at,
  revoke_reason) AS family`;
const STANDING = `${PACKED_FAMILY}, ${PACKED_SESSION}, ${PACKED_USER}`;
const SELECT_STANDING = `SELECT ${STANDING} FROM families JOIN family_terms ON family_terms.terms_id = families.terms_id
  JOIN sessions ON sessions.sid = families.sid JOIN users ON users.user_id = sessions.user_id`;

const SESSION_IS_LIVE = `sessions.ended_at IS NULL AND sessions.authenticated_at >= users.not_before
  AND $5::bigint < sessions.limits_started_at + least(sessions.absolute_limit_ms, $16::bigint)
  AND $5::bigint < sessions.last_active_at + least(sessions.idle_limit_ms, $15::bigint)`;

/**
 * The common use in one statement: the current token of a family to which nothing speaks against. What it does not
 * find is judged by `decideRefresh`, of which its conditions are the part that says `rotate` and `keep`.
 */
const useOf = (name: string, changes: string): Statement => ({
  name,
  text: `UPDATE families SET used_at = greatest(used_at, $5::bigint)${changes}
    FROM family_terms, sessions, users
    WHERE families.sid = $2 AND families.handle_hash = $3 AND generation = $6::bigint AND kid = $7
      AND family_terms.terms_id = families.terms_id AND family_terms.client_id = $4
      AND family_terms.audience = ANY ($8::text[])
      AND sessions.sid = families.sid AND users.user_id = sessions.user_id
      AND (SELECT $1::bigint IS NULL OR version = $1::bigint FROM configuration_version)
      AND revoked_at IS NULL AND (families.jkt IS NULL OR families.jkt = $9)
      AND users.blocked = 0 AND families.authenticated_at >= users.not_before AND families.started_at >= $10::bigint
      AND (sessions.ended_at IS NULL OR (outlives = 'end' AND $11 = 'end'))
      AND ((outlives <> 'nothing' AND $11 <> 'nothing') OR (${SESSION_IS_LIVE}))
      AND coalesce($5::bigint < least(families.expires_at, families.started_at + $12::bigint), true)
      AND coalesce($5::bigint < families.used_at + least(families.idle_limit_ms, $13::bigint), true)
      AND $14::text IS NOT NULL AND $17::integer IS NOT NULL
    RETURNING ${STANDING}`,
});
const ROTATE = useOf(
  'rotate-family',
  `, generation = generation + 1, previous_kid = kid, kid = $14, rotated_at = $5::bigint, rotated_by = $17::integer`,
);
const KEEP = useOf('keep-family', '');

export function commonUseOf({ policy }: RefreshTokenUse): Statement {
  return policy.rotates ? ROTATE : KEEP;
}

/** The values of `commonUseOf`, in its order. */
export function buildCommonUse(
  { key, clientId, now, presented, policy, proof, successorKid, from }: RefreshTokenUse,
  version: number | null,
): Value[] {
  const { sessionLimits } = policy;
  return [
    ...[
      version,
      key.sid,
      key.handleHash,
      clientId,
      now,
      presented.generation,
      presented.kid,
      policy.audiences,
    ],
    ...[
      proof?.jkt ?? null,
      policy.clientNotBefore,
      policy.outlives,
      policy.absoluteLimitMs,
      policy.idleLimitMs,
    ],
    ...[successorKid, sessionLimits.idleMs, sessionLimits.absoluteMs, from],
  ];
}

/** The session's row before the family's, as everywhere: a replay may end it. */
const LOCK_SESSION: Statement = {
  name: 'lock-session',
  text: `WITH ${CURRENT_CTE},
    locked AS MATERIALIZED (SELECT sid FROM sessions WHERE sid = $2 FOR NO KEY UPDATE)
    SELECT (SELECT holds FROM current) AS current, (SELECT count(*) FROM locked) AS found`,
};
const LOCK: Statement = {
  name: 'lock-family',
  text: `${SELECT_STANDING} WHERE families.sid = $1 AND families.handle_hash = $2 FOR UPDATE OF families`,
};
const FIND: Statement = {
  name: 'find-family',
  text: `${SELECT_STANDING} WHERE families.sid = $1 AND families.handle_hash = $2`,
};
const MOVE: Statement = {
  name: 'move-family',
  text: `UPDATE families SET generation = $3, kid = $4, previous_kid = $5, rotated_at = $6, used_at = $7, rotated_by = $8,
      repeats = $9, late_generation = $10, revoked_at = $11, revoke_reason = $12 WHERE sid = $1 AND handle_hash = $2`,
};
const FLAG_SESSION: Statement = {
  name: 'flag-session',
  text: 'UPDATE sessions SET flagged_at = $2 WHERE sid = $1',
};
const END_SESSION: Statement = {
  name: 'end-replayed-session',
  text: `UPDATE sessions SET ended_at = $2, end_reason = 'refresh-token-replayed' WHERE sid = $1 AND ended_at IS NULL`,
};
const OUTAGES: Statement = {
  name: 'find-outages',
  text: `SELECT at AS heartbeat_at, started_at, ended_at FROM probes LEFT JOIN outages ON ended_at > $1 WHERE id = 1`,
};

export function familyRows({ run, transaction }: Connections, knownVersion: KnownVersion): FamilyRows {
  const judge = (use: RefreshTokenUse): Promise<RefreshOutcome> =>
    transaction(async (within) => {
      const { sid, handleHash } = use.key;
      requireCurrent(await within(LOCK_SESSION, [knownVersion.get(), sid]));
      const standing = toStanding((await within(LOCK, [sid, handleHash])).rows[0]);
      if (standing === null || standing.family.clientId !== use.clientId)
        return { outcome: 'refused', reason: 'unknown', standing: null };
      return judgeLocked(within, standing, use);
    });

  return {
    useRefreshToken: async (use) => {
      const { rows } = await run(commonUseOf(use), buildCommonUse(use, knownVersion.get()));
      const standing = toStanding(rows[0]);
      if (standing === null) return judge(use);
      return { outcome: use.policy.rotates ? 'rotated' : 'kept', standing, elsewhere: false };
    },
    findFamily: async ({ sid, handleHash }) => toStanding((await run(FIND, [sid, handleHash])).rows[0]),
    revokeFamily: ({ key, reason, now, events }) =>
      transaction(async (within) => {
        if (!(await revokeFamily(within, key, reason, now))) return 'already-revoked';
        await insertEvents(within, events);
        return 'revoked';
      }),
    findFamilies: async ({ userId, clientId, sid, after, atMost }) => {
      const wanted = { userId, clientId, sid };
      const { rows } = await run(listing(wanted), [
        after?.sid ?? '',
        after?.handleHash ?? '',
        atMost,
        ...Object.values(wanted).filter((value) => value !== null),
      ]);
      return rows.flatMap((row) => toStanding(row) ?? []);
    },
  };
}

/** What `decideRefresh` says of a family whose row is locked, and what becomes of the row. */
async function judgeLocked(
  run: Run,
  standing: FamilyStanding,
  use: RefreshTokenUse,
): Promise<RefreshOutcome> {
  const { family } = standing;
  const isPredecessor = use.presented.generation === family.generation - 1;
  const downtimeMs = isPredecessor ? await findDowntimeMs(run, family.rotatedAt, use.now) : 0;
  const verdict = decideRefresh(standing, use, downtimeMs);
  if (verdict.verdict === 'refuse') return { outcome: 'refused', reason: verdict.reason, standing };
  if (verdict.verdict === 'ask-for-nonce') return { outcome: 'nonce-required' };
  const moved = buildMovedFamily(family, verdict, use);
  await run(MOVE, [
    moved.sid,
    moved.handleHash,
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
  ]);
  await insertEvents(run, buildAlarms(standing, verdict, use));
  const left = { ...standing, family: moved };
  switch (verdict.verdict) {
    case 'replay':
      await run(FLAG_SESSION, [family.sid, use.now]);
      if (use.policy.replayEndsSession) await run(END_SESSION, [family.sid, use.now]);
      return { outcome: 'refused', reason: 'replayed', standing: left };
    case 'repeat':
      return { outcome: 'repeated', standing: left, elsewhere: verdict.elsewhere };
    case 'keep':
      return { outcome: 'kept', standing: left, elsewhere: false };
    case 'rotate':
    case 'jump-ahead':
      return { outcome: 'rotated', standing: left, elsewhere: false };
  }
}

async function findDowntimeMs(run: Run, since: number, now: number): Promise<number> {
  const { rows } = await run(OUTAGES, [since]);
  const outages = rows.flatMap(({ started_at, ended_at }): Outage[] =>
    started_at === null ? [] : [{ startedAt: started_at as number, endedAt: ended_at as number }],
  );
  return computeDowntimeMs(outages, (rows[0]?.heartbeat_at as number | undefined) ?? null, since, now);
}

/** A statement for each set of conditions: a plan for all of them would use the index of none. */
function listing(wanted: { userId: string | null; clientId: string | null; sid: string | null }): Statement {
  const columns = { userId: 'sessions.user_id', clientId: 'family_terms.client_id', sid: 'families.sid' };
  const given = (Object.keys(columns) as (keyof typeof columns)[]).filter((name) => wanted[name] !== null);
  const conditions = given.map((name, index) => `AND ${columns[name]} = $${index + 4}`).join(' ');
  return {
    name: ['find-families', ...given].join('-'),
    text: `${SELECT_STANDING} WHERE (families.sid, families.handle_hash) > ($1, $2) ${conditions}
      ORDER BY families.sid, families.handle_hash LIMIT $3`,
  };
}

function toStanding(row: Row | undefined): FamilyStanding | null {
  const session = toSession(row);
  const user = toUser(row);
  return row === undefined || session === null || user === null
    ? null
    : { family: toFamily(row), session, user };
}

function toFamily(row: Row): RefreshTokenFamily {
  const [
    sid,
    handleHash,
    clientId,
    audience,
    scope,
    amr,
    acr,
    claims,
    authenticatedAt,
    startedAt,
    expiresAt,
    idleLimitMs,
    outlives,
    jkt,
    generation,
    kid,
    previousKid,
    rotatedAt,
    usedAt,
    rotatedBy,
    repeats,
    lateGeneration,
    revokedAt,
    revokeReason,
  ] = row.family as Packed;
  const words = (value: string) => (value === '' ? [] : value.split(' '));
  return {
    sid,
    handleHash,
    clientId,
    audience,
    scope: words(scope),
    amr: words(amr),
    acr: acr === '' ? null : acr,
    claims,
    authenticatedAt,
    startedAt,
    expiresAt,
    idleLimitMs,
    outlives,
    jkt,
    generation,
    kid,
    previousKid,
    rotatedAt,
    usedAt,
    rotatedBy,
    repeats,
    lateGeneration,
    revokedAt,
    revokeReason,
  };
}
