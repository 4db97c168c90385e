import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuMicrosecondsOf, rssBytesOf } from './process-usage.js';

/** @import { Usage } from './process-usage.js' */

/** How long a child may take for one answer. Key generation is within it. */
const PATIENCE_MS = 120_000;

/**
 * A process of the benchmark's own: a contestant or the load. Each has one to itself, so that neither garbage
 * collection nor a busy event loop of one is counted against another.
 */
export class ChildProcess {
  #child;
  #stderr = '';

  /**
   * @param {string} module relative to this file.
   * @param {{ argument?: object, nodeOptions?: string[] }} [options]
   */
  constructor(module, { argument = {}, nodeOptions = [] } = {}) {
    this.#child = fork(fileURLToPath(new URL(module, import.meta.url)), [JSON.stringify(argument)], {
      execArgv: nodeOptions,
      // Both contestants as they run in production; Koa and others look at it.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Shown only where something goes wrong: oidc-provider greets Node 20 with a warning.
    this.#child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
  }

  /** @param {object | string} message */
  tell(message) {
    this.#child.send(message);
  }

  /**
   * @param {number} [withinMs]
   * @returns {Promise<any>} the next message of the child.
   * @throws where it ends or is silent instead.
   */
  async hear(withinMs = PATIENCE_MS) {
    const patience = AbortSignal.timeout(withinMs);
    const ended = new AbortController();
    try {
      const [message] = await Promise.race([
        once(this.#child, 'message', { signal: AbortSignal.any([patience, ended.signal]) }),
        once(this.#child, 'exit', { signal: ended.signal }).then(([code]) => {
          throw new Error(`a process of the benchmark ended early (${code}):\n${this.#stderr}`);
        }),
      ]);
      return message;
    } finally {
      ended.abort();
    }
  }

  /** @param {object | string} message */
  async ask(message) {
    const answer = this.hear();
    this.tell(message);
    return answer;
  }

  /** @returns {Promise<Usage>} of processor by all its threads and ended children, and of memory. */
  async usage() {
    const { pid } = this.#child;
    if (process.platform !== 'linux' || pid === undefined) return this.ask('usage');
    return { cpuMicroseconds: cpuMicrosecondsOf(pid), rssBytes: rssBytesOf(pid) };
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    if (this.#child.connected) this.tell('stop');
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await exit;
    clearTimeout(deadline);
  }
}
