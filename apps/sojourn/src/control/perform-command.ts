import type { Secrets } from '@sojourn/server/words';
import { CommandRefused } from '../refusal.js';
import type { Database } from '../settings/database-url.js';
import { askServer } from './ask-server.js';
import type { ControlAnswer, ControlRequest } from './control-request.js';
import { controlSocketPath } from './socket-path.js';

/**
 * Has the running server do what a command asks, or does it on the store where none runs. The servers of a PostgreSQL
 * database hear of what is changed beside them.
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
  const hear = (line: ControlAnswer): string | null => {
    if ('refused' in line) throw new CommandRefused([line.refused]);
    if ('done' in line) return line.done;
    onRow(line.row);
    return null;
  };
  const answers =
    database.kind === 'file' ? await askServer(controlSocketPath(database.file), request) : null;
  if (answers === null) {
    // Loads the server's library, which a command beside a running server can do without.
    const { performOnStore } = await import('./perform-on-store.js');
    return performOnStore(request, database, hear, secrets);
  }
  for await (const line of answers) {
    const done = hear(line);
    if (done !== null) return done;
  }
  // A log that is followed ends with its server.
  if (request.command === 'logs') return '';
  throw new CommandRefused([
    'The server went away before it answered. Look whether it was done, then try again.',
  ]);
}
