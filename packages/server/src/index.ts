export type {
  AuthorizationServer,
  AuthorizationServerOptions,
  KeyAdministration,
  LogLine,
} from './authorization-server.js';
export type { Client, ClientGrant, ResourceServer } from './client/client.js';
export { buildConfiguration, buildDatabases } from './configuration/build-configuration.js';
export {
  buildClientEnd,
  type Configuration,
  type ConfigurationDocument,
} from './configuration/configuration.js';
export { type LoadOutcome, loadTenant } from './configuration/load-tenant.js';
export { makeUserId } from './configuration/made-identifiers.js';
export { buildProblemText, type Problem, TenantFileError } from './configuration/problem.js';
export { isLocalHostname } from './configuration/registered-url.js';
export { parseTenantFile } from './configuration/tenant-file.js';
export { hashHandle } from './credential/credential.js';
export { randomHandle, timeOrderedId } from './credential/randomness.js';
export { checkSecrets } from './credential/secret-check.js';
export { newSecret, parseSecrets, SecretError, type Secrets, seal, unseal } from './credential/secrets.js';
export type { RecordedEvent } from './events/event-store.js';
export { buildEvent, EVENT_TYPES, type Event, type EventName } from './events/events.js';
export { ConfigurationChanged, StoreUnavailable } from './fault/fault.js';
export type { HttpListener, ListenerOptions } from './http/listener.js';
export type { Handler, HttpRequest, HttpResponse } from './http/request.js';
export type { StoredSigningKey } from './keys/key-store.js';
export {
  deleteRetiredSigningKey,
  JWKS_MAX_AGE_MS,
  KEY_ALGS,
  type KeyAlg,
  loadKeyring,
  rotateSigningKey,
} from './keys/signing-keys.js';
export { createAuthorizationServer, findDatabaseStanding, startHttpListener } from './on-demand.js';
export { guardOutbound, type Outbound, OutboundBusy, type OutboundOptions } from './outbound/guarded-call.js';
export type { OutboundAllowance, OutboundPurpose } from './outbound/target.js';
export { computeFamilyExpiry, decideFamilyState } from './refresh-token/decide-refresh.js';
export type { FamilyKey, FamilyStanding, Outlives, RefreshPolicy } from './refresh-token/family.js';
export { buildRefreshPolicy } from './refresh-token/refresh-policy.js';
export { hashFamilyHandle, mintRefreshToken } from './refresh-token/refresh-token.js';
export {
  computeSessionExpiry,
  decideSessionState,
  type EndReason,
  type Session,
  type SessionLimits,
  type SessionState,
} from './session/session.js';
export { buildSessionCookies } from './session/session-cookies.js';
export type { SessionListing } from './session/session-store.js';
export { openStore } from './store/open-store.js';
export { MIGRATIONS, SchemaTooNew } from './store/schema.js';
export { openDatabase, StoreInUse } from './store/sqlite/database.js';
export { parseSqliteUrl, type SqliteUrl } from './store/sqlite/sqlite-url.js';
export type { Store } from './store/store.js';
export { openStoreClock } from './store/store-clock.js';
export { identifierKey, parseEmail, parseUsername } from './user/identifier.js';
export { type PasswordHashing, startPasswordHashing } from './user/password-hashing.js';
export { decidePassword, type PasswordDecision } from './user/password-policy.js';
export type { User } from './user/user.js';
