import type { Handler } from './http/request.js';
import { json } from './http/responses.js';
import type { Ports } from './ports.js';

/** A store that takes longer than this is not ready, whatever it answers later. */
const READY_WITHIN_MS = 2_000;

/** The process lives. */
export function healthEndpoint(): Handler {
  return async () => json(200, { status: 'alive' });
}

/** The store takes a write now; otherwise send traffic elsewhere. */
export function readinessEndpoint({
  store,
  now,
  isClockTrusted,
}: Pick<Ports, 'store' | 'now' | 'isClockTrusted'>): Handler {
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), READY_WITHIN_MS);
    });
    try {
      const outcome = await Promise.race([store.beat(now()), late]);
      if (outcome === 'late') return NOT_READY;
      return isClockTrusted() ? json(200, { status: 'ready' }) : CLOCK_IS_OFF;
    } catch {
      return NOT_READY;
    } finally {
      clearTimeout(timer);
    }
  };
}

const CLOCK_IS_OFF = json(503, { status: 'clock-differs-from-store' }, { 'retry-after': '2' });
const NOT_READY = json(503, { status: 'store-unavailable' }, { 'retry-after': '2' });
