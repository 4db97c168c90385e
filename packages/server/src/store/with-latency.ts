import type { Store } from './store.js';

/** Each call waits some turns of the event loop before and after, as over a network: callers meet in every order. */
export function withLatency(store: Store): Store {
  let turn = 0;
  const pause = async () => {
    turn = (turn * 31 + 7) % 101;
    for (let left = turn % 5; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const delayed = Object.entries(store).map(([name, method]) => [
    name,
    async (...values: never[]) => {
      await pause();
      const result = await (method as (...values: never[]) => Promise<unknown>)(...values);
      await pause();
      return result;
    },
  ]);
  return Object.fromEntries(delayed) as Store;
}
