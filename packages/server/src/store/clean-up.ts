import type { Store } from './store.js';

const EVERY_MS = 60_000;
const ROWS_A_STEP = 500;
/** Between steps, so that requests go first. */
const PAUSE_MS = 50;

/**
 * Deletes expired rows in small steps for as long as there are any, and looks again each minute.
 *
 * @returns a function that stops it and waits for the step that runs.
 */
export function startCleanUp(
  deleteExpired: Store['deleteExpired'],
  policy: () => { readonly logRetentionMs: number },
  now: () => number,
  onFault: (error: unknown) => void,
): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout;
  let step: Promise<void> = Promise.resolve();
  const schedule = (delayMs: number) => {
    timer = setTimeout(() => {
      step = run();
    }, delayMs).unref();
  };
  const run = async () => {
    let deleted = 0;
    try {
      deleted = await deleteExpired(now(), { ...policy(), atMost: ROWS_A_STEP });
    } catch (error) {
      onFault(error);
    }
    if (!stopped) schedule(deleted >= ROWS_A_STEP ? PAUSE_MS : EVERY_MS);
  };
  schedule(EVERY_MS);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await step;
  };
}
