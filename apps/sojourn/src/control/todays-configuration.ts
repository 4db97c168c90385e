import {
  buildConfiguration,
  buildRefreshPolicy,
  type RefreshPolicy,
  type SessionLimits,
  type Store,
} from '@sojourn/server';

/** What sessions and refresh tokens are judged by and named with at this moment. */
export interface TodaysConfiguration {
  readonly sessionLimits: SessionLimits;
  /** `null` where the application is disabled or deleted: nothing it was given is honoured. */
  readonly policyOf: (clientId: string) => RefreshPolicy | null;
  /** The name of an application, or its id where it has none. */
  readonly applicationOf: (clientId: string) => string;
  /** Applications of this name. */
  readonly clientIdsNamed: (name: string) => readonly string[];
  /** Whether it is registered, be it disabled. */
  readonly isRegistered: (clientId: string) => boolean;
}

/** Reads it from the store, without the secrets in it: beside no server there may be nothing to open them with. */
export async function findTodaysConfiguration(store: Store): Promise<TodaysConfiguration> {
  const documents = await store.findConfiguration();
  // Nothing here is about client secrets, and beside no server there may be nothing to open them with.
  const configuration = buildConfiguration(documents, () => '');
  const { tenant, clients } = configuration;
  // Disabled applications are in no configuration, yet what they held is listed.
  const names = new Map(
    documents
      .filter(({ kind }) => kind === 'client')
      .map(({ id, document }) => [id, typeof document.name === 'string' ? document.name : id]),
  );
  return {
    sessionLimits: { idleMs: tenant.idleSessionLifetimeMs, absoluteMs: tenant.sessionLifetimeMs },
    policyOf: (clientId) => {
      const client = clients.get(clientId);
      return client === undefined ? null : buildRefreshPolicy(client, configuration);
    },
    applicationOf: (clientId) => names.get(clientId) ?? clientId,
    clientIdsNamed: (name) => [...names].filter(([, other]) => other === name).map(([id]) => id),
    isRegistered: (clientId) => names.has(clientId),
  };
}
