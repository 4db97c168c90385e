/**
 * The schema as a list of steps, each run once in its own transaction and recorded. Steps only add; a step that
 * takes something away comes a release after the last reader of it. Column types are those that SQLite and
 * PostgreSQL both understand (`AUTOINCREMENT` and `WITHOUT ROWID` alone are SQLite's); moments and lengths are milliseconds.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    'CREATE TABLE configuration (kind TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (kind, id))',
    'CREATE TABLE secret_checks (kid TEXT PRIMARY KEY, value TEXT NOT NULL)',
    'CREATE TABLE probes (id INTEGER PRIMARY KEY, at BIGINT NOT NULL)',
    `CREATE TABLE signing_keys (
       kid TEXT PRIMARY KEY, alg TEXT NOT NULL, status TEXT NOT NULL, public_jwk TEXT NOT NULL,
       sealed_private_key TEXT NOT NULL, created_at BIGINT NOT NULL, retired_at BIGINT)`,
    `CREATE TABLE users (
       user_id TEXT PRIMARY KEY, connection TEXT NOT NULL, email TEXT, email_verified INTEGER NOT NULL, username TEXT,
       password_hash TEXT, claims TEXT NOT NULL, user_metadata TEXT NOT NULL, app_metadata TEXT NOT NULL,
       blocked INTEGER NOT NULL, not_before BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)`,
    'CREATE TABLE user_identifiers (identifier_key TEXT PRIMARY KEY, user_id TEXT NOT NULL)',
    'CREATE INDEX user_identifiers_user ON user_identifiers (user_id)',
    'CREATE TABLE login_attempts (reservation TEXT NOT NULL, bucket TEXT NOT NULL, reserved_at BIGINT NOT NULL)',
    'CREATE INDEX login_attempts_bucket ON login_attempts (bucket, reserved_at)',
    'CREATE INDEX login_attempts_reservation ON login_attempts (reservation)',
    'CREATE INDEX login_attempts_age ON login_attempts (reserved_at)',
    'CREATE TABLE used_once (key TEXT PRIMARY KEY, expires_at BIGINT NOT NULL)',
    'CREATE INDEX used_once_expiry ON used_once (expires_at)',
    `CREATE TABLE interactions (
       id TEXT PRIMARY KEY, browser_hash TEXT NOT NULL, request TEXT NOT NULL, started_at BIGINT NOT NULL,
       expires_at BIGINT NOT NULL, authenticated_sid TEXT, selected_sid TEXT, wants_another_account INTEGER NOT NULL, consented_sid TEXT,
       consent_denied INTEGER NOT NULL, finished_at BIGINT)`,
    'CREATE INDEX interactions_browser ON interactions (browser_hash, started_at)',
    'CREATE INDEX interactions_expiry ON interactions (expires_at)',
    `CREATE TABLE posted_requests (
       handle_hash TEXT PRIMARY KEY, path TEXT NOT NULL, sealed_body TEXT NOT NULL, expires_at BIGINT NOT NULL)`,
    'CREATE INDEX posted_requests_expiry ON posted_requests (expires_at)',
    `CREATE TABLE sessions (
       sid TEXT PRIMARY KEY, handle_hash TEXT NOT NULL, silent_handle_hash TEXT NOT NULL, user_id TEXT NOT NULL,
       authenticated_at BIGINT NOT NULL, amr TEXT NOT NULL, acr TEXT, last_active_at BIGINT NOT NULL,
       limits_started_at BIGINT NOT NULL, idle_limit_ms BIGINT NOT NULL, absolute_limit_ms BIGINT NOT NULL,
       persistent INTEGER NOT NULL, user_agent TEXT NOT NULL, address TEXT NOT NULL, ended_at BIGINT, end_reason TEXT)`,
    'CREATE UNIQUE INDEX sessions_handle ON sessions (handle_hash)',
    'CREATE UNIQUE INDEX sessions_silent_handle ON sessions (silent_handle_hash)',
    'CREATE INDEX sessions_user ON sessions (user_id)',
    'CREATE INDEX sessions_age ON sessions ((limits_started_at + absolute_limit_ms))',
    `CREATE TABLE holdings (
       sid TEXT NOT NULL, client_id TEXT NOT NULL, audience TEXT NOT NULL, scope TEXT NOT NULL,
       PRIMARY KEY (sid, client_id, audience, scope))`,
    `CREATE TABLE consents (
       user_id TEXT NOT NULL, client_id TEXT NOT NULL, audience TEXT NOT NULL, scope TEXT NOT NULL,
       given_at BIGINT NOT NULL, PRIMARY KEY (user_id, client_id, audience))`,
    // What was issued never changes and is read as a whole: one document.
    `CREATE TABLE authorization_codes (
       code_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, issued TEXT NOT NULL, redeemed_at BIGINT)`,
    `CREATE TABLE grants (
       grant_id TEXT PRIMARY KEY, client_id TEXT NOT NULL, user_id TEXT, sid TEXT, scope TEXT NOT NULL,
       audience TEXT NOT NULL, userinfo_claims TEXT NOT NULL, started_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
       ended_at BIGINT)`,
    'CREATE INDEX grants_expiry ON grants (expires_at)',
    `CREATE TABLE attachments (
       handle_hash TEXT PRIMARY KEY, sid TEXT NOT NULL, client_id TEXT NOT NULL, origin TEXT NOT NULL,
       generation BIGINT NOT NULL, kid TEXT NOT NULL, previous_kid TEXT, moved_at BIGINT NOT NULL, ended_at BIGINT)`,
    'CREATE UNIQUE INDEX attachments_place ON attachments (sid, client_id, origin)',
    `CREATE TABLE events (
       id INTEGER PRIMARY KEY AUTOINCREMENT, at BIGINT NOT NULL, name TEXT NOT NULL, reason TEXT, sid TEXT,
       client_id TEXT, user_id TEXT, address TEXT, count INTEGER NOT NULL)`,
    'CREATE INDEX events_age ON events (at)',
  ],
  ['CREATE TABLE sealed_values (name TEXT PRIMARY KEY, value TEXT NOT NULL)'],
  [
    'ALTER TABLE sessions ADD COLUMN flagged_at BIGINT',
    'ALTER TABLE attachments ADD COLUMN jkt TEXT',
    // What most families of a client share is written once: a million families fit into half of the room.
    `CREATE TABLE family_terms (
       terms_id INTEGER PRIMARY KEY, client_id TEXT NOT NULL, audience TEXT NOT NULL, scope TEXT NOT NULL,
       amr TEXT NOT NULL, acr TEXT NOT NULL)`,
    'CREATE UNIQUE INDEX family_terms_content ON family_terms (client_id, audience, scope, amr, acr)',
    // Families of one session lie together, so that neither sign-out nor clean-up needs an index of its own. Numbers stand
    // before texts: PostgreSQL aligns each column, and gaps would cost a twentieth of the room.
    `CREATE TABLE families (
       authenticated_at BIGINT NOT NULL, started_at BIGINT NOT NULL, expires_at BIGINT, idle_limit_ms BIGINT,
       generation BIGINT NOT NULL, late_generation BIGINT, rotated_at BIGINT NOT NULL, used_at BIGINT NOT NULL,
       revoked_at BIGINT, rotated_by INTEGER NOT NULL, repeats INTEGER NOT NULL, terms_id INTEGER NOT NULL,
       sid TEXT NOT NULL, handle_hash TEXT NOT NULL, kid TEXT NOT NULL, previous_kid TEXT, outlives TEXT NOT NULL,
       claims TEXT, jkt TEXT, revoke_reason TEXT, PRIMARY KEY (sid, handle_hash)) WITHOUT ROWID`,
    // Everything that a client was given for an End-User before this moment is dead.
    `CREATE TABLE authorization_ends (
       user_id TEXT NOT NULL, client_id TEXT NOT NULL, ended_at BIGINT NOT NULL, PRIMARY KEY (user_id, client_id))`,
    'CREATE TABLE outages (started_at BIGINT PRIMARY KEY, ended_at BIGINT NOT NULL)',
  ],
  [
    `CREATE TABLE pushed_requests (
       handle_hash TEXT PRIMARY KEY, client_id TEXT NOT NULL, sealed_parameters TEXT NOT NULL,
       expires_at BIGINT NOT NULL, kept_until BIGINT NOT NULL, used_at BIGINT, used_by TEXT)`,
    'CREATE INDEX pushed_requests_age ON pushed_requests (kept_until)',
  ],
  [
    // PostgreSQL has it already.
    'CREATE TABLE IF NOT EXISTS configuration_version (version BIGINT NOT NULL)',
    'INSERT INTO configuration_version (version) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM configuration_version)',
    // The version in which an entry became what it is. One that is gone stays for a while, as the document `null`.
    'ALTER TABLE configuration ADD COLUMN changed_in BIGINT NOT NULL DEFAULT 0',
    'CREATE INDEX configuration_changes ON configuration (changed_in)',
    "CREATE INDEX configuration_gone ON configuration (changed_in) WHERE document = 'null'",
    `CREATE TABLE registrations (
       client_id TEXT PRIMARY KEY, token_hash TEXT NOT NULL, registered_at BIGINT NOT NULL, used INTEGER NOT NULL)`,
    'CREATE INDEX registrations_unused ON registrations (registered_at) WHERE used = 0',
  ],
  [
    // Of rows from before, and of sessions without a browser, it is null.
    'ALTER TABLE sessions ADD COLUMN browser_hash TEXT',
    'ALTER TABLE sessions ADD COLUMN browser_generation BIGINT NOT NULL DEFAULT 0',
    'ALTER TABLE sessions ADD COLUMN handle_seed TEXT',
    'ALTER TABLE sessions ADD COLUMN former_handle_hash TEXT',
    'ALTER TABLE sessions ADD COLUMN former_silent_handle_hash TEXT',
    // No browser has two sessions that have not ended.
    `CREATE UNIQUE INDEX sessions_browser ON sessions (browser_hash)
       WHERE ended_at IS NULL AND browser_hash IS NOT NULL`,
    `CREATE INDEX sessions_former_silent_handle ON sessions (former_silent_handle_hash)
       WHERE former_silent_handle_hash IS NOT NULL`,
    'ALTER TABLE interactions ADD COLUMN browser_generation BIGINT NOT NULL DEFAULT 0',
  ],
  // Of PostgreSQL alone, whose indexes take short texts only; what it needs stands in postgres/migrate.ts.
  [],
];

/** The database was written by a newer Sojourn. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}
