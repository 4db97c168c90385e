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
  let copy = makeCheckoutCopy();
  /** @type {Worker | null} */
  let worker = null;

  /**
   * @param {Order} order
   * @returns {Promise<Verdict>}
   */
  const ask = async (order) => {
    worker ??= startWorker(copy.folder, env);
    const verdict = await worker.ask(order);
    if (verdict !== null) return verdict;
    worker.kill();
    worker = null;
    // What was changed there is still so.
    copy.remove();
    copy = makeCheckoutCopy();
    return { failed: 'it never ended', ran: 0 };
  };

  return {
    runUnchanged: (tests) => ask({ mutant: null, tests }),
    run: (mutant) => ask({ mutant, tests: mutant.tests }),
    close() {
      if (worker === null) copy.remove();
      else worker.close(copy.remove);
    },
  };
}

/**
 * @typedef {object} Worker
 * @property {(order: Order) => Promise<Verdict | null>} ask  One order at a time; `null` where it takes for ever. Throws
 *   where the process ended.
 * @property {() => void} kill
 * @property {(done: () => void) => void} close
 */

/**
 * @param {string} folder
 * @param {Readonly<Record<string, string>>} env
 * @returns {Worker}
 */
function startWorker(folder, env) {
  const child = fork(join(folder, 'tools', 'mutants', 'worker.js'), [], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = once(child, 'message');
  return {
    async ask(order) {
      await ready;
      return new Promise((resolve, reject) => {
        const ended = () => settle(() => reject(new Error('the process that judges mutants ended')));
        const answered = (/** @type {Verdict} */ verdict) => settle(() => resolve(verdict));
        const timer = setTimeout(() => settle(() => resolve(null)), NEVER_MS);
        const settle = (/** @type {() => void} */ say) => {
          clearTimeout(timer);
          child.off('exit', ended).off('message', answered);
          say();
        };
        child.on('exit', ended).on('message', answered);
        child.send(order);
      });
    },
    kill: () => void child.kill('SIGKILL'),
    close(done) {
      child.once('exit', done);
      child.disconnect();
    },
  };
}
