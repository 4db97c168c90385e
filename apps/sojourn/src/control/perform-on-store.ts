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
import type { ControlAnswer, ControlRequest } from './control-request.js';
import { controlSocketPath } from './socket-path.js';

/** One that outlives its server. */
export type SharedDatabase = Exclude<Database, { kind: 'memory' }>;

/**
 * Does what a command asks on the store itself.
 *
 * @param hear Called once per line; answers what was done, at the last.
 * @param secrets As given by a setting; `null` looks beside the database. Used only where the command is about keys.
 * @throws CommandRefused with the reason.
 */
export async function performOnStore(
  request: ControlRequest,
  database: SharedDatabase,
  hear: (line: ControlAnswer) => string | null,
  secrets: Secrets | null,
): Promise<string> {
  await requireStore(database);
  const store = await openFor(request, database);
  const hashing = startPasswordHashing();
  try {
    let done = '';
    const answer = async (line: ControlAnswer) => {
      done = hear(line) ?? done;
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

/** @throws CommandRefused where there is none: a mistyped name would quietly become a new and empty store. */
async function requireStore(database: SharedDatabase): Promise<void> {
  const exists =
    database.kind === 'file'
      ? existsSync(database.file)
      : (await reachingGivenStore(database, () => findDatabaseStanding(database.url))).schemaVersion > 0;
  if (exists) return;
  const name = database.kind === 'file' ? database.file : buildDatabaseName(database);
  throw new CommandRefused([
    `There is no store at ${name}. Start the server once, or name another: --database-url, SOJOURN_DATABASE_URL.`,
  ]);
}

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
