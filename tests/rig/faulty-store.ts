import { type Store, StoreUnavailable } from '@sojourn/server';

/** A store that stops answering when told to, wholly or by method. */
export interface Fault {
  /** What does not answer now; `null`: all is well. */
  fails: ((method: keyof Store) => boolean) | null;
  /** What it fails with. Default: `StoreUnavailable`. */
  error: () => Error;
}

export function faultyStore(): { fault: Fault; wrapStore: (store: Store) => Store } {
  const fault: Fault = { fails: null, error: () => new StoreUnavailable('the store did not answer') };
  return {
    fault,
    wrapStore: (store) =>
      new Proxy(store, {
        get: (target, name) => {
          if (name === 'onConfigurationChange') return target.onConfigurationChange;
          const method = target[name as keyof Store] as (...values: never[]) => Promise<unknown>;
          return async (...values: never[]) => {
            if (fault.fails?.(name as keyof Store)) throw fault.error();
            return method(...values);
          };
        },
      }),
  };
}
