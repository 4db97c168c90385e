import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TemporaryFault } from '../fault/fault.js';

/** How many jobs may wait for a thread, unless told otherwise. */
export const WAITING_PASSWORD_JOBS_AT_MOST = 100;
/** A full default queue is gone after one to two seconds on one thread; more than that keeps the next wave apart. */
const RETRY_AFTER_SECONDS = 5;

/** What a password worker is asked. One at a time. */
export type PasswordJob =
  | {
      readonly kind: 'hash';
      readonly password: string;
      readonly memoryKiB: number;
      readonly passes: number;
      readonly parallelism: number;
    }
  | {
      readonly kind: 'verify';
      readonly scheme: 'argon2' | 'bcrypt';
      readonly hash: string;
      /** Spellings of the password to try, in order. */
      readonly candidates: readonly string[];
    };

/** What it answers. */
export type PasswordJobResult =
  | { readonly outcome: 'hashed'; readonly hash: string }
  /** The place of the spelling that matched; -1 where none did. */
  | { readonly outcome: 'verified'; readonly matching: number }
  /** The library refused the job; says why, without the password. */
  | { readonly outcome: 'failed'; readonly message: string };

/** More passwords wait than may. Nothing was computed; answer 503 with `Retry-After`. */
export class PasswordQueueFull extends TemporaryFault {
  override readonly name = 'PasswordQueueFull';
  /** When to come again, in seconds. */
  readonly retryAfterSeconds = RETRY_AFTER_SECONDS;
}

/** The thread crashed, was closed, or could not compute. Nothing is known about the password; answer 500. */
export class PasswordHashingFailed extends TemporaryFault {
  override readonly name = 'PasswordHashingFailed';
}

interface Task {
  readonly job: PasswordJob;
  readonly resolve: (result: PasswordJobResult) => void;
  readonly reject: (error: Error) => void;
}

interface Lane {
  readonly worker: Worker;
  task: Task | null;
  crash: unknown;
}

/**
 * Threads of their own for password hashing, started when first needed, with a bounded queue before them.
 *
 * The library's asynchronous form would share Node's thread pool with RS256 signing, so that a login flood would stall
 * the token endpoint; its synchronous form in these threads cannot.
 */
export class PasswordWorkers {
  readonly #threads: number;
  readonly #waitingAtMost: number;
  readonly #lanes = new Set<Lane>();
  readonly #waiting: Task[] = [];
  #isClosed = false;

  /**
   * @param options `threads`: at least 1, default one less than the processor has, at least 1. `waitingAtMost`: jobs that
   * wait while all threads work, default 100.
   * @throws TypeError where a number is not a whole one in its range.
   */
  constructor(options: { threads?: number | undefined; waitingAtMost?: number | undefined }) {
    this.#threads = options.threads ?? Math.max(1, availableParallelism() - 1);
    this.#waitingAtMost = options.waitingAtMost ?? WAITING_PASSWORD_JOBS_AT_MOST;
    if (!Number.isInteger(this.#threads) || this.#threads < 1) {
      throw new TypeError(`Password threads: expected a whole number from 1 on, found ${this.#threads}.`);
    }
    if (!Number.isInteger(this.#waitingAtMost) || this.#waitingAtMost < 0) {
      throw new TypeError(
        `Waiting passwords: expected a whole number from 0 on, found ${this.#waitingAtMost}.`,
      );
    }
  }

  /**
   * Queues a job.
   *
   * @throws PasswordQueueFull at once, before anything is queued.
   * @throws PasswordHashingFailed at once where closed; later where the thread crashes or refuses the job.
   */
  run(job: PasswordJob): Promise<PasswordJobResult> {
    if (this.#isClosed) throw new PasswordHashingFailed('Password hashing is closed.');
    const areAllBusy = [...this.#lanes].filter((lane) => lane.task !== null).length >= this.#threads;
    if (areAllBusy && this.#waiting.length >= this.#waitingAtMost) {
      throw new PasswordQueueFull(`${this.#waiting.length} passwords wait to be hashed, the most that may.`);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#assign();
    });
  }

  /** Ends the threads. What waits or runs fails with {@link PasswordHashingFailed}; nothing can be queued any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new PasswordHashingFailed('Password hashing was closed before this password was done.');
    for (const task of this.#waiting.splice(0)) task.reject(closed);
    const ends = [...this.#lanes].map((lane) => {
      lane.task?.reject(closed);
      return lane.worker.terminate();
    });
    await Promise.all(ends);
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const lane = this.#findIdleLane();
      const task = lane === null ? undefined : this.#waiting.shift();
      if (lane === null || task === undefined) return;
      lane.task = task;
      // A thread keeps the process alive only while somebody waits for it.
      lane.worker.ref();
      lane.worker.postMessage(task.job);
    }
  }

  #findIdleLane(): Lane | null {
    for (const lane of this.#lanes) if (lane.task === null) return lane;
    return this.#lanes.size < this.#threads ? this.#startLane() : null;
  }

  #startLane(): Lane {
    // From src/ and from dist/ the file is at the same place; it is plain JavaScript because no loader is in a thread.
    const worker = new Worker(new URL('../../workers/password-worker.js', import.meta.url), {
      name: 'sojourn-password',
      execArgv: [],
    });
    const lane: Lane = { worker, task: null, crash: undefined };
    worker.unref();
    worker.on('message', (result: PasswordJobResult) => this.#finish(lane, result));
    worker.on('error', (error) => {
      lane.crash = error;
    });
    worker.on('exit', () => this.#replace(lane));
    this.#lanes.add(lane);
    return lane;
  }

  #finish(lane: Lane, result: PasswordJobResult): void {
    const task = lane.task;
    lane.task = null;
    lane.worker.unref();
    if (result.outcome === 'failed') task?.reject(new PasswordHashingFailed(result.message));
    else task?.resolve(result);
    this.#assign();
  }

  /** Each crash takes one job with it, so a thread that cannot start never makes a loop. */
  #replace(lane: Lane): void {
    this.#lanes.delete(lane);
    const failed = new PasswordHashingFailed('The password thread ended unexpectedly.', {
      cause: lane.crash,
    });
    lane.task?.reject(failed);
    if (!this.#isClosed) this.#assign();
  }
}
