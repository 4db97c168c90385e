import pg from 'pg';
import { POOL_MAX } from '../workload.js';

/**
 * PostgreSQL for oidc-provider: the same contract as in `oidc-provider-sqlite.js`, one statement and one round trip for
 * each call. Every statement is prepared once per connection; a row that is written again finds room on its page, and
 * no index covers what changes, so that no index is touched.
 *
 * @param {string} url
 * @param {{ creates: boolean }} options `creates`: this process makes the table; others find it.
 */
export async function openPostgresAdapter(url, { creates }) {
  const pool = new pg.Pool({ connectionString: url, max: POOL_MAX });
  if (creates) await pool.query(SCHEMA);

  /** @param {Statement} statement @param {unknown[]} values */
  const run = (statement, values) => pool.query({ ...statement, values });
  /** @param {Statement} statement @param {unknown[]} values */
  const findOne = async (statement, values) => {
    const { rows } = await run(statement, values);
    if (rows[0] === undefined) return undefined;
    const { payload, consumed_at } = rows[0];
    if (consumed_at !== null) payload.consumed = consumed_at;
    return payload;
  };

  return {
    /** @param {string} name the kind of thing stored: `Session`, `RefreshToken`, … */
    adapter: (name) => ({
      /** @type {(id: string, payload: Record<string, any>, expiresIn?: number) => Promise<void>} */
      async upsert(id, payload, expiresIn) {
        const { grantId = null, userCode = null, uid = null } = payload;
        const expiresAt = expiresIn === undefined ? null : nowInSeconds() + expiresIn;
        await run(UPSERT, [name, id, JSON.stringify(payload), grantId, userCode, uid, expiresAt]);
      },
      find: (/** @type {string} */ id) => findOne(FIND, [name, id]),
      findByUid: (/** @type {string} */ uid) => findOne(FIND_BY_UID, [uid, name]),
      findByUserCode: (/** @type {string} */ code) => findOne(FIND_BY_USER_CODE, [code, name]),
      consume: (/** @type {string} */ id) => run(CONSUME, [nowInSeconds(), name, id]),
      destroy: (/** @type {string} */ id) => run(DESTROY, [name, id]),
      revokeByGrantId: (/** @type {string} */ grantId) => run(REVOKE_BY_GRANT, [grantId]),
    }),
    close: () => pool.end(),
  };
}

/** @typedef {{ name: string, text: string }} Statement The driver prepares what has a name. */

const SCHEMA = `
  CREATE TABLE model (
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    payload JSONB NOT NULL,
    grant_id TEXT,
    user_code TEXT,
    uid TEXT,
    expires_at INTEGER,
    consumed_at INTEGER,
    PRIMARY KEY (name, id)
  ) WITH (fillfactor = 80);
  CREATE INDEX model_by_grant ON model (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX model_by_user_code ON model (user_code) WHERE user_code IS NOT NULL;
  CREATE INDEX model_by_uid ON model (uid) WHERE uid IS NOT NULL;
`;

const UPSERT = {
  name: 'upsert',
  text: `INSERT INTO model (name, id, payload, grant_id, user_code, uid, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`,
};
const FIND = {
  name: 'find',
  text: 'SELECT payload, consumed_at FROM model WHERE name = $1 AND id = $2',
};
const FIND_BY_UID = {
  name: 'find-by-uid',
  text: 'SELECT payload, consumed_at FROM model WHERE uid = $1 AND name = $2',
};
const FIND_BY_USER_CODE = {
  name: 'find-by-user-code',
  text: 'SELECT payload, consumed_at FROM model WHERE user_code = $1 AND name = $2',
};
const CONSUME = {
  name: 'consume',
  text: 'UPDATE model SET consumed_at = $1 WHERE name = $2 AND id = $3',
};
const DESTROY = { name: 'destroy', text: 'DELETE FROM model WHERE name = $1 AND id = $2' };
const REVOKE_BY_GRANT = { name: 'revoke-by-grant', text: 'DELETE FROM model WHERE grant_id = $1' };

function nowInSeconds() {
  return Math.floor(Date.now() / 1000);
}
