import { isDeepStrictEqual } from 'node:util';
import { parseEmail, parseUsername } from '../user/identifier.js';
import type { PasswordHashing } from '../user/password-hashing.js';
import type { User } from '../user/user.js';
import type { NewUser, UserStore } from '../user/user-store.js';
import type { Draw } from './made-identifiers.js';
import { problemAt } from './parse-entry.js';
import type { Problem } from './problem.js';
import { placeOf } from './raw-tenant-file.js';
import { CLAIM_FIELDS, type UserEntry } from './user-entry.js';

/** What is to be written for one user of the file, every hash computed. */
export interface UserPlan {
  readonly subject: string;
  readonly newUser: NewUser;
  readonly isNew: boolean;
  /** Whether profile, identifiers or metadata differ. */
  readonly hasNewProfile: boolean;
  /** The hash of another password than the stored one; `null` where the password stays. */
  readonly newPasswordHash: string | null;
  /** What the account's block becomes; `null` where it stays. */
  readonly newBlocked: boolean | null;
}

/** How many passwords are verified or hashed at once: under the queue of the password workers. */
const AT_ONCE = 32;

/**
 * What the store must be given so that it holds the users of the file. Fields that an entry leaves out stay as
 * stored: a restart neither unblocks an account nor forgets what its owner changed. Reads, but writes nothing.
 *
 * @param firstDatabase The connection of users that name none.
 */
export async function planUsers(
  entries: readonly UserEntry[],
  firstDatabase: string,
  ports: { store: UserStore; hashing: PasswordHashing; draw: Draw; now: number },
): Promise<{ plans: UserPlan[]; problems: Problem[] }> {
  const plans: UserPlan[] = [];
  const problems: Problem[] = [];
  for (let from = 0; from < entries.length; from += AT_ONCE) {
    const planned = await Promise.all(
      entries.slice(from, from + AT_ONCE).map((entry, i) => planUser(entry, from + i, firstDatabase, ports)),
    );
    for (const one of planned) {
      if ('problem' in one) problems.push(one.problem);
      else plans.push(one.plan);
    }
  }
  return { plans, problems };
}

async function planUser(
  entry: UserEntry,
  index: number,
  firstDatabase: string,
  { store, hashing, draw, now }: { store: UserStore; hashing: PasswordHashing; draw: Draw; now: number },
): Promise<{ plan: UserPlan } | { problem: Problem }> {
  const place = placeOf('users', entry, index);
  const email = entry.email === undefined ? null : parseEmail(entry.email);
  const username = entry.username === undefined ? null : parseUsername(entry.username);
  const byEmail = email === null ? null : await store.findUserByIdentifier(email.key);
  const byUsername = username === null ? null : await store.findUserByIdentifier(username.key);
  const before = entry.user_id === undefined ? (byEmail ?? byUsername) : await store.findUser(entry.user_id);
  const userId = entry.user_id ?? before?.userId ?? draw.userId();
  for (const [field, owner] of [
    ['email', byEmail],
    ['username', byUsername],
  ] as const) {
    if (owner === null || owner.userId === userId) continue;
    return { problem: problemAt(place, [field], entry[field], `the stored user "${owner.userId}" has it`) };
  }
  const user: User = {
    userId,
    connection: entry.connection ?? before?.connection ?? firstDatabase,
    email: email?.text ?? before?.email ?? null,
    emailVerified: entry.email_verified ?? before?.emailVerified ?? false,
    username: username?.text ?? before?.username ?? null,
    passwordHash: before?.passwordHash ?? null,
    claims: { ...before?.claims, ...claimsOf(entry) },
    userMetadata: entry.user_metadata ?? before?.userMetadata ?? {},
    appMetadata: entry.app_metadata ?? before?.appMetadata ?? {},
    blocked: before?.blocked ?? entry.blocked ?? false,
    notBefore: before?.notBefore ?? 0,
    createdAt: before?.createdAt ?? now,
    updatedAt: before?.updatedAt ?? now,
  };
  const newPasswordHash = await hashIfNew(entry, before, hashing);
  return {
    plan: {
      subject: place.subject ?? '',
      newUser: {
        user: before === null ? { ...user, passwordHash: newPasswordHash } : user,
        identifierKeys: keysOf(user),
      },
      isNew: before === null,
      hasNewProfile: before !== null && !isDeepStrictEqual(before, user),
      newPasswordHash,
      newBlocked:
        before === null || (entry.blocked ?? before.blocked) === before.blocked ? null : !before.blocked,
    },
  };
}

function claimsOf(entry: UserEntry): Record<string, unknown> {
  return Object.fromEntries(
    CLAIM_FIELDS.filter((name) => entry[name] !== undefined).map((name) => [name, entry[name]]),
  );
}

function keysOf({ email, username }: User): string[] {
  const keys = [
    email === null ? null : parseEmail(email)?.key,
    username === null ? null : parseUsername(username)?.key,
  ];
  return keys.filter((key) => key !== null && key !== undefined);
}

async function hashIfNew(
  entry: UserEntry,
  before: User | null,
  hashing: PasswordHashing,
): Promise<string | null> {
  const stored = before?.passwordHash ?? null;
  if (entry.password_hash !== undefined) return decideImportedHash(entry.password_hash, stored);
  if (entry.password === undefined) return null;
  if (stored !== null && (await hashing.verify(stored, entry.password)).matches) return null;
  return hashing.hash(entry.password);
}

/**
 * Whether an imported hash replaces the stored one. It does not where the stored one is of another kind or cost: then
 * a sign-in has replaced the import by a better hash of the same password, and taking the import back would sign its
 * owner out at each load.
 */
function decideImportedHash(imported: string, stored: string | null): string | null {
  if (stored === null) return imported;
  return stored !== imported && kindAndCostOf(stored) === kindAndCostOf(imported) ? imported : null;
}

/** `$argon2id$v=19$m=19456,t=2,p=1` or `$2b$10`. */
function kindAndCostOf(hash: string): string {
  const parts = hash.split('$');
  return parts.slice(0, parts[1]?.startsWith('argon2') ? -2 : -1).join('$');
}
