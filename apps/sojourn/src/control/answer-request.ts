import type { PasswordHashing, Store } from '@sojourn/server';
import type { ControlAnswer, ControlRequest } from './control-request.js';
import { answerLogs } from './logs-request.js';
import { addUser, blockUser, setPassword } from './user-requests.js';

/** What commands work on: the running server's own store, or one opened for the command. */
export interface ControlPorts {
  readonly store: Store;
  readonly hashing: PasswordHashing;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Does what a command asks, the same in a running server and beside none.
 *
 * @param answer Called once per line; the last is `done` or `refused`.
 * @param signal Ends an answer that follows the log.
 */
export async function answerRequest(
  request: ControlRequest,
  ports: ControlPorts,
  answer: (line: ControlAnswer) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  switch (request.command) {
    case 'users.add':
      return answer(await addUser(request, ports));
    case 'users.set-password':
      return answer(await setPassword(request, ports));
    case 'users.block':
      return answer(await blockUser(request, ports));
    case 'logs':
      return answerLogs(request, ports.store, answer, signal);
  }
}
