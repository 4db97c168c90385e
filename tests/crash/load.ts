import { setTimeout as delay } from 'node:timers/promises';
import type { FamilyClient } from './family-client.js';

/** Between two tries of a client whose server does not answer. */
const RETRY_MS = 20;
/** security.md M04: back within five seconds. */
export const BACK_WITHIN_MS = 5_000;

/** Refreshes as soon as the last answer came, until one is missing or a refusal ends it. */
export async function keepRefreshing(client: FamilyClient, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { outcome } = await client.proceed();
    if (outcome !== 'tokens') return;
  }
}

/**
 * Presents the last token once more, until it is answered, and no longer than a service may take that has come back.
 *
 * @returns When the answer came; `null` where none did.
 */
export async function retryUntilAnswered(client: FamilyClient): Promise<number | null> {
  const deadline = Date.now() + BACK_WITHIN_MS;
  for (;;) {
    const { outcome } = await client.proceed();
    if (outcome !== 'unanswered') return Date.now();
    if (Date.now() >= deadline) return null;
    await delay(RETRY_MS);
  }
}
