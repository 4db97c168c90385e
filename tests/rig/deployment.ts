import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
  type HttpListener,
  loadTenant,
  newSecret,
  openStore,
  parseSecrets,
  parseTenantFile,
  type Secrets,
  type Store,
  startHttpListener,
  startPasswordHashing,
} from '@sojourn/server';

/** A whole server in this process, on a free port, with a clock that only the test moves. */
export interface Deployment {
  /** `http://localhost:PORT/`: where it is reached. A node that joined another has that one's as its issuer. */
  readonly issuer: string;
  readonly store: Store;
  readonly secrets: Secrets;
  readonly server: AuthorizationServer;
  readonly clock: Clock;
  /** How often a password was verified. */
  passwordVerifications(): number;
  /** What the operator's log holds. */
  readonly logLines: readonly unknown[];
  /** Loads more, or other, configuration and users. */
  load(tenantFile: object): Promise<void>;
  stop(): Promise<void>;
}

export interface Clock {
  now(): number;
  advance(milliseconds: number): void;
}

export interface DeploymentOptions {
  readonly tenantFile: object;
  /** Default `sqlite::memory:`. */
  readonly databaseUrl?: string;
  /** Another node on the same database: its secret, issuer and clock are this one's too. */
  readonly joins?: Deployment;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly trustedProxies?: readonly string[];
  /** Default `localhost`: the host of the issuer; it must resolve to the loopback address for whoever calls. */
  readonly hostname?: string;
  /** Default: a moment in 2026. Real browsers, and SDKs that look at their own clock, need `Date.now`. */
  readonly startAt?: number;
  /** What the server is given in place of its store: one that fails on demand, or counts. */
  readonly wrapStore?: (store: Store) => Store;
  /** Runs with the machine's clock, for browsers. The returned clock then only adds to it. */
  readonly realTime?: boolean;
  /** Whether the server writes its heartbeat. Default false: a clock that a test moves would look like an outage. */
  readonly heartbeat?: boolean;
  /** What the server may call, and whom it trusts there. Default: the public Internet. */
  readonly outbound?: AuthorizationServerOptions['outbound'];
}

export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  const {
    tenantFile,
    databaseUrl = 'sqlite::memory:',
    hostname = 'localhost',
    tls,
    trustedProxies,
    realTime,
    joins,
  } = options;
  let moment = options.startAt ?? Date.UTC(2026, 10, 20, 12);
  let added = 0;
  const clock: Clock = joins?.clock ?? {
    now: () => (realTime ? Date.now() + added : moment),
    advance: (milliseconds) => {
      if (realTime) added += milliseconds;
      else moment += milliseconds;
    },
  };
  const logLines: unknown[] = [];
  let verifications = 0;
  const store = await openStore(databaseUrl);
  const secrets = joins?.secrets ?? parseSecrets(newSecret());
  const listener: HttpListener = await startHttpListener({
    host: '127.0.0.1',
    port: 0,
    ...(tls && { tls }),
    ...(trustedProxies && { trustedProxies }),
  });
  const issuer = `${tls ? 'https' : 'http'}://${hostname}:${listener.port}/`;
  const load = async (file: object) => {
    const parsed = parseTenantFile(file);
    if (!parsed.ok) throw new Error(parsed.problems.map((problem) => JSON.stringify(problem)).join('\n'));
    const hashing = startPasswordHashing({ threads: 1 });
    await loadTenant({ file: parsed.tenant, store, secrets, hashing, now: clock.now() });
    await hashing.close();
  };
  await load(tenantFile);
  const server = await createAuthorizationServer({
    issuer: joins?.issuer ?? issuer,
    store: options.wrapStore?.(store) ?? store,
    secrets,
    ...(options.outbound && { outbound: options.outbound }),
    clock: clock.now,
    heartbeat: options.heartbeat ?? false,
    log: (line) => logLines.push(line),
    onPasswordVerification: () => {
      verifications += 1;
    },
  });
  listener.answerWith(server.handle);
  return {
    issuer,
    store,
    secrets,
    server,
    clock,
    passwordVerifications: () => verifications,
    logLines,
    load: async (file) => {
      await load(file);
      await server.reloadConfiguration();
    },
    stop: async () => {
      await listener.close(1_000);
      await server.close();
      await store.close();
    },
  };
}
