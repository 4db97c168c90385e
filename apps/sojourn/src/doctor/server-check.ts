import { askServer } from '../control/ask-server.js';
import type { ServerStatus } from '../control/server-status.js';
import { controlSocketPath } from '../control/socket-path.js';
import { buildDurationText } from '../duration.js';
import { version } from '../version.js';
import { type Finding, failed, ok, warning } from './finding.js';

/** Whether a server runs on this store, and what it says of itself. */
export interface ExaminedServer {
  readonly finding: Finding;
  /** Whether one answered, of whatever version. */
  readonly isRunning: boolean;
  /** `null` where none runs, or one of a version that does not tell. */
  readonly status: ServerStatus | null;
}

/** Whether a server runs on a store, found by the socket on which commands reach it. */
export async function examineServer(databaseFile: string, now: number): Promise<ExaminedServer> {
  try {
    const answers = await askServer(controlSocketPath(databaseFile), { command: 'status' });
    if (answers === null) {
      return {
        finding: warning('server', 'None runs on this store.', 'Start it: sojourn start'),
        isRunning: false,
        status: null,
      };
    }
    let status: ServerStatus | null = null;
    for await (const answer of answers) if ('row' in answer) status = answer.row as ServerStatus;
    if (status !== null) return { finding: judgeStatus(status, now), isRunning: true, status };
    const found = `One runs, of a version that says nothing of itself; this command is ${version}.`;
    return { finding: warning('server', found, 'Restart it.'), isRunning: true, status: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const found = `It cannot be asked: ${message.replace(/\.$/, '')}.`;
    return {
      finding: failed('server', found, 'Run this as the user of the server.'),
      isRunning: false,
      status: null,
    };
  }
}

function judgeStatus(status: ServerStatus, now: number): Finding {
  const since = buildDurationText(now - status.startedAt);
  const found = `Version ${status.version} on Node ${status.nodeVersion}, process ${status.pid}, for ${since}, as ${status.issuer}.`;
  return status.version === version
    ? ok('server', found)
    : warning(
        'server',
        `${found} This command is ${version}.`,
        'Restart the server, so that both are of one version.',
      );
}
