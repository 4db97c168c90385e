/**
 * What settings and commands say, without the server that they speak of: names, forms and their mistakes. Loading it costs
 * next to nothing, so a command that asks a running server answers at once.
 */
export { buildProblemText, type Problem, TenantFileError } from './configuration/problem.js';
export { isLocalHostname } from './configuration/registered-url.js';
export { newSecret, parseSecrets, SecretError, type Secrets } from './credential/secrets.js';
export type { RecordedEvent } from './events/event-store.js';
export { EVENT_TYPES, type EventName } from './events/events.js';
export { KEY_ALGS, type KeyAlg } from './keys/signing-keys.js';
export { parseSqliteUrl, type SqliteUrl } from './store/sqlite/sqlite-url.js';
