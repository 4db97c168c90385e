import { KEY_ALGS, type KeyAlg } from '@sojourn/server/words';
import { parseSessionRequest, type SessionRequest } from '../sessions/session-request.js';
import { parseTokenRequest, type TokenRequest } from '../tokens/token-request.js';

/** Whose account a command is about: exactly one of the two. */
export interface AccountName {
  readonly email?: string;
  readonly username?: string;
}

/** The closed list of what a command may ask of the server, or do to the store itself where no server runs. */
export type ControlRequest =
  | {
      readonly command: 'users.add';
      readonly account: AccountName;
      readonly password: string;
      /** Absent: the first database. */
      readonly connection?: string;
      /** What the account is called. Absent: its email or username. */
      readonly name?: string;
    }
  | { readonly command: 'users.set-password'; readonly account: AccountName; readonly password: string }
  | { readonly command: 'users.block'; readonly account: AccountName; readonly blocked: boolean }
  | {
      readonly command: 'logs';
      /** Milliseconds since 1970. */
      readonly since: number;
      /** Whether the answer goes on with what happens from now on. */
      readonly follow: boolean;
    }
  | { readonly command: 'keys.list' }
  | {
      readonly command: 'keys.rotate';
      readonly algs: readonly KeyAlg[];
      /** Whether the next keys may sign although verifiers may not have seen them yet. */
      readonly force: boolean;
    }
  /** `kid` may be the beginning of it. */
  | { readonly command: 'keys.retire'; readonly kid: string }
  | SessionRequest
  | TokenRequest
  | { readonly command: 'status' };

/** The request of one command. */
export type RequestOf<C extends ControlRequest['command']> = Extract<ControlRequest, { command: C }>;

/** One line of an answer. The last is `done` or `refused`; before it any number of rows: events, keys, sessions, a status. */
export type ControlAnswer =
  | { readonly row: unknown }
  | { readonly done: string }
  | { readonly refused: string };

/** Reads a request line. The sender is the same operating system user, but perhaps another version of Sojourn. */
export function parseControlRequest(line: string): ControlRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  switch (fields.command) {
    case 'logs': {
      const { since, follow } = fields;
      return typeof since === 'number' && typeof follow === 'boolean'
        ? { command: 'logs', since, follow }
        : null;
    }
    case 'keys.list':
    case 'status':
      return { command: fields.command };
    case 'keys.rotate': {
      const algs = parseAlgs(fields.algs);
      const { force } = fields;
      return algs === null || typeof force !== 'boolean' ? null : { command: 'keys.rotate', algs, force };
    }
    case 'keys.retire':
      return typeof fields.kid === 'string' ? { command: 'keys.retire', kid: fields.kid } : null;
    default:
      return parseSessionRequest(fields) ?? parseTokenRequest(fields) ?? parseUserRequest(fields);
  }
}

function parseUserRequest(fields: Readonly<Record<string, unknown>>): ControlRequest | null {
  const account = parseAccountName(fields.account);
  if (account === null) return null;
  const { password, blocked } = fields;
  switch (fields.command) {
    case 'users.add':
      return typeof password === 'string' ? parseAddition(fields, account, password) : null;
    case 'users.set-password':
      return typeof password === 'string' ? { command: 'users.set-password', account, password } : null;
    case 'users.block':
      return typeof blocked === 'boolean' ? { command: 'users.block', account, blocked } : null;
    default:
      return null;
  }
}

function parseAddition(
  { connection, name }: Readonly<Record<string, unknown>>,
  account: AccountName,
  password: string,
): ControlRequest | null {
  if (connection !== undefined && typeof connection !== 'string') return null;
  if (name !== undefined && typeof name !== 'string') return null;
  return {
    command: 'users.add',
    account,
    password,
    ...(connection === undefined ? {} : { connection }),
    ...(name === undefined ? {} : { name }),
  };
}

function parseAlgs(value: unknown): KeyAlg[] | null {
  if (!Array.isArray(value)) return null;
  const algs = KEY_ALGS.filter((alg) => value.includes(alg));
  return algs.length > 0 && algs.length === value.length ? algs : null;
}

function parseAccountName(value: unknown): AccountName | null {
  if (typeof value !== 'object' || value === null) return null;
  const { email, username } = value as Record<string, unknown>;
  if (email !== undefined && typeof email !== 'string') return null;
  if (username !== undefined && typeof username !== 'string') return null;
  if (email === undefined && username === undefined) return null;
  return { ...(email === undefined ? {} : { email }), ...(username === undefined ? {} : { username }) };
}
