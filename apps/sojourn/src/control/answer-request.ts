import type { KeyAdministration, PasswordHashing, Store } from '@sojourn/server';
import type { ControlAnswer, ControlRequest } from './control-request.js';
import { answerKeyList, retireKey, rotateKeys } from './key-requests.js';
import { answerLogs } from './logs-request.js';
import type { ServerStatus } from './server-status.js';
import { addUser, blockUser, setPassword } from './user-requests.js';

/** What commands work on: the running server's own store, or one opened for the command. */
export interface ControlPorts {
  readonly store: Store;
  readonly hashing: PasswordHashing;
  /** The signing keys. Beside no server they are opened only where a command is about them, since that needs the secret. */
  readonly keys: () => Promise<KeyAdministration>;
  /** `null` beside no server. */
  readonly status: ServerStatus | null;
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
    case 'keys.list':
      return answerKeyList(await ports.keys(), answer);
    case 'keys.rotate':
      return answer(await rotateKeys(request, await ports.keys(), ports.now()));
    case 'keys.retire':
      return answer(await retireKey(request, await ports.keys()));
    case 'status':
      if (ports.status !== null) await answer({ row: ports.status });
      return answer({ done: '' });
  }
}
