import { existsSync } from 'node:fs';
import { startPasswordHashing } from '@sojourn/server';
import { openGivenStore } from '../open-given-store.js';
import { CommandRefused } from '../refusal.js';
import type { Database } from '../settings/database-url.js';
import { answerRequest } from './answer-request.js';
import { askServer } from './ask-server.js';
import type { ControlRequest } from './control-request.js';
import { controlSocketPath } from './socket-path.js';

/**
 * Has the running server do what a command asks, or does it on the store where none runs.
 *
 * @param onEvent Called for each event of a log.
 * @returns What was done, as a sentence; empty for a log.
 * @throws CommandRefused with the reason.
 */
export async function performCommand(
  request: ControlRequest,
  database: Database,
  onEvent: (event: unknown) => void,
): Promise<string> {
  if (database.kind === 'memory') {
    throw new CommandRefused([
      'A store in memory belongs to its server alone. Name a file: --database-url sqlite:FILE.',
    ]);
  }
  const answers = await askServer(controlSocketPath(database.file), request);
  if (answers === null) return performOnStore(request, database, onEvent);
  for await (const answer of answers) {
    if ('event' in answer) onEvent(answer.event);
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
  onEvent: (event: unknown) => void,
): Promise<string> {
  // Otherwise a mistyped name would quietly become a new and empty store.
  if (!existsSync(database.file)) {
    throw new CommandRefused([
      `There is no store at ${database.file}. Start the server once, or name another: --database-url, SOJOURN_DATABASE_URL.`,
    ]);
  }
  const store = await openGivenStore(database, { shared: true });
  const hashing = startPasswordHashing();
  try {
    let done = '';
    const answer = async (line: Parameters<Parameters<typeof answerRequest>[2]>[0]) => {
      if ('event' in line) onEvent(line.event);
      else done = conclude(line);
    };
    // A log that is followed ends with the process.
    await answerRequest(request, { store, hashing, now: Date.now }, answer, new AbortController().signal);
    return done;
  } finally {
    await hashing.close();
    await store.close();
  }
}

function conclude(answer: { readonly done: string } | { readonly refused: string }): string {
  if ('refused' in answer) throw new CommandRefused([answer.refused]);
  return answer.done;
}
