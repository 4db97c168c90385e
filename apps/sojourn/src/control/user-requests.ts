import {
  buildDatabases,
  decidePassword,
  type Event,
  type EventName,
  makeUserId,
  parseEmail,
  parseUsername,
  type User,
} from '@sojourn/server';
import type { ControlPorts } from './control-ports.js';
import type { AccountName, ControlAnswer, RequestOf } from './control-request.js';

/** Creates an account. Its email counts as not verified. */
export async function addUser(request: RequestOf<'users.add'>, ports: ControlPorts): Promise<ControlAnswer> {
  const identifiers = parseAccount(request.account);
  if ('refused' in identifiers) return identifiers;
  const fault = findNameFault(request.name) ?? findPasswordFault(request.password, request.account);
  if (fault !== null) return { refused: fault };
  const databases = buildDatabases(await ports.store.findConfiguration()).map(({ name }) => name);
  const connection = request.connection ?? databases[0];
  if (connection === undefined || !databases.includes(connection)) {
    const found = JSON.stringify(request.connection);
    return { refused: `--connection is ${found}; expected one of ${databases.join(', ')}.` };
  }
  const now = ports.now();
  const user: User = {
    userId: makeUserId(),
    connection,
    email: identifiers.email,
    emailVerified: false,
    username: identifiers.username,
    passwordHash: await ports.hashing.hash(request.password),
    claims: request.name === undefined ? {} : { name: request.name },
    userMetadata: {},
    appMetadata: {},
    blocked: false,
    notBefore: 0,
    createdAt: now,
    updatedAt: now,
  };
  const events = [eventOf('user.created', user.userId, now)];
  const created = await ports.store.createUser({ user, identifierKeys: identifiers.keys }, events);
  if (created === 'identifier-taken')
    return { refused: `There is an account ${nameOf(request.account)} already.` };
  return { done: `Added ${nameOf(request.account)} as ${user.userId}.` };
}

/** The same rule as a user's name in a tenant file. */
function findNameFault(name: string | undefined): string | null {
  return name === undefined || /^[^\p{Cc}\u2028\u2029]{1,300}$/u.test(name)
    ? null
    : '--name: expected a text of 1 to 300 characters in one line.';
}

/** Sets another password and ends every session of the account. */
export async function setPassword(
  request: RequestOf<'users.set-password'>,
  ports: ControlPorts,
): Promise<ControlAnswer> {
  const found = await findAccount(request.account, ports);
  if ('refused' in found) return found;
  const { userId, email, username } = found.user;
  const fault = findPasswordFault(request.password, {
    ...(email ? { email } : {}),
    ...(username ? { username } : {}),
  });
  if (fault !== null) return { refused: fault };
  const passwordHash = await ports.hashing.hash(request.password);
  const now = ports.now();
  const events = [eventOf('user.password-changed', userId, now)];
  await ports.store.changePassword({ userId, passwordHash, now, events });
  return { done: `Changed the password of ${nameOf(request.account)} and ended its sessions.` };
}

/** Blocks an account and ends every session of it, or unblocks it. */
export async function blockUser(
  request: RequestOf<'users.block'>,
  ports: ControlPorts,
): Promise<ControlAnswer> {
  const found = await findAccount(request.account, ports);
  if ('refused' in found) return found;
  const { userId } = found.user;
  const { blocked } = request;
  const now = ports.now();
  const events = [eventOf(blocked ? 'user.blocked' : 'user.unblocked', userId, now)];
  await ports.store.blockUser({ userId, blocked, now, events });
  return {
    done: blocked
      ? `Blocked ${nameOf(request.account)} and ended its sessions.`
      : `Unblocked ${nameOf(request.account)}.`,
  };
}

async function findAccount(
  account: AccountName,
  { store }: ControlPorts,
): Promise<{ user: User } | { refused: string }> {
  const identifiers = parseAccount(account);
  if ('refused' in identifiers) return identifiers;
  const users = await Promise.all(identifiers.keys.map((key) => store.findUserByIdentifier(key)));
  const [user] = users;
  if (user === null || user === undefined || users.some((other) => other?.userId !== user.userId)) {
    return { refused: `There is no account ${nameOf(account)}.` };
  }
  return { user };
}

/** The identifiers as they are kept, and the keys they are found by. */
function parseAccount(
  account: AccountName,
): { email: string | null; username: string | null; keys: string[] } | { refused: string } {
  const email = account.email === undefined ? undefined : parseEmail(account.email);
  const username = account.username === undefined ? undefined : parseUsername(account.username);
  if (email === null) {
    return {
      refused: `--email is ${JSON.stringify(account.email)}; expected an email address such as ada@example.com.`,
    };
  }
  if (username === null) {
    return {
      refused: `--username is ${JSON.stringify(account.username)}; expected 1 to 128 visible characters without @.`,
    };
  }
  const keys = [email, username].flatMap((identifier) => (identifier === undefined ? [] : [identifier.key]));
  return { email: email?.text ?? null, username: username?.text ?? null, keys };
}

const PASSWORD_FAULTS = {
  'too-short': 'The password is too short; expected at least 8 characters.',
  'too-long': 'The password is too long; expected at most 1024 bytes.',
  'too-common': 'The password is among those that leaked most often; choose another.',
  'same-as-identifier': 'The password is the email or username; choose another.',
  acceptable: null,
} as const;

function findPasswordFault(password: string, account: AccountName): string | null {
  const personal = { email: account.email ?? null, username: account.username ?? null };
  return PASSWORD_FAULTS[decidePassword(password, personal)];
}

function nameOf({ email, username }: AccountName): string {
  return JSON.stringify(email ?? username);
}

function eventOf(name: EventName, userId: string, at: number): Event {
  return { at, name, reason: null, sid: null, clientId: null, userId, address: null, count: 1 };
}
