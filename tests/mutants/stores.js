import { mutantsOf } from './entry.js';

const SQLITE = ['store/sqlite/sqlite-store.test.ts'];
const POSTGRES = ['store/postgres/postgres-store.test.ts'];
const INTERLEAVED = ['store/postgres/interleavings.test.ts'];

const sqliteFile = mutantsOf('store/sqlite/database.ts', [
  'store/sqlite/database.test.ts',
  'store/sqlite/sqlite-store.test.ts',
]);
const sqliteCommit = mutantsOf('store/sqlite/group-commit.ts', ['store/sqlite/database.test.ts']);
const sqliteFamilies = mutantsOf('store/sqlite/family-rows.ts', SQLITE);
const sqliteCodes = mutantsOf('store/sqlite/authorization-rows.ts', SQLITE);
const sqliteSessions = mutantsOf('store/sqlite/session-rows.ts', SQLITE);
const sqliteBrowserSessions = mutantsOf('store/sqlite/browser-session-rows.ts', SQLITE);
const sqliteExpired = mutantsOf('store/sqlite/expired-rows.ts', SQLITE);
const sqliteConfiguration = mutantsOf('store/sqlite/configuration-rows.ts', SQLITE);

const connections = mutantsOf('store/postgres/connections.ts', POSTGRES);
const gathered = mutantsOf('store/postgres/gathered-calls.ts', ['store/postgres/gathered-calls.test.ts']);
const families = mutantsOf('store/postgres/family-rows.ts', POSTGRES);
const birth = mutantsOf('store/postgres/family-birth.ts', POSTGRES);
const codes = mutantsOf('store/postgres/code-rows.ts', POSTGRES);
const attachments = mutantsOf('store/postgres/attachment-rows.ts', POSTGRES);
const sessions = mutantsOf('store/postgres/session-rows.ts', POSTGRES);
const sessionLock = mutantsOf('store/postgres/session-lock.ts', POSTGRES);
const expired = mutantsOf('store/postgres/expired-rows.ts', POSTGRES);
const configuration = mutantsOf('store/postgres/configuration-rows.ts', POSTGRES);

export const STORES = [
  sqliteFile(
    `db.exec('PRAGMA synchronous = FULL');`,
    `db.exec('PRAGMA synchronous = NORMAL');`,
    'SQLite: a commit is on the disk before it is answered',
  ),
  sqliteFile(
    `db.exec('PRAGMA busy_timeout = 2000');`,
    `db.exec('PRAGMA busy_timeout = 0');`,
    'SQLite: two that write at once wait for each other',
  ),
  sqliteFile(
    `{ recursive: true, mode: 0o700 }`,
    `{ recursive: true }`,
    'SQLite: the folder of the data is its owner’s',
  ),
  sqliteCommit(
    'if (error instanceof OperationFailed && batch.length > 1)',
    'if (error instanceof Error && batch.length > 1)',
    'SQLite: one wait for a lock is shared by all that wait',
  ),
  sqliteFamilies(
    `'UPDATE sessions SET flagged_at = ? WHERE sid = ?'`,
    `'UPDATE sessions SET flagged_at = ? WHERE sid = ? AND 1 = 0'`,
    'SQLite: a replay flags its session',
  ),
  sqliteFamilies(
    `(sessions.ended_at IS NULL OR outlives = 'end')`,
    `sessions.ended_at IS NULL`,
    'SQLite: families that outlive their session’s end count among the most there may be',
  ),
  sqliteFamilies(
    `ORDER BY families.sid = ?4 AND generation = 1 AND used_at = started_at, used_at DESC LIMIT -1 OFFSET ?5`,
    `ORDER BY used_at LIMIT -1 OFFSET ?5`,
    'SQLite: of too many families the least useful go',
  ),
  sqliteFamilies(
    `standing === null || standing.family.clientId !== use.clientId`,
    `standing === null`,
    'SQLite: a refresh token is used by its own client',
  ),
  sqliteCodes(
    ` AND authenticated_at >= users.not_before\`;
  const lives`,
    `\`;
  const lives`,
    'SQLite: no code is saved for a session from before notBefore',
    ['store/not-before.test.ts'],
  ),
  sqliteCodes(
    `'UPDATE authorization_codes SET redeemed_at = ? WHERE code_hash = ? AND redeemed_at IS NULL'`,
    `'UPDATE authorization_codes SET redeemed_at = ? WHERE code_hash = ?'`,
    'SQLite: a code is redeemed once',
  ),
  sqliteCodes(
    `'UPDATE sessions SET last_active_at = max(last_active_at, ?) WHERE sid = ?'`,
    `'UPDATE sessions SET last_active_at = ? WHERE sid = ?'`,
    'SQLite: the idle clock does not go back',
  ),
  sqliteCodes(
    `kid = excluded.kid, previous_kid = NULL, moved_at`,
    `kid = excluded.kid, moved_at`,
    'SQLite: an attachment that is placed anew has no predecessor',
  ),
  sqliteCodes(
    `(key, expires_at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`,
    `(key, expires_at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at`,
    'SQLite: what is used once is used once',
  ),
  sqliteBrowserSessions(
    `WHERE sessions.ended_at IS NULL AND (sid = ? OR browser_hash = ?) ORDER BY sid`,
    `WHERE (sid = ? OR browser_hash = ?) ORDER BY sid`,
    'SQLite: an ended session is not renewed',
  ),
  sqliteBrowserSessions(
    `AND sessions.ended_at IS NULL AND browser_generation <= ?`,
    `AND sessions.ended_at IS NULL AND ? > 0`,
    'SQLite: a value of the binding from before the session finds nothing',
  ),
  sqliteBrowserSessions(
    `for (const one of ends) end.run(now, one.reason, one.sid);`,
    ``,
    'SQLite: a sign-in ends every other session of its browser',
  ),
  sqliteBrowserSessions(
    `former_handle_hash = CASE browser_hash WHEN ?4 THEN handle_hash END`,
    `former_handle_hash = handle_hash`,
    'SQLite: what was made through another binding has no predecessor',
  ),
  sqliteSessions(
    `'UPDATE users SET not_before = max(not_before, ?) WHERE user_id = ?'`,
    `'UPDATE users SET not_before = ? WHERE user_id = ?'`,
    'SQLite: notBefore does not go back',
  ),
  sqliteSessions(
    `DO UPDATE SET ended_at = max(ended_at, excluded.ended_at)`,
    `DO NOTHING`,
    'SQLite: authorizations can be ended again',
  ),
  sqliteExpired(
    `(outlives <> 'end' AND EXISTS`,
    `(EXISTS`,
    'SQLite: a clean-up leaves families that outlive the end of their session',
  ),
  sqliteExpired(
    `AND NOT EXISTS (SELECT 1 FROM families WHERE families.sid = sessions.sid)\`,`,
    `\`,`,
    'SQLite: a session row stays while a family of it lives',
  ),
  sqliteExpired(
    `keys.run(now - RETIRED_KEY_REMEMBERED_MS),`,
    `keys.run(now),`,
    'SQLite: a retired key stays for as long as what it signed',
  ),
  sqliteConfiguration(
    `"DELETE FROM signing_keys WHERE kid = ? AND status = 'retired'"`,
    `'DELETE FROM signing_keys WHERE kid = ?'`,
    'SQLite: only retired keys are deleted',
  ),
  sqliteConfiguration(
    `WHERE kid = ? AND status = 'next'",`,
    `WHERE kid = ?",`,
    'SQLite: of two rotations at once one is told',
  ),
  sqliteConfiguration(
    `'UPDATE sealed_values SET value = ? WHERE name = ? AND value = ?'`,
    `'UPDATE sealed_values SET value = ? WHERE name = ? AND ? IS NOT NULL'`,
    'SQLite: a sealed value is replaced only where it is the one that was read',
  ),

  connections(
    `CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END`,
    `NULL`,
    'PostgreSQL: what was answered is durable whatever the database’s default says',
  ),
  connections(
    `(isLostRace(error) ? attempt() : Promise.reject(error))`,
    `Promise.reject(error)`,
    'PostgreSQL: the loser of a deadlock is heard again',
    INTERLEAVED,
  ),
  connections(
    `if (command !== 'COMMIT') throw new Error('the database rolled the transaction back');`,
    '',
    'PostgreSQL: a commit that became a rollback is no commit',
  ),
  connections(
    `value.includes('\\0') ? value.replaceAll('\\0', '\\ufffd') : value`,
    `value`,
    'PostgreSQL: a NUL in a name is no outage',
  ),
  connections(
    `if (rows[0]?.read_only === 'on') throw new Error('the database server takes no writes');`,
    '',
    'PostgreSQL: a server that takes no writes is none',
    ['store/postgres/outage.test.ts'],
  ),
  connections(
    `if (isBroken && era.get(client) === currentEra) currentEra += 1;`,
    '',
    'PostgreSQL: a connection that failed takes all that are as old with it',
    ['store/postgres/outage.test.ts'],
  ),
  connections(
    `if (pool.waitingCount >= poolMax * WAITING_PER_CONNECTION)`,
    `if (pool.waitingCount < 0)`,
    'PostgreSQL: a bounded number of calls waits for each connection',
    ['store/postgres/outage.test.ts'],
  ),
  gathered(
    'resolve(answers[index] as Answer);',
    'resolve(answers[together.length - 1 - index] as Answer);',
    'PostgreSQL: of calls that share a statement each gets its own answer',
  ),
  gathered(
    `void send(waiting.splice(0, TOGETHER));`,
    `void send(waiting.splice(0));`,
    'PostgreSQL: a statement takes a bounded number of calls',
  ),
  gathered(
    `if (error instanceof StoreUnavailable) for (const { reject } of waiting.splice(0)) reject(error);`,
    '',
    'PostgreSQL: who waits behind a call that was not answered is told with it',
  ),
  families(
    `.filter(({ policy }) => policy.audiences === audiences)
      .sort((one, other) => (nameOf(one.key) < nameOf(other.key) ? -1 : 1));`,
    `.filter(({ policy }) => policy.audiences === audiences);`,
    'PostgreSQL: uses of many families lock them in one order on every node',
    INTERLEAVED,
  ),
  families(
    `AND users.blocked = 0 AND families.authenticated_at >= users.not_before`,
    `AND families.authenticated_at >= users.not_before`,
    'PostgreSQL: a blocked account refreshes nothing',
  ),
  families(
    `AND revoked_at IS NULL AND (families.jkt IS NULL OR families.jkt = used.jkt)`,
    `AND revoked_at IS NULL`,
    'PostgreSQL: a bound family needs its key',
  ),
  families(
    `AND (SELECT $1::bigint IS NULL OR version = $1::bigint FROM configuration_version)`,
    '',
    'PostgreSQL: no refresh is judged by settings that are not true any more',
    ['store/postgres/postgres-store.test.ts', 'tests/http/every-node.test.ts'],
  ),
  families(
    `AND coalesce(used.at < families.used_at + least(families.idle_limit_ms, used.unused_ms), true)`,
    '',
    'PostgreSQL: a family that went idle is refused',
  ),
  families(
    `((families.outlives <> 'nothing' AND used.outlives <> 'nothing') OR`,
    `(families.outlives <> 'nothing' OR`,
    'PostgreSQL: the stricter of what a family outlives and what it outlives now counts',
  ),
  families(
    `WHERE sid = $2 FOR NO KEY UPDATE)`,
    `WHERE sid = $2)`,
    'PostgreSQL: a use that may end the session holds its row before the family’s',
    INTERLEAVED,
  ),
  birth(
    `SELECT 1 FROM users WHERE user_id = $1 FOR NO KEY UPDATE`,
    `SELECT 1 FROM users WHERE user_id = $1`,
    'PostgreSQL: families of one End-User are born one after the other',
    [
      'store/postgres/race.test.ts',
      'store/postgres/postgres-store.test.ts',
      'store/postgres/interleavings.test.ts',
    ],
  ),
  codes(
    `AND (SELECT count(*) FROM session) >= 0 RETURNING code_hash)`,
    `RETURNING code_hash)`,
    'PostgreSQL: the session’s row is locked before the code’s',
    INTERLEAVED,
  ),
  codes(
    `AND (SELECT count(*) FROM session) >= 0 RETURNING authorization_codes.code_hash)`,
    `RETURNING authorization_codes.code_hash)`,
    'PostgreSQL: the sessions’ rows are locked before the codes’',
    INTERLEAVED,
  ),
  codes(
    `const ordered = [...codes].sort((one, other) => (one.sid < other.sid ? -1 : 1));`,
    `const ordered = [...codes];`,
    'PostgreSQL: codes that are saved together lock sessions in one order',
    INTERLEAVED,
  ),
  codes(
    `const ordered = [...redemptions].sort((one, other) => (one.code.sid < other.code.sid ? -1 : 1));`,
    `const ordered = [...redemptions];`,
    'PostgreSQL: codes that are redeemed together lock sessions in one order',
    INTERLEAVED,
  ),
  codes(
    `EXISTS (SELECT 1 FROM session) FOR UPDATE),`,
    `EXISTS (SELECT 1 FROM session)),`,
    'PostgreSQL: a code that renews an attachment is held before the attachment is moved',
    INTERLEAVED,
  ),
  codes(
    `WHERE code_hash IN (SELECT code_hash FROM code) AND EXISTS (SELECT 1 FROM advanced)`,
    `WHERE code_hash IN (SELECT code_hash FROM code)`,
    'PostgreSQL: an attachment that cannot be advanced spends no code in passing',
  ),
  attachments(
    `generation = 1, kid = $5, previous_kid = NULL, moved_at = $6, jkt = $7,`,
    `generation = 1, kid = $5, moved_at = $6, jkt = $7,`,
    'PostgreSQL: an attachment that is placed anew has no predecessor',
  ),
  attachments(
    `generation = $2, previous_kid = NULL, kid = $3`,
    `generation = $2, previous_kid = kid, kid = $3`,
    'PostgreSQL: an attachment that is revived has no predecessor',
  ),
  attachments(
    `if (changes === 0) continue;`,
    '',
    'PostgreSQL: of two first attachments at once both get the one that there is',
    [
      'store/postgres/race.test.ts',
      'store/postgres/postgres-store.test.ts',
      'store/postgres/interleavings.test.ts',
    ],
  ),
  sessions(
    `'UPDATE users SET not_before = greatest(not_before, $2) WHERE user_id = $1'`,
    `'UPDATE users SET not_before = $2 WHERE user_id = $1'`,
    'PostgreSQL: notBefore does not go back',
  ),
  sessions(
    `end_reason = $3 WHERE user_id = $1 AND ended_at IS NULL'`,
    `end_reason = $3 WHERE user_id = $1'`,
    'PostgreSQL: a session that has ended keeps its moment and its reason',
  ),
  sessionLock(
    `share: 'FOR SHARE OF sessions'`,
    `share: ''`,
    'PostgreSQL: who ends a session sees what was begun',
    ['store/postgres/race.test.ts', 'store/postgres/interleavings.test.ts'],
  ),
  sessionLock(
    `'sessions.ended_at IS NULL AND users.blocked = 0 AND authenticated_at >= users.not_before'`,
    `'sessions.ended_at IS NULL AND users.blocked = 0'`,
    'PostgreSQL: nothing is begun in a session from before notBefore',
  ),
  expired(
    `(outlives <> 'end' AND sessions.ended_at < $3))`,
    `sessions.ended_at < $3)`,
    'PostgreSQL: a clean-up leaves families that outlive the end of their session',
  ),
  expired(
    `FOR UPDATE OF families SKIP LOCKED))`,
    `FOR UPDATE OF families))`,
    'PostgreSQL: a clean-up does not wait for a family in use',
    INTERLEAVED,
  ),
  expired(
    `WHERE families.sid = sessions.sid) FOR UPDATE SKIP LOCKED),`,
    `WHERE families.sid = sessions.sid) FOR UPDATE),`,
    'PostgreSQL: a clean-up does not wait for a session in use',
    INTERLEAVED,
  ),
  expired(
    `LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    `LIMIT $2 FOR UPDATE))`,
    'PostgreSQL: a clean-up does not wait for a row in use',
    INTERLEAVED,
  ),
  configuration(
    `"DELETE FROM signing_keys WHERE kid = $1 AND status = 'retired'"`,
    `'DELETE FROM signing_keys WHERE kid = $1'`,
    'PostgreSQL: only retired keys are deleted',
  ),
  configuration(
    `WHERE kid = $1 AND status = 'next'"`,
    `WHERE kid = $1"`,
    'PostgreSQL: of two rotations at once one is told',
  ),
];
