import { existsSync } from 'node:fs';
import { type Secrets, type Store, StoreInUse, startPasswordHashing } from '@sojourn/server';
import { openStoreKeys } from '../keys/store-keys.js';
import { openGivenStore } from '../open-given-store.js';
import { CommandRefused } from '../refusal.js';
import type { Database } from '../settings/database-url.js';
import { readSecretFile } from '../start/secret-file.js';
import { answerRequest } from './answer-request.js';
import { askServer } from './ask-server.js';
import type { ControlRequest } from './control-request.js';
import { controlSocketPath } from './socket-path.js';

/**
 * Has the running server do what a command asks, or does it on the store where none runs.
 *
 * @param onRow Called for each event of a log and each key of a list.
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
      'A store in memory belongs to its server alone. Name a file: --database-url sqlite:FILE.',
    ]);
  }
  const answers = await askServer(controlSocketPath(database.file), request);
  if (answers === null) return performOnStore(request, database, onRow, secrets);
  for await (const answer of answers) {
    if ('row' in answer) onRow(answer.row);
    else return conclude(answer);
  }
  if (request.command === 'logs') return '';
  throw new CommandRefused([
    'The server went away before it answered. Look whether it was done, then try again.',
  ]);
}

async function performOnStore(
  request: ControlRequest,
  database: Extract<Database, { kind: 'file' }>,
  onRow: (row: unknown) => void,
  secrets: Secrets | null,
): Promise<string> {
  // Otherwise a mistyped name would quietly become a new and empty store.
  if (!existsSync(database.file)) {
    throw new CommandRefused([
      `There is no store at ${database.file}. Start the server once, or name another: --database-url, SOJOURN_DATABASE_URL.`,
    ]);
  }
  const store = await openFor(request, database);
  const hashing = startPasswordHashing();
  try {
    let done = '';
    const answer = async (line: Parameters<Parameters<typeof answerRequest>[2]>[0]) => {
      if ('row' in line) onRow(line.row);
      else done = conclude(line);
    };
    // A log that is followed ends with the process.
    const keys = async () => openStoreKeys(store, secrets ?? findSecretBeside(database), Date.now);
    const ports = { store, hashing, keys, status: null, now: Date.now };
    await answerRequest(request, ports, answer, new AbortController().signal);
    return done;
  } finally {
    await hashing.close();
    await store.close();
  }
}

/**
 * A server keeps its signing keys in memory, so nobody may change them beside it: such a command takes the server's lock.
 *
 * @throws CommandRefused where a server has it, although none answered at the socket.
 */
async function openFor(
  { command }: ControlRequest,
  database: Extract<Database, { kind: 'file' }>,
): Promise<Store> {
  const changesKeys = command === 'keys.rotate' || command === 'keys.retire';
  try {
    return await openGivenStore(database, { shared: !changesKeys });
  } catch (error) {
    if (!(error instanceof StoreInUse)) throw error;
    throw new CommandRefused([
      `A server uses ${database.file} and does not answer at ${controlSocketPath(database.file)}. It may be starting or ending: try again in a moment, as the same operating system user.`,
    ]);
  }
}

/** @throws CommandRefused where there is none: one that was made now could not open anything. */
function findSecretBeside({ file }: Extract<Database, { kind: 'file' }>): Secrets {
  const found = readSecretFile(file);
  if (found !== null) return found.secrets;
  throw new CommandRefused([
    `The secret of this store is neither in --secret or SOJOURN_SECRET nor in ${file}.secret. Give the one that the server starts with.`,
  ]);
}

function conclude(answer: { readonly done: string } | { readonly refused: string }): string {
  if ('refused' in answer) throw new CommandRefused([answer.refused]);
  return answer.done;
}
