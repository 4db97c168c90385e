import type { Store } from '@sojourn/server';
import { type Deployment, startDeployment } from './deployment.js';
import { createPostgresDatabase } from './postgres-database.js';

/** Three nodes of one deployment: a PostgreSQL database, a secret, an issuer and a clock in common, and nothing else. */
export interface Nodes {
  /** Where changes are made. */
  readonly first: Deployment;
  /** Where they must be seen. */
  readonly others: readonly [Deployment, Deployment];
  stop(): Promise<void>;
}

/** @param wrapStore what the others are given in place of their stores: see {@link deaf}. */
export async function startNodes(tenantFile: object, wrapStore?: (store: Store) => Store): Promise<Nodes> {
  const database = await createPostgresDatabase();
  const databaseUrl = database.url;
  const first = await startDeployment({ tenantFile, databaseUrl });
  const join = () =>
    startDeployment({ tenantFile: {}, databaseUrl, joins: first, ...(wrapStore && { wrapStore }) });
  const others = [await join(), await join()] as const;
  return {
    first,
    others,
    stop: async () => {
      for (const node of [...others, first]) await node.stop();
      await database.drop();
    },
  };
}

/** A store that never tells of a change: what its server knows of one, it found in the database when it was asked. */
export const deaf = (store: Store): Store => ({ ...store, onConfigurationChange: () => () => {} });
