import {
  type AuthorizationServer,
  checkSecrets,
  createAuthorizationServer,
  type HttpListener,
  loadTenant,
  openStoreClock,
  parseTenantFile,
  type Secrets,
  type Store,
  startHttpListener,
  startPasswordHashing,
  TenantFileError,
} from '@sojourn/server';
import { type ControlServer, startControlServer } from '../control/control-server.js';
import { controlSocketPath } from '../control/socket-path.js';
import { openGivenStore } from '../open-given-store.js';
import { CommandRefused } from '../refusal.js';
import { version } from '../version.js';
import { buildLoadSummary } from './load-summary.js';
import type { OperatorLog } from './operator-log.js';
import type { PreparedStart } from './prepared-start.js';

/** A server that answers at its issuer's address. */
export interface RunningServer {
  readonly issuer: string;
  /**
   * Takes no more connections, lets requests in flight finish and frees everything.
   * @param deadlineMs Connections still open then are cut.
   */
  close(deadlineMs: number): Promise<void>;
}

/**
 * Opens store, port, tenant file and socket in the order in which a failure leaves least behind: the port is taken
 * before anything is loaded, and requests are answered only when all of it stands.
 *
 * @param print Takes the lines that are for the operator once: made secrets, what was loaded.
 * @throws CommandRefused, StoreInUse, SchemaTooNew, SecretError and what else the library refuses with. Everything
 *   that was opened is closed again.
 */
export async function startServer(
  prepared: PreparedStart,
  secrets: Secrets,
  log: OperatorLog,
  print: (line: string) => void,
): Promise<RunningServer> {
  const { settings, tls } = prepared;
  const parts: Parts = {};
  try {
    const store = await openGivenStore(settings.database, { shared: false });
    parts.store = store;
    const listener = await listen(prepared);
    parts.listener = listener;
    const issuer = settings.issuer ?? `${tls === null ? 'http' : 'https'}://localhost:${listener.port}/`;
    // Before anything is sealed under it. Loading may take long, and until it is done the service does not answer.
    await checkSecrets(secrets, store);
    await loadTenantDocument(prepared, store, secrets, print);
    const server = await createAuthorizationServer({
      issuer,
      store,
      secrets,
      log,
      outbound: { allow: settings.outboundAllow, extraCa: prepared.extraCa },
    });
    parts.server = server;
    parts.control = await listenForCommands(prepared, { issuer, server, store }, log);
    listener.answerWith(server.handle);
    return { issuer, close: (deadlineMs) => closeParts(parts, deadlineMs) };
  } catch (error) {
    await closeParts(parts, 0);
    throw error;
  }
}

/** What stands so far. */
interface Parts {
  store?: Store;
  listener?: HttpListener;
  server?: AuthorizationServer;
  control?: ControlServer | null;
}

/** The listener first: requests in flight still need the server, and the server's last batch of events the store. */
async function closeParts({ store, listener, server, control }: Parts, deadlineMs: number): Promise<void> {
  await listener?.close(deadlineMs);
  await control?.close();
  await server?.close();
  await store?.close();
}

async function listen({ settings, tls }: PreparedStart): Promise<HttpListener> {
  const { host, port, trustedProxies } = settings;
  try {
    return await startHttpListener({ host, port, trustedProxies, ...(tls === null ? {} : { tls }) });
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw new CommandRefused([
          `port is ${port}; another process listens there on ${host}: choose another with --port or SOJOURN_PORT.`,
        ]);
      case 'EACCES':
        throw new CommandRefused([`port is ${port}; this user may not listen there: choose one above 1023.`]);
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw new CommandRefused([
          `host is "${host}"; this machine has no such address: choose one with --host.`,
        ]);
      default:
        throw error;
    }
  }
}

async function loadTenantDocument(
  { tenantDocument }: PreparedStart,
  store: Store,
  secrets: Secrets,
  print: (line: string) => void,
): Promise<void> {
  if (tenantDocument === undefined) return;
  const outcome = parseTenantFile(tenantDocument, await store.findConfiguration());
  if (!outcome.ok) throw new TenantFileError(outcome.problems);
  for (const warning of outcome.warnings) print(`warning: ${warning}`);
  // Hundreds of passwords may be verified here; the server's own threads are for sign-ins.
  const hashing = startPasswordHashing();
  try {
    const now = (await openStoreClock(store))();
    const loaded = await loadTenant({ file: outcome.tenant, store, secrets, hashing, now });
    for (const line of buildLoadSummary(loaded)) print(line);
  } finally {
    await hashing.close();
  }
}

async function listenForCommands(
  { settings }: PreparedStart,
  { issuer, server, store }: { issuer: string; server: AuthorizationServer; store: Store },
  log: OperatorLog,
): Promise<ControlServer | null> {
  // Commands on a PostgreSQL database need no server: every one of them hears of what they change.
  if (settings.database.kind !== 'file') return null;
  const hashing = startPasswordHashing({ threads: 1 });
  const onFault = (error: unknown) =>
    log({ level: 'error', message: 'a command failed', facts: { error: String(error) } });
  const startedAt = Date.now();
  const { pid } = process;
  const status = { issuer, version, nodeVersion: process.versions.node, pid, startedAt };
  const control = await startControlServer(
    controlSocketPath(settings.database.file),
    {
      store,
      hashing,
      keys: async () => server.keys,
      reloadConfiguration: () => server.reloadConfiguration(),
      status,
      now: Date.now,
    },
    onFault,
  );
  return {
    async close() {
      await control.close();
      await hashing.close();
    },
  };
}
