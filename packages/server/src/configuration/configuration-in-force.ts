import { type Secrets, unseal } from '../credential/secrets.js';
import type { Keyring } from '../keys/signing-keys.js';
import { amendConfiguration, type ConfigurationParts, NO_PARTS } from './build-configuration.js';
import type { Configuration } from './configuration.js';
import type { ConfigurationStore } from './configuration-store.js';
import { findKeyUse } from './key-use.js';

/** How soon configuration that could not be read is read again: what changes is to be in force within a second. */
const REREAD_MS = 500;

/** The configuration that this node judges by, signing keys included. @see design.md 10 */
export interface ConfigurationInForce {
  current(): Configuration;
  /** Reads it anew, after the store's was changed. */
  reload(): Promise<void>;
  close(): void;
}

/** @param onFailure told each time that a change could not be read, which is tried again until it can. */
export async function startConfiguration(
  keys: Keyring,
  {
    store,
    secrets,
    onFailure,
  }: { store: ConfigurationStore; secrets: Secrets; onFailure: (error: unknown) => void },
): Promise<ConfigurationInForce> {
  let version: number | null = null;
  let parts: ConfigurationParts = NO_PARTS;
  // What changed since the last reading, so that one client among ten thousand costs one.
  const read = async () => {
    const found = await store.findConfigurationChanges(version);
    const before = found.isWhole ? NO_PARTS : parts;
    parts = amendConfiguration(before, found.changes, (purpose, sealed) => unseal(secrets, purpose, sealed));
    version = found.version;
  };
  await read();
  // After it, as in each reload: keys that were read before may be older than the version that now counts as known.
  await keys.reload();
  await keys.use(findKeyUse(parts.configuration));
  let loading = Promise.resolve();
  let next: Promise<void> | null = null;
  let rereading: NodeJS.Timeout | null = null;
  let isClosed = false;

  const reload = () => {
    // One after the other: a slow read would bring an older configuration back. All who ask before the next one begins
    // are served by it.
    const load = async () => {
      next = null;
      await read();
      await keys.reload();
      await keys.use(findKeyUse(parts.configuration));
    };
    if (next === null) {
      next = loading.then(load, load);
      loading = next;
      loading.catch(reloadSoon);
    }
    return next;
  };
  const reloadSoon = (error: unknown) => {
    if (rereading !== null || isClosed) return;
    onFailure(error);
    // Nobody tells of a change twice, and configuration without its keys looks like all of it.
    rereading = setTimeout(() => {
      rereading = null;
      reload().catch(() => {});
    }, REREAD_MS).unref();
  };
  const stopListening = store.onConfigurationChange(() => {
    reload().catch(() => {});
  });
  return {
    current: () => parts.configuration,
    reload,
    close: () => {
      stopListening();
      isClosed = true;
      clearTimeout(rereading ?? undefined);
    },
  };
}
