import type { MessagePort } from 'node:worker_threads';
import { connectionStore } from './connection-store.js';
import { openDatabase, unavailable } from './database.js';

/** One write, asked for by the thread that serves. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly values: readonly unknown[];
}

/** What became of it; errors are taken apart, for a thread's `StoreUnavailable` is not another's. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly message: string; readonly cause: string };

/**
 * Answers calls from a connection of its own until it is told `close`, each after its commit. What comes while a commit
 * runs shares the next one.
 *
 * @param ended becomes 1 when the connection is closed, for a process that ends and can only wait.
 */
export async function answerCalls(port: MessagePort, file: string, ended: Int32Array): Promise<void> {
  const { db, release } = await openDatabase(file, true);
  const store = connectionStore(db, release);
  const methods = { ...store } as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
  let answers: Answer[] = [];

  // What one commit answers goes in one message, before the next commit begins.
  const send = (answer: Answer) => {
    answers.push(answer);
    if (answers.length > 1) return;
    process.nextTick(() => {
      port.postMessage(answers);
      answers = [];
    });
  };
  const answer = async ({ id, method, values }: Call) => {
    try {
      send({ id, value: await methods[method]?.(...values) });
    } catch (error) {
      const { message, cause } = unavailable(error);
      send({ id, message, cause: cause instanceof Error ? cause.message : String(cause) });
    }
  };
  port.on('message', (message: readonly Call[] | 'close') => {
    if (message !== 'close') {
      for (const call of message) void answer(call);
      return;
    }
    void store.close();
    // After the answers that closing gave.
    setImmediate(() => {
      port.close();
      Atomics.store(ended, 0, 1);
      Atomics.notify(ended, 0);
    });
  });
}
