import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../../fault/fault.js';
import type { Answer, Call } from './answer-calls.js';
import { unavailable } from './database.js';

/** A thread that cannot run is not tried for each request. */
const ONE_START_IN_MS = 1000;
/** Longer than the driver waits for a lock. */
const END_AT_MOST_MS = 3000;

interface Asked {
  readonly call: Call;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreUnavailable) => void;
}

/**
 * A thread with the store on a connection of its own, started when first needed. What is asked in one turn of the event
 * loop goes to it in one message, and so into one commit. Should it end, what was asked of it is answered
 * `StoreUnavailable`, and the next call starts another, at most one in a second.
 */
export class WriterThread {
  readonly #file: string;
  readonly #sent = new Map<number, Asked>();
  #outbox: Asked[] = [];
  #lastId = 0;
  #worker: Worker | null = null;
  #crash: unknown;
  #startedLately = false;
  #closing: Promise<void> | null = null;

  /** @param file with a schema that is up to date. */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * @param method a write of `Store`.
   * @param values plain data, as all of its arguments are.
   * @throws StoreUnavailable
   */
  call(method: string, values: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closing !== null) return reject(unavailable(new Error('the store is closed')));
      if (this.#outbox.length === 0) setImmediate(() => this.#send());
      this.#lastId += 1;
      this.#outbox.push({ call: { id: this.#lastId, method, values }, resolve, reject });
    });
  }

  /** What was asked before is answered first. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#send();
    const worker = this.#worker;
    if (worker === null) return;
    worker.ref();
    worker.postMessage('close');
    await new Promise((resolve) => worker.once('exit', resolve));
  }

  #send(): void {
    const asked = this.#outbox;
    this.#outbox = [];
    if (asked.length > 0) this.#post(asked);
  }

  /** What cannot be sent is a fault of its own caller, and costs the others nothing. */
  #post(asked: readonly Asked[]): void {
    try {
      this.#worker ??= this.#startWorker();
      this.#worker.postMessage(asked.map(({ call }) => call));
      // A thread keeps the process alive only while somebody waits for it.
      this.#worker.ref();
      for (const one of asked) this.#sent.set(one.call.id, one);
    } catch (error) {
      if (asked.length > 1) for (const one of asked) this.#post([one]);
      else asked[0]?.reject(unavailable(error));
    }
  }

  #startWorker(): Worker {
    if (this.#startedLately) throw this.#crash;
    this.#startedLately = true;
    this.#crash = new Error('the thread that writes has ended');
    setTimeout(() => {
      this.#startedLately = false;
    }, ONE_START_IN_MS).unref();
    const ended = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL('../../../workers/sqlite-writer.js', import.meta.url), {
      name: 'sojourn-sqlite-writer',
      execArgv: [],
      workerData: { file: this.#file, beside: import.meta.url, ended },
    });
    worker.on('message', (answers: readonly Answer[]) => this.#settle(worker, answers));
    worker.on('error', (error) => {
      this.#crash = error;
    });
    // Node would tear the thread out of a driver's call, and on Node 20 that aborts the process.
    const waitForEnd = () => {
      worker.postMessage('close');
      Atomics.wait(ended, 0, 0, END_AT_MOST_MS);
    };
    process.once('exit', waitForEnd);
    worker.on('exit', () => {
      process.off('exit', waitForEnd);
      this.#worker = null;
      for (const { reject } of this.#sent.values()) reject(unavailable(this.#crash));
      this.#sent.clear();
    });
    return worker;
  }

  #settle(worker: Worker, answers: readonly Answer[]): void {
    for (const answer of answers) {
      const asked = this.#sent.get(answer.id);
      this.#sent.delete(answer.id);
      if ('value' in answer) asked?.resolve(answer.value);
      else asked?.reject(new StoreUnavailable(answer.message, { cause: new Error(answer.cause) }));
    }
    if (this.#sent.size === 0 && this.#closing === null) worker.unref();
  }
}
