import { buildGrantStanding } from '../rows.js';
import type { Store } from '../store.js';
import { CURRENT_CTE, type KnownVersion, requireCurrent } from './configuration-version.js';
import type { Connections, Statement } from './connections.js';
import { insertEvents } from './event-rows.js';
import { revokeFamily } from './family-birth.js';
import { finishedCte, finishes, lockFor, perLock, sessionCte } from './session-lock.js';

type GrantRows = Pick<Store, 'startGrant' | 'endGrant' | 'findGrant' | 'useOnce'>;

/** A grant of no session is a client's own. */
const MAY_START = '($2::text IS NULL OR EXISTS (SELECT 1 FROM session))';
const START_GRANT = perLock((lock) => ({
  name: `start-grant-${lock}`,
  text: `WITH ${CURRENT_CTE}, ${sessionCte(lock)},
    ${finishedCte('$12', '$5', `(SELECT holds FROM current) AND ${MAY_START}`)},
    granted AS (INSERT INTO grants
        (grant_id, client_id, user_id, sid, scope, audience, userinfo_claims, started_at, expires_at)
      SELECT $6, $3, $7, $2, $8, $9, $10, $5::bigint, $11::bigint FROM current
      WHERE holds AND ${MAY_START} AND ${finishes('$12')} RETURNING grant_id),
    held AS (INSERT INTO holdings (sid, client_id, audience, scope)
      SELECT sid, $3, $9, $8 FROM session WHERE ${finishes('$12')} ON CONFLICT DO NOTHING)${
        lock === 'write'
          ? `,
    touched AS (UPDATE sessions SET last_active_at = greatest(last_active_at, $5::bigint)
      FROM session WHERE sessions.sid = session.sid AND touch_due AND ${finishes('$12')})`
          : ''
      }
    SELECT (SELECT holds FROM current) AS current, EXISTS (SELECT 1 FROM granted) AS started, ${MAY_START} AS lives`,
}));

/** Ends a grant that has not ended: `$1` its id, `$2` when. */
export const END_GRANT: Statement = {
  name: 'end-grant',
  text: 'UPDATE grants SET ended_at = $2 WHERE grant_id = $1 AND ended_at IS NULL',
};
/** Refused where the configuration has changed, as what follows would be: the request is judged again, and uses it then. */
const USE_ONCE: Statement = {
  name: 'use-once',
  text: `WITH ${CURRENT_CTE},
    used AS (INSERT INTO used_once (key, expires_at) SELECT $2, $3::bigint FROM current WHERE holds
      ON CONFLICT (key) DO NOTHING RETURNING key)
    SELECT (SELECT holds FROM current) AS current, EXISTS (SELECT 1 FROM used) AS first`,
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

/** Grants in PostgreSQL, and whether their tokens live. */
export function grantRows({ run, transaction }: Connections, knownVersion: KnownVersion): GrantRows {
  return {
    startGrant: async ({ grant, touch, finishes: interaction }) => {
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
        interaction,
      ]);
      requireCurrent(answer);
      const [row = {}] = answer.rows;
      if (row.started === true) return 'started';
      return row.lives === true ? 'interaction-finished' : 'session-ended';
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
    findGrant: async (grantId, sid) => {
      const row = (await run(FIND_GRANT, [grantId, sid])).rows[0];
      return row === undefined ? null : buildGrantStanding(row);
    },
    useOnce: async ({ key, expiresAt }) => {
      const answer = await run(USE_ONCE, [knownVersion.get(), key, expiresAt]);
      requireCurrent(answer);
      return answer.rows[0]?.first === true ? 'first' : 'again';
    },
  };
}
