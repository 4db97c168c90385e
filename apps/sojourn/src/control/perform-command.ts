import { existsSync } from 'node:fs';
import {
  findDatabaseStanding,
  openStoreClock,
  type Secrets,
  type Store,
  StoreInUse,
  startPasswordHashing,
} from '@sojourn/server';
import { openStoreKeys } from '../keys/store-keys.js';
import { openGivenStore, reachingGivenStore } from '../open-given-store.js';
import { CommandRefused } from '../refusal.js';
import { buildDatabaseName, type Database } from '../settings/database-url.js';
import { readSecretFile } from '../start/secret-file.js';
import { answerRequest } from './answer-request.js';
import { askServer } from './ask-server.js';
import type { ControlRequest } from './control-request.js';
import { controlSocketPath } from './socket-path.js';

/**
 * Has the running server do what a command asks, or does it on the store where none runs.
 *
 * @param onRow Called for each event of a log and each row of a list.
 * @param secrets As given by a setting; `null` looks beside the database. Used only where no server runs.
 * @returns What was done, as a sentence; empty for a log or list.
 * @throws CommandRefused with the reason.
 */
export async function performCommand(
  request: ControlRequest,
  database: Database,
  onRow: (row: unknown) => void,
  secrets: Secrets | null = null,
): Promise<string> {
  if (database.kind === 'memory') {
    throw new CommandRefused([
      'A store in memory belongs to its server alone. Name a file or a PostgreSQL database: --database-url.',
    ]);
  }
  if (database.kind === 'postgres') {
    // Its servers hear of what is changed beside them.
    await requireSchema(database);
    return performOnStore(request, database, onRow, secrets);
  }
  const answers = await askServer(controlSocketPath(database.file), request);
  if (answers === null) {
    requireFile(database.file);
    return performOnStore(request, database, onRow, secrets);
  }
  for await (const answer of answers) {
    if ('row' in answer) onRow(answer.row);
    else return conclude(answer);
  }
  if (request.command === 'logs') return '';
  throw new CommandRefused([
    'The server went away before it answered. Look whether it was done, then try again.',
  ]);
}

/** @throws CommandRefused otherwise: a mistyped name would quietly become a new and empty store. */
function requireFile(file: string): void {
  if (!existsSync(file)) throw noStoreAt(file);
}

/** The same for a database. */
async function requireSchema(database: Extract<Database, { kind: 'postgres' }>): Promise<void> {
  const { schemaVersion } = await reachingGivenStore(database, () => findDatabaseStanding(database.url));
  if (schemaVersion === 0) throw noStoreAt(buildDatabaseName(database));
}

function noStoreAt(name: string): CommandRefused {
  return new CommandRefused([
    `There is no store at ${name}. Start the server once, or name another: --database-url, SOJOURN_DATABASE_URL.`,
  ]);
}

async function performOnStore(
  request: ControlRequest,
  database: SharedDatabase,
  onRow: (row: unknown) => void,
  secrets: Secrets | null,
): Promise<string> {
  const store = await openFor(request, database);
  const hashing = startPasswordHashing();
  try {
    let done = '';
    const answer = async (line: Parameters<Parameters<typeof answerRequest>[2]>[0]) => {
      if ('row' in line) onRow(line.row);
      else done = conclude(line);
    };
    const now = await openStoreClock(store);
    // A log that is followed ends with the process.
    const keys = async () => openStoreKeys(store, secrets ?? findSecretBeside(database), now);
    const reloadConfiguration = async () => {};
    const ports = { store, hashing, keys, reloadConfiguration, status: null, now };
    await answerRequest(request, ports, answer, new AbortController().signal);
    return done;
  } finally {
    await hashing.close();
    await store.close();
  }
}

/** One that outlives its server. */
type SharedDatabase = Exclude<Database, { kind: 'memory' }>;

const NOT_BESIDE_A_SERVER: ReadonlySet<ControlRequest['command']> = new Set([
  'keys.rotate',
  'keys.retire',
  'tokens.revoke-of-client',
]);

/**
 * A server keeps its signing keys and its configuration in memory, so nobody may change them beside it: such a command
 * takes the server's lock.
 *
 * @throws CommandRefused where a server has it, although none answered at the socket.
 */
async function openFor({ command }: ControlRequest, database: SharedDatabase): Promise<Store> {
  const changesWhatServersKeep = NOT_BESIDE_A_SERVER.has(command);
  try {
    return await openGivenStore(database, { shared: !changesWhatServersKeep });
  } catch (error) {
    if (!(error instanceof StoreInUse) || database.kind !== 'file') throw error;
    throw new CommandRefused([
      `A server uses ${database.file} and does not answer at ${controlSocketPath(database.file)}. It may be starting or ending: try again in a moment, as the same operating system user.`,
    ]);
  }
}

/** @throws CommandRefused where there is none: one that was made now could not open anything. */
function findSecretBeside(database: SharedDatabase): Secrets {
  const found = database.kind === 'file' ? readSecretFile(database.file) : null;
  if (found !== null) return found.secrets;
  const where =
    database.kind === 'file'
      ? `neither in --secret or SOJOURN_SECRET nor in ${database.file}.secret`
      : 'not in --secret or SOJOURN_SECRET';
  throw new CommandRefused([
    `The secret of this store is ${where}. Give the one that the server starts with.`,
  ]);
}

function conclude(answer: { readonly done: string } | { readonly refused: string }): string {
  if ('refused' in answer) throw new CommandRefused([answer.refused]);
  return answer.done;
}
