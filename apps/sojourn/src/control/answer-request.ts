import { endAuthorizationsOfUser, endClient } from './authorization-requests.js';
import type { ControlPorts } from './control-ports.js';
import type { ControlAnswer, ControlRequest } from './control-request.js';
import { answerKeyList, retireKey, rotateKeys } from './key-requests.js';
import { answerLogs } from './logs-request.js';
import { answerSession, answerSessionList, endSession, endSessionsOfUser } from './session-requests.js';
import { answerFamily, answerFamilyList, revokeFamiliesOfSession, revokeFamily } from './token-requests.js';
import { addUser, blockUser, setPassword } from './user-requests.js';

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
    case 'sessions.list':
      return answerSessionList(request, ports, answer, signal);
    case 'sessions.show':
      return answerSession(request, ports, answer);
    case 'sessions.end':
      return answer(await endSession(request, ports));
    case 'sessions.end-of-user':
      return answer(await endSessionsOfUser(request, ports));
    case 'tokens.list':
      return answerFamilyList(request, ports, answer, signal);
    case 'tokens.show':
      return answerFamily(request, ports, answer);
    case 'tokens.revoke':
      return answer(await revokeFamily(request, ports));
    case 'tokens.revoke-of-session':
      return answer(await revokeFamiliesOfSession(request, ports));
    case 'tokens.revoke-of-user':
      return answer(await endAuthorizationsOfUser(request, ports));
    case 'tokens.revoke-of-client':
      return answer(await endClient(request, ports));
    case 'status':
      if (ports.status !== null) await answer({ row: ports.status });
      return answer({ done: '' });
  }
}
