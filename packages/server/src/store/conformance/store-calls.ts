import { buildEvent } from '../../events/events.js';
import type { AttachmentMove } from '../../session/attachment-store.js';
import type { NewSession } from '../../session/session.js';
import type { Store } from '../store.js';
import { aCode, aSessionBegin, MINUTE, NOW } from '../store-samples.js';

/** How many attack one atomic operation. */
export const CALLERS = 50;

/** All at once, as separate requests of a server would. */
export const together = <T>(call: (index: number) => Promise<T>, callers = CALLERS) =>
  Promise.all(Array.from({ length: callers }, (_, index) => call(index)));

/** How many of these outcomes are the wanted one. */
export const count = <T>(outcomes: readonly T[], wanted: T) =>
  outcomes.filter((found) => found === wanted).length;

/** What most tests begin with, called on the store of the test that runs; its defaults are those of the samples. */
export function callsOn(openedStore: () => Store) {
  const redeem = async (codeHash: string, attach: AttachmentMove | null = null, now = NOW) => {
    const store = openedStore();
    return store.redeemAuthorizationCode({
      code: (await store.findAuthorizationCode(codeHash))?.code ?? aCode(codeHash),
      now,
      accessTokenExpiresAt: now + 60 * MINUTE,
      touch: false,
      attach,
      family: null,
      replayEvents: [buildEvent(now, 'code.replayed', { sid: 'sid-1' })],
    });
  };
  const start = async (sid: string, overrides: Partial<NewSession> = {}) =>
    openedStore().beginSession(aSessionBegin(sid, { session: overrides }));
  const save = (codeHash: string, overrides: Parameters<typeof aCode>[1] = {}) =>
    openedStore().saveAuthorizationCode({ code: aCode(codeHash, overrides), finishes: null, touch: false });
  const end = (sid: string, now = NOW) =>
    openedStore().endSession({ sid, reason: 'signed-out', now, events: [] });
  return { redeem, start, save, end };
}
