import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '@sojourn/server';
import type { ControlAnswer, ControlRequest } from './control-request.js';

const PAGE = 500;
/** Silent events are written in batches within a second, so looking more often would show nothing sooner. */
const LOOK_AGAIN_MS = 500;

/** Tells what happened since a moment, oldest first, and with `follow` goes on until the signal. */
export async function answerLogs(
  request: Extract<ControlRequest, { command: 'logs' }>,
  store: Store,
  answer: (line: ControlAnswer) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let after = 0;
  while (!signal.aborted) {
    const page = await store.findEvents({ after, since: request.since, atMost: PAGE });
    for (const event of page) {
      after = event.id;
      await answer({ row: event });
    }
    if (page.length === PAGE) continue;
    if (!request.follow) break;
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
  await answer({ done: '' });
}
