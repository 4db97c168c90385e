/** Where a store writes: in the thread that calls it, or in one of its own. */
export type Writer = 'main' | 'thread';

/** A commit that takes longer stops the event loop for too long; a shorter one costs less than messages to a thread. */
const COMMIT_IN_LINE_MS = 1;

/**
 * @param commitMs what a durable commit takes here; `null` where none could be made.
 * @see design.md 10
 */
export function decideWriter(commitMs: number | null): Writer {
  return commitMs !== null && commitMs > COMMIT_IN_LINE_MS ? 'thread' : 'main';
}
