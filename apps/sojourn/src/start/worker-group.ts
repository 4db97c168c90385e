import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { CommandRefused } from '../refusal.js';
import type { OperatorLog } from './operator-log.js';
import type { RunningServer } from './running-server.js';

/** Set by the first process for those that it starts: whether this one loads the tenant file. */
const ROLE = 'SOJOURN_WORKER_ROLE';
const RESTART_AFTER_MS = 1_000;
const LONGEST_RESTART_MS = 30_000;
/** A worker that lived this long was well: the next one is started without delay growing. */
const WELL_AFTER_MS = 60_000;

/** What this process is: alone, the one that starts others, or one of those. */
export type ProcessRole = 'single' | 'primary' | 'loading-worker' | 'worker';

/** What this process is, by the setting `workers` and by what the first process said when it started this one. */
export function decideProcessRole(
  workers: number,
  isWorker: boolean,
  env: Readonly<Record<string, string | undefined>>,
): ProcessRole {
  if (isWorker) return env[ROLE] === 'loading-worker' ? 'loading-worker' : 'worker';
  return workers > 1 ? 'primary' : 'single';
}

/** A worker tells the first process that it serves. */
export function tellPrimary(issuer: string): void {
  process.send?.({ listening: issuer });
}

/** The first process has to end for the group to end. */
export function onEndOfGroup(end: () => void): void {
  process.on('message', (message) => {
    if (message === 'end') end();
  });
  // Without the first process nobody would end this one.
  process.on('disconnect', end);
}

/**
 * Processes that share one port and one database. The first worker loads the tenant file and the others follow; one that
 * cannot start ends the start. One that dies later is replaced, at growing intervals while replacements die as well.
 *
 * @throws CommandRefused where a worker ended before it served. It has said why.
 */
export async function startWorkerGroup(count: number, log: OperatorLog): Promise<RunningServer> {
  const workers = new Set<Worker>();
  let isEnding = false;
  let restartMs = RESTART_AFTER_MS;

  const fork = (role: Extract<ProcessRole, 'loading-worker' | 'worker'>): Promise<string> => {
    const worker = cluster.fork({ [ROLE]: role });
    workers.add(worker);
    const startedAt = performance.now();
    worker.once('exit', () => workers.delete(worker));
    return new Promise((resolve, reject) => {
      worker.on('message', (message: { listening?: string }) => {
        if (message.listening === undefined) return;
        // One that was still starting when the group was told to end did not hear it.
        if (isEnding) worker.send('end');
        resolve(message.listening);
        worker.once('exit', (code, signal) => replace(code, signal, performance.now() - startedAt));
      });
      worker.once('exit', () =>
        reject(new CommandRefused(['a worker could not start; its own words are above.'])),
      );
    });
  };
  const replace = (code: number | null, signal: string | null, livedMs: number) => {
    if (isEnding) return;
    if (livedMs > WELL_AFTER_MS) restartMs = RESTART_AFTER_MS;
    log({
      level: 'error',
      message: 'a worker ended and is replaced',
      facts: { code, signal, inMs: restartMs },
    });
    setTimeout(() => {
      if (!isEnding) fork('worker').catch(() => replace(null, null, 0));
    }, restartMs);
    restartMs = Math.min(restartMs * 2, LONGEST_RESTART_MS);
  };
  const close = async (deadlineMs: number) => {
    isEnding = true;
    const ended = [...workers].map(async (worker) => {
      const exit = once(worker, 'exit');
      // A worker that takes longer than it may is not waited for.
      const late = setTimeout(() => worker.process.kill('SIGKILL'), deadlineMs + RESTART_AFTER_MS);
      worker.send('end');
      await exit;
      clearTimeout(late);
    });
    await Promise.all(ended);
  };

  try {
    const issuer = await fork('loading-worker');
    await Promise.all(Array.from({ length: count - 1 }, () => fork('worker')));
    return { issuer, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}
