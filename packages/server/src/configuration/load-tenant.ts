import { type Secrets, seal, unseal } from '../credential/secrets.js';
import type { Event, EventName } from '../events/events.js';
import type { PasswordHashing } from '../user/password-hashing.js';
import type { UserStore } from '../user/user-store.js';
import { buildDatabases } from './build-configuration.js';
import { buildClientEnd, type ConfigurationDocument } from './configuration.js';
import type { ConfigurationStore } from './configuration-store.js';
import { DEFAULTS } from './defaults.js';
import { type Draw, drawAtRandom } from './made-identifiers.js';
import { problemAt } from './parse-entry.js';
import { type DocumentPlan, type Made, planDocuments } from './plan-documents.js';
import { planUsers, type UserPlan } from './plan-users.js';
import { TenantFileError } from './problem.js';
import { withSecret } from './sealed-secrets.js';
import type { TenantFile } from './tenant-file.js';
import { findReferenceProblems } from './tenant-file-reference-checks.js';

/** What loading did, in the words in which it is told. */
export interface LoadOutcome {
  /** `client "Harbour Shop"`, `user "ada@example.com"`. */
  readonly created: readonly string[];
  readonly changed: readonly string[];
  /** Ids and secrets that the file left open. They are told here and nowhere again. */
  readonly made: readonly Made[];
}

/**
 * Makes the store hold what a tenant file says. Entries that the file does not name stay as they are; an equal
 * password changes nothing and ends nothing, another one ends the user's sessions, and so does `blocked: true`.
 *
 * Everything is checked, also against the store, and every hash is computed before the first write. The configuration
 * is one write and each user another, so a store that fails in between keeps whole entries only; loading again
 * finishes the work. A running server is to be told by `reloadConfiguration`.
 *
 * @param options.now Milliseconds since 1970.
 * @param options.draw Where ids and secrets that the file leaves open come from.
 * @throws TenantFileError where the file contradicts the store; nothing was changed.
 * @throws StoreUnavailable, SecretError, PasswordHashingFailed.
 */
export async function loadTenant(options: {
  readonly file: TenantFile;
  readonly store: ConfigurationStore & UserStore;
  readonly secrets: Secrets;
  readonly hashing: PasswordHashing;
  readonly now: number;
  readonly draw?: Draw;
}): Promise<LoadOutcome> {
  const { file, store, secrets, hashing, now, draw = drawAtRandom } = options;
  const stored = await store.findConfiguration();
  const opened = stored.map((document) =>
    withSecret(document, (purpose, text) => unseal(secrets, purpose, text)),
  );
  const documents = planDocuments(file, opened, draw);
  const users = await planUsers(file.users, firstDatabaseOf(file, stored), { store, hashing, draw, now });
  const references = findReferenceProblems({ ...file, tenant: file.tenant ?? {} }, stored);
  const problems = [...references, ...documents.problems, ...users.problems];
  if (problems.length > 0) throw new TenantFileError(problems);

  await saveDocuments(documents, store, secrets, now);
  for (const [index, plan] of users.plans.entries()) await saveUser(plan, index, store, now);
  return {
    created: [
      ...documents.created,
      ...users.plans.filter((plan) => plan.isNew).map(({ subject }) => subject),
    ],
    changed: [...documents.changed, ...users.plans.filter(isChanged).map(({ subject }) => subject)],
    made: documents.made,
  };
}

function firstDatabaseOf(file: TenantFile, stored: readonly ConfigurationDocument[]): string {
  return file.databases[0]?.name ?? buildDatabases(stored)[0]?.name ?? DEFAULTS.databaseName;
}

async function saveDocuments(
  plan: DocumentPlan,
  store: ConfigurationStore,
  secrets: Secrets,
  now: number,
): Promise<void> {
  if (plan.documents.length === 0) return;
  const sealed = plan.documents.map((document) =>
    withSecret(document, (purpose, text) => seal(secrets, purpose, text)),
  );
  // Enabled again, a client begins anew.
  const ended = plan.documents.filter(isDisabledClient).map(({ id }) => buildClientEnd(id, now));
  await store.saveConfiguration([...sealed, ...ended], [eventOf('configuration.loaded', null, now)]);
}

function isDisabledClient({ kind, document }: ConfigurationDocument): boolean {
  const { sojourn } = document as { sojourn?: { disabled?: unknown } };
  return kind === 'client' && sojourn?.disabled === true;
}

async function saveUser(plan: UserPlan, index: number, store: UserStore, now: number): Promise<void> {
  const { newUser, newPasswordHash, newBlocked } = plan;
  const { userId } = newUser.user;
  if (plan.isNew) {
    const created = await store.createUser(newUser, [eventOf('user.created', userId, now)]);
    if (created === 'identifier-taken') throw identifierTaken(plan, index);
    return;
  }
  if (plan.hasNewProfile && (await store.updateUser(newUser, now)) === 'identifier-taken') {
    throw identifierTaken(plan, index);
  }
  if (newPasswordHash !== null) {
    const events = [eventOf('user.password-changed', userId, now)];
    await store.changePassword({ userId, passwordHash: newPasswordHash, now, events });
  }
  if (newBlocked !== null) {
    const events = [eventOf(newBlocked ? 'user.blocked' : 'user.unblocked', userId, now)];
    await store.blockUser({ userId, blocked: newBlocked, now, events });
  }
}

/** Somebody signed up with the identifier between the check and the write. */
function identifierTaken(plan: UserPlan, index: number): TenantFileError {
  const place = { path: ['users', index], subject: plan.subject };
  const found = plan.newUser.user.email ?? plan.newUser.user.username;
  return new TenantFileError([problemAt(place, ['email'], found, 'another user has taken it just now')]);
}

function isChanged(plan: UserPlan): boolean {
  return !plan.isNew && (plan.hasNewProfile || plan.newPasswordHash !== null || plan.newBlocked !== null);
}

function eventOf(name: EventName, userId: string | null, at: number): Event {
  return { at, name, reason: null, sid: null, clientId: null, userId, address: null, count: 1 };
}
