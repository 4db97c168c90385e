import type { RunningServer } from './running-server.js';

/** How long requests in flight may take once the process is told to end. */
const FINISH_WITHIN_MS = 10_000;

/**
 * Ends the process in good order at SIGTERM or SIGINT: exit code 0 once requests in flight are answered, at most ten
 * seconds later. A second signal ends it at once with 1.
 *
 * @param print Takes a line for the operator.
 */
export function endOnSignals(server: Promise<RunningServer | null>, print: (line: string) => void): void {
  let isEnding = false;
  const end = async (signal: string) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    print(
      `${signal}: finishing what is in flight, at most ${FINISH_WITHIN_MS / 1_000} s; again to stop at once.`,
    );
    try {
      await (await server)?.close(FINISH_WITHIN_MS);
      process.exit(0);
    } catch (error) {
      print(`could not end in good order: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void end('SIGTERM'));
  process.on('SIGINT', () => void end('SIGINT'));
}
