import type { KeyAdministration, PasswordHashing, Store } from '@sojourn/server';
import type { ServerStatus } from './server-status.js';

/** What commands work on: the running server's own store, or one opened for the command. */
export interface ControlPorts {
  readonly store: Store;
  readonly hashing: PasswordHashing;
  /** The signing keys. Beside no server they are opened only where a command is about them, since that needs the secret. */
  readonly keys: () => Promise<KeyAdministration>;
  /** Has the running server read its configuration anew. */
  readonly reloadConfiguration: () => Promise<void>;
  /** `null` beside no server. */
  readonly status: ServerStatus | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
