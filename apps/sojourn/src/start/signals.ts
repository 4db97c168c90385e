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
  const end = (signal: string) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    print(
      `${signal}: finishing what is in flight, at most ${FINISH_WITHIN_MS / 1_000} s; again to stop at once.`,
    );
    void endInOrder(server, print);
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
}

/**
 * A worker ends when the group does, and at a SIGTERM of its own. Ctrl-C reaches every process of the terminal at once;
 * it is for the first one to tell the others.
 */
export function endWithGroup(
  server: Promise<RunningServer | null>,
  onEndOfGroup: (end: () => void) => void,
  print: (line: string) => void,
): void {
  let isEnding = false;
  const end = () => {
    if (isEnding) return;
    isEnding = true;
    void endInOrder(server, print);
  };
  onEndOfGroup(end);
  process.on('SIGTERM', end);
  process.on('SIGINT', () => {});
}

async function endInOrder(
  server: Promise<RunningServer | null>,
  print: (line: string) => void,
): Promise<void> {
  try {
    await (await server)?.close(FINISH_WITHIN_MS);
    process.exit();
  } catch (error) {
    print(`could not end in good order: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
