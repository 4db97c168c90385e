import { buildAlarms } from '../../refresh-token/alarms.js';
import { buildMovedFamily, decideRefresh } from '../../refresh-token/decide-refresh.js';
import { computeDowntimeMs, type Outage } from '../../refresh-token/downtime.js';
import type {
  FamilyKey,
  FamilyStanding,
  RefreshOutcome,
  RefreshTokenUse,
} from '../../refresh-token/family.js';
import { buildFamily, buildFamilyTerms, type Packed, type Row } from '../rows.js';
import type { Store } from '../store.js';
import { CURRENT_CTE, type KnownVersion, requireCurrent } from './configuration-version.js';
import type { Connections, Run, Statement, Value } from './connections.js';
import { insertEvents } from './event-rows.js';
import { revokeFamily } from './family-birth.js';
import { gatherCalls, withoutTwins } from './gathered-calls.js';
import { PACKED_SESSION, toSession } from './session-rows.js';
import { PACKED_USER, toUser } from './user-rows.js';

type FamilyRows = Pick<Store, 'useRefreshToken' | 'findFamily' | 'revokeFamily' | 'findFamilies'>;

const PACKED_FAMILY = `json_build_array(families.sid, families.handle_hash, families.claims::json, families.authenticated_at,
  families.started_at, families.expires_at, families.idle_limit_ms, families.outlives, families.jkt, families.generation,
  families.kid, families.previous_kid, rotated_at, used_at, rotated_by, repeats, late_generation, revoked_at,
  revoke_reason) AS family,
  json_build_array(family_terms.client_id, audience, family_terms.scope, family_terms.amr, family_terms.acr) AS terms`;
const STANDING = `${PACKED_FAMILY}, ${PACKED_SESSION}, ${PACKED_USER}`;
const SELECT_STANDING = `SELECT ${STANDING} FROM families JOIN family_terms ON family_terms.terms_id = families.terms_id
  JOIN sessions ON sessions.sid = families.sid JOIN users ON users.user_id = sessions.user_id`;

const SESSION_IS_LIVE = `sessions.ended_at IS NULL AND sessions.authenticated_at >= users.not_before
  AND used.at < sessions.limits_started_at + least(sessions.absolute_limit_ms, used.session_absolute_ms)
  AND used.at < sessions.last_active_at + least(sessions.idle_limit_ms, used.session_idle_ms)`;

/**
 * The common uses in one statement: current tokens of families to which nothing speaks against. What it does not find
 * is judged by `decideRefresh`, of which its conditions are the part that says `rotate` (`step` 1) and `keep` (0).
 */
export const COMMON_USES: Statement = {
  name: 'use-families',
  text: `UPDATE families SET used_at = greatest(families.used_at, used.at), generation = families.generation + used.step,
      previous_kid = CASE used.step WHEN 1 THEN families.kid ELSE families.previous_kid END,
      kid = CASE used.step WHEN 1 THEN used.successor_kid ELSE families.kid END,
      rotated_at = CASE used.step WHEN 1 THEN used.at ELSE families.rotated_at END,
      rotated_by = CASE used.step WHEN 1 THEN used.requester ELSE families.rotated_by END
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bigint[],
        $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::bigint[], $16::bigint[], $17::integer[], $18::integer[])
      AS used (sid, handle_hash, client_id, at, generation, kid, jkt, client_not_before, outlives, longest_ms,
        unused_ms, successor_kid, session_idle_ms, session_absolute_ms, requester, step),
      family_terms, sessions, users
    WHERE families.sid = used.sid AND families.handle_hash = used.handle_hash
      AND families.generation = used.generation AND families.kid = used.kid
      AND family_terms.terms_id = families.terms_id AND family_terms.client_id = used.client_id
      AND family_terms.audience = ANY ($2::text[])
      AND sessions.sid = families.sid AND users.user_id = sessions.user_id
      AND (SELECT $1::bigint IS NULL OR version = $1::bigint FROM configuration_version)
      AND revoked_at IS NULL AND (families.jkt IS NULL OR families.jkt = used.jkt)
      AND users.blocked = 0 AND families.authenticated_at >= users.not_before
      AND families.started_at >= used.client_not_before
      AND (sessions.ended_at IS NULL OR (families.outlives = 'end' AND used.outlives = 'end'))
      AND ((families.outlives <> 'nothing' AND used.outlives <> 'nothing') OR (${SESSION_IS_LIVE}))
      AND coalesce(used.at < least(families.expires_at, families.started_at + used.longest_ms), true)
      AND coalesce(used.at < families.used_at + least(families.idle_limit_ms, used.unused_ms), true)
    RETURNING ${STANDING}`,
};

/** The values of `COMMON_USES`: all uses are judged by the audiences of the first. */
export function buildCommonUses(uses: readonly RefreshTokenUse[], version: number | null): Value[] {
  const column = <T extends string | number | null>(value: (use: RefreshTokenUse) => T) => uses.map(value);
  return [
    version,
    uses[0]?.policy.audiences ?? [],
    column(({ key }) => key.sid),
    column(({ key }) => key.handleHash),
    column(({ clientId }) => clientId),
    column(({ now }) => now),
    column(({ presented }) => presented.generation),
    column(({ presented }) => presented.kid),
    column(({ proof }) => proof?.jkt ?? null),
    column(({ policy }) => policy.clientNotBefore),
    column(({ policy }) => policy.outlives),
    column(({ policy }) => policy.absoluteLimitMs),
    column(({ policy }) => policy.idleLimitMs),
    column(({ successorKid }) => successorKid),
    column(({ policy }) => policy.sessionLimits.idleMs),
    column(({ policy }) => policy.sessionLimits.absoluteMs),
    column(({ from }) => from),
    column(({ policy }) => Number(policy.rotates)),
  ];
}

const nameOf = ({ sid, handleHash }: FamilyKey) => `${sid} ${handleHash}`;

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

/**
 * Refresh token families in PostgreSQL: the most common use is one statement, every other is decided on the locked
 * row.
 */
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

  const useTogether = gatherCalls(async (uses: readonly RefreshTokenUse[]) => {
    const audiences = uses[0]?.policy.audiences;
    // In one order on every node, so that no two wait for each other.
    const common = uses
      .filter(({ policy }) => policy.audiences === audiences)
      .sort((one, other) => (nameOf(one.key) < nameOf(other.key) ? -1 : 1));
    const { rows } = await run(COMMON_USES, buildCommonUses(common, knownVersion.get()));
    const standings = rows.flatMap((row) => toStanding(row) ?? []);
    const found = new Map(standings.map((standing) => [nameOf(standing.family), standing]));
    return uses.map(({ key }) => found.get(nameOf(key)) ?? null);
  });
  const useCommonly = withoutTwins(({ key }: RefreshTokenUse) => nameOf(key), useTogether);

  return {
    useRefreshToken: async (use) => {
      const standing = await useCommonly(use);
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
    : { family: buildFamily(row.family as Packed, buildFamilyTerms(row.terms as Packed)), session, user };
}
