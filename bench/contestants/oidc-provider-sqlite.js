import { DatabaseSync } from '@photostructure/sqlite';

/**
 * SQLite for oidc-provider, as durable as Sojourn's: the same SQLite driver, WAL, `synchronous=FULL`. One table,
 * found by primary key, every statement prepared once. It follows the contract of the library's own
 * `example/my_adapter.js` and does nothing beyond it: expiry is judged by the library itself when it reads, so
 * `find` need not.
 *
 * @param {string} file
 * @param {'each' | 'shared'} commit `each`: a write is a commit of its own, as in every published adapter.
 *   `shared`: all writes of one turn of the event loop share one, as Sojourn's do.
 */
export function openSqliteAdapter(file, commit) {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec(`
    CREATE TABLE model (
      name TEXT NOT NULL,
      id TEXT NOT NULL,
      payload TEXT NOT NULL,
      grant_id TEXT,
      user_code TEXT,
      uid TEXT,
      expires_at INTEGER,
      consumed_at INTEGER,
      PRIMARY KEY (name, id)
    );
    CREATE INDEX model_by_grant ON model (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX model_by_user_code ON model (user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX model_by_uid ON model (uid) WHERE uid IS NOT NULL;
  `);

  const sql = {
    // Only what changes is written again: a session saved a second time leaves the indexes alone.
    upsert: db.prepare(`
      INSERT INTO model (name, id, payload, grant_id, user_code, uid, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (name, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`),
    find: db.prepare('SELECT payload, consumed_at FROM model WHERE name = ? AND id = ?'),
    findByUid: db.prepare('SELECT payload, consumed_at FROM model WHERE uid = ? AND name = ?'),
    findByUserCode: db.prepare('SELECT payload, consumed_at FROM model WHERE user_code = ? AND name = ?'),
    consume: db.prepare('UPDATE model SET consumed_at = ? WHERE name = ? AND id = ?'),
    destroy: db.prepare('DELETE FROM model WHERE name = ? AND id = ?'),
    revokeByGrantId: db.prepare('DELETE FROM model WHERE grant_id = ?'),
  };
  const write = commit === 'shared' ? sharedCommits(db) : commitEach;

  /** @param {Record<string, unknown> | undefined} row */
  const payloadOf = (row) => {
    if (row === undefined) return undefined;
    const payload = JSON.parse(/** @type {string} */ (row.payload));
    if (row.consumed_at !== null) payload.consumed = row.consumed_at;
    return payload;
  };

  return {
    /** @param {string} name the kind of thing stored: `Session`, `AuthorizationCode`, … */
    adapter: (name) => ({
      /** @type {(id: string, payload: Record<string, any>, expiresIn?: number) => Promise<void>} */
      async upsert(id, payload, expiresIn) {
        const { grantId = null, userCode = null, uid = null } = payload;
        const expiresAt = expiresIn === undefined ? null : nowInSeconds() + expiresIn;
        const text = JSON.stringify(payload);
        await write(() => sql.upsert.run(name, id, text, grantId, userCode, uid, expiresAt));
      },
      find: async (/** @type {string} */ id) => payloadOf(sql.find.get(name, id)),
      findByUid: async (/** @type {string} */ uid) => payloadOf(sql.findByUid.get(uid, name)),
      findByUserCode: async (/** @type {string} */ code) => payloadOf(sql.findByUserCode.get(code, name)),
      consume: (/** @type {string} */ id) => write(() => sql.consume.run(nowInSeconds(), name, id)),
      destroy: (/** @type {string} */ id) => write(() => sql.destroy.run(name, id)),
      revokeByGrantId: (/** @type {string} */ grantId) => write(() => sql.revokeByGrantId.run(grantId)),
    }),
    close: () => db.close(),
  };
}

function nowInSeconds() {
  return Math.floor(Date.now() / 1000);
}

/** @param {() => unknown} operation */
async function commitEach(operation) {
  operation();
}

/**
 * Not what the library's users have; an answer to "how much of the difference is group commit?".
 *
 * @param {InstanceType<typeof DatabaseSync>} db
 * @returns {(operation: () => unknown) => Promise<void>}
 */
function sharedCommits(db) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  /** @type {{ operation: () => unknown, resolve: () => void }[]} */
  let queue = [];

  const settle = () => {
    const batch = queue;
    queue = [];
    begin.run();
    for (const { operation } of batch) operation();
    commit.run();
    for (const { resolve } of batch) resolve();
  };
  return (operation) =>
    new Promise((resolve) => {
      if (queue.length === 0) setImmediate(settle);
      queue.push({ operation, resolve });
    });
}
