import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { makeCheckoutCopy } from './checkout-copy.js';

/** @import { Mutant } from './mutant.js' */
/** @import { Order, Verdict } from './worker.js' */

/** Tests that have not ended by then go on for ever: the mutant made a loop, which nobody would overlook. */
const NEVER_MS = 20 * 60_000;

/**
 * Judges one mutant after the other, in a copy of the checkout.
 *
 * @typedef {object} MutantRunner
 * @property {(tests: readonly string[]) => Promise<Verdict>} runUnchanged
 * @property {(mutant: Mutant) => Promise<Verdict>} run
 * @property {() => void} close
 */

/**
 * @param {Readonly<Record<string, string>>} env  Where the programs of the machine are.
 * @returns {MutantRunner}
 */
export function startMutantRunner(env) {
  const copy = makeCheckoutCopy();
  /** @type {Promise<import('node:child_process').ChildProcess> | null} */
  let worker = null;

  /**
   * @param {Order} order
   * @returns {Promise<Verdict>}
   */
  const ask = async (order) => {
    worker ??= startWorker(copy.folder, env);
    const child = await worker;
    const answer = once(child, 'message', { signal: AbortSignal.timeout(NEVER_MS) });
    child.send(order);
    try {
      return (await Promise.race([answer, ended(child)]))[0];
    } catch (error) {
      child.kill('SIGKILL');
      worker = null;
      if (error instanceof Error && error.name === 'AbortError') return { failed: 'it never ended', ran: 0 };
      throw error;
    }
  };

  return {
    runUnchanged: (tests) => ask({ mutant: null, tests }),
    run: (mutant) => ask({ mutant, tests: mutant.tests }),
    close() {
      void worker?.then((child) => {
        child.once('exit', copy.remove);
        child.disconnect();
      });
      if (worker === null) copy.remove();
    },
  };
}

/**
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} env
 */
async function startWorker(folder, env) {
  const child = fork(join(folder, 'tools', 'mutants', 'worker.js'), [], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await Promise.race([once(child, 'message'), ended(child)]);
  return child;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<never>}
 */
async function ended(child) {
  await once(child, 'exit');
  throw new Error('the process that judges mutants ended');
}
