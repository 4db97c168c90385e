import { SchemaTooNew } from '../schema.js';
import type { Store } from '../store.js';
import { attachmentRows } from './attachment-rows.js';
import { browserSessionRows } from './browser-session-rows.js';
import { codeRows } from './code-rows.js';
import { configurationChanges } from './configuration-changes.js';
import { configurationRows } from './configuration-rows.js';
import { KnownVersion } from './configuration-version.js';
import { openConnections, unavailable } from './connections.js';
import { consentRows } from './consent-rows.js';
import { readDatabaseAddress } from './database-address.js';
import { eventRows } from './event-rows.js';
import { expiredRows } from './expired-rows.js';
import { familyRows } from './family-rows.js';
import { grantRows } from './grant-rows.js';
import { heartbeatRow } from './heartbeat-row.js';
import { interactionRows } from './interaction-rows.js';
import { migrate, ServerTooOld } from './migrate.js';
import { pushedRequestRows } from './pushed-request-rows.js';
import { registrationRows } from './registration-rows.js';
import { sessionRows } from './session-rows.js';
import { userRows } from './user-rows.js';

/**
 * The store of any number of processes: a PostgreSQL database, whose row decides.
 *
 * @param url `postgres://…`, with everything that the driver understands, and `pool_max`.
 * @param options.answerWithinMs for tests that are not about time.
 * @throws SchemaTooNew; StoreUnavailable where the database cannot be reached; Error where the address cannot be read
 *   or the server is too old. No message holds the address.
 */
export async function openPostgresStore(
  url: string,
  { answerWithinMs }: { answerWithinMs?: number } = {},
): Promise<Store> {
  const { config, poolMax } = readDatabaseAddress(url);
  await migrate(config).catch((error) => {
    const saysItself = error instanceof SchemaTooNew || error instanceof ServerTooOld;
    throw saysItself ? error : unavailable(error);
  });
  const connections = openConnections(config, { poolMax, answerWithinMs });
  const knownVersion = new KnownVersion();
  const { onConfigurationChange, stop } = configurationChanges(connections, config, knownVersion);
  return {
    ...configurationRows(connections, knownVersion),
    ...registrationRows(connections),
    ...userRows(connections),
    ...interactionRows(connections),
    ...pushedRequestRows(connections),
    ...sessionRows(connections),
    ...browserSessionRows(connections),
    ...consentRows(connections),
    ...codeRows(connections, knownVersion),
    ...grantRows(connections, knownVersion),
    ...familyRows(connections, knownVersion),
    ...attachmentRows(connections),
    ...eventRows(connections),
    ...expiredRows(connections),
    ...heartbeatRow(connections),
    onConfigurationChange,
    close: () => {
      stop();
      return connections.close();
    },
  };
}
