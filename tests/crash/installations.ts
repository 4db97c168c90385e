import type { Installation } from './installation.js';
import { PostgresInstallation } from './postgres-installation.js';
import { SqliteInstallation } from './sqlite-installation.js';

/** What can be crashed, by its store and by what is killed. */
export const INSTALLATIONS = {
  'sqlite, node': () => SqliteInstallation.start(),
  'sqlite-thread, node': () => SqliteInstallation.start('?writer=thread'),
  'postgres, node': () => PostgresInstallation.start(['first node', 'every node', 'second node']),
  'postgres, database': () => PostgresInstallation.start(['database killed', 'database stopped']),
} satisfies Record<string, () => Promise<Installation>>;

export type InstallationName = keyof typeof INSTALLATIONS;
