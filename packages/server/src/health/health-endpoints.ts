import type { Handler } from '../http/request.js';
import { json } from '../http/responses.js';
import type { Ports } from '../ports.js';
import type { HeartbeatStore } from './heartbeat-store.js';

/** A store that takes longer than this is not ready, whatever it answers later. */
const READY_WITHIN_MS = 2_000;

/** The process lives. */
export function healthEndpoint(): Handler {
  return async () => json(200, { status: 'alive' });
}

/** The store takes a write now; otherwise send traffic elsewhere. */
export function readinessEndpoint({ store, now }: Pick<Ports<HeartbeatStore>, 'store' | 'now'>): Handler {
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), READY_WITHIN_MS);
    });
    try {
      const outcome = await Promise.race([store.beat(now()), late]);
      return outcome === 'late' ? NOT_READY : json(200, { status: 'ready' });
    } catch {
      return NOT_READY;
    } finally {
      clearTimeout(timer);
    }
  };
}

const NOT_READY = json(503, { status: 'store-unavailable' }, { 'retry-after': '2' });
