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
    }
  | { readonly command: 'users.set-password'; readonly account: AccountName; readonly password: string }
  | { readonly command: 'users.block'; readonly account: AccountName; readonly blocked: boolean }
  | {
      readonly command: 'logs';
      /** Milliseconds since 1970. */
      readonly since: number;
      /** Whether the answer goes on with what happens from now on. */
      readonly follow: boolean;
    };

/** One line of an answer. The last is `done` or `refused`; before it any number of `event`. */
export type ControlAnswer =
  | { readonly event: unknown }
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
  if (fields.command === 'logs') {
    const { since, follow } = fields;
    return typeof since === 'number' && typeof follow === 'boolean'
      ? { command: 'logs', since, follow }
      : null;
  }
  const account = parseAccountName(fields.account);
  if (account === null) return null;
  const { password, connection, blocked } = fields;
  switch (fields.command) {
    case 'users.add':
      if (typeof password !== 'string') return null;
      if (connection === undefined) return { command: 'users.add', account, password };
      return typeof connection === 'string' ? { command: 'users.add', account, password, connection } : null;
    case 'users.set-password':
      return typeof password === 'string' ? { command: 'users.set-password', account, password } : null;
    case 'users.block':
      return typeof blocked === 'boolean' ? { command: 'users.block', account, blocked } : null;
    default:
      return null;
  }
}

function parseAccountName(value: unknown): AccountName | null {
  if (typeof value !== 'object' || value === null) return null;
  const { email, username } = value as Record<string, unknown>;
  if (email !== undefined && typeof email !== 'string') return null;
  if (username !== undefined && typeof username !== 'string') return null;
  if (email === undefined && username === undefined) return null;
  return { ...(email === undefined ? {} : { email }), ...(username === undefined ? {} : { username }) };
}
