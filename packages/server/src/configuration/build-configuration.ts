import type { z } from 'zod';
import type { Client, ClientGrant, ResourceServer } from '../client/client.js';
import { buildClient } from './build-client.js';
import { clientEnd, clientEntry } from './client-entry.js';
import type {
  Branding,
  ClientRegistrationPolicy,
  Configuration,
  ConfigurationChange,
  ConfigurationDocument,
  ConfigurationKind,
  DatabaseConnection,
  TenantSettings,
} from './configuration.js';
import { DEFAULTS } from './defaults.js';
import { LayeredMap } from './layered-map.js';
import { parseEntry } from './parse-entry.js';
import { buildProblemText } from './problem.js';
import {
  type ClientGrantEntry,
  clientGrantEntry,
  type ResourceServerEntry,
  resourceServerEntry,
} from './resource-server-entry.js';
import { SECRET_PURPOSES, type Unseal } from './sealed-secrets.js';
import {
  type BrandingEntry,
  brandingEntry,
  type DatabaseEntry,
  databaseEntry,
  type TenantEntry,
  tenantEntry,
} from './tenant-entry.js';

const DAY_MS = 86_400_000;

/** A snapshot with what the next one is made from. */
export interface ConfigurationParts {
  readonly configuration: Configuration;
  readonly clients: LayeredMap<string, Client>;
  /** Milliseconds since 1970, by `client_id`: when everything that a client had been given was last ended. */
  readonly clientEnds: LayeredMap<string, number>;
  readonly resourceServers: LayeredMap<string, ResourceServer>;
  /** By the id of their entries, as the databases. */
  readonly clientGrants: LayeredMap<string, ClientGrant>;
  readonly databases: LayeredMap<string, DatabaseConnection>;
}

/**
 * The snapshot that handlers work with: every default applied, lifetimes in milliseconds, secrets in clear.
 *
 * @param documents What the store holds. Without any: a tenant with defaults and one database.
 * @param unseal Opens a secret that was sealed under a purpose of `SECRET_PURPOSES`.
 * @throws Error where a stored entry does not have the form it was stored in; SecretError from `unseal`.
 */
export function buildConfiguration(
  documents: readonly ConfigurationDocument[],
  unseal: Unseal,
): Configuration {
  return amendConfiguration(NO_PARTS, documents, unseal).configuration;
}

/**
 * The next snapshot: entries that changed are built, all others are those of the snapshot before.
 *
 * @throws As `buildConfiguration`; nothing was changed.
 */
export function amendConfiguration(
  before: ConfigurationParts,
  changes: readonly ConfigurationChange[],
  unseal: Unseal,
): ConfigurationParts {
  const changed = <T>(kind: ConfigurationKind, build: (document: ConfigurationDocument) => T | undefined) =>
    buildChanged(changes, kind, build);
  const single = <T>(
    kind: 'tenant' | 'branding',
    build: (document: ConfigurationDocument | null) => T,
    was: T,
  ) => {
    const last = changes.filter((change) => change.kind === kind).at(-1);
    return last === undefined ? was : build(isPresent(last) ? last : null);
  };
  const ends = changed('client-end', (document) => read(document, clientEnd).ended_at);
  const clientEnds = before.clientEnds.with(ends);
  const clients = before.clients.with(
    changed('client', (document) => buildEnabledClient(document, clientEnds.get(document.id) ?? 0, unseal)),
  );
  const resourceServers = before.resourceServers.with(
    changed('resource-server', (document) =>
      buildResourceServer(read(document, resourceServerEntry), unseal),
    ),
  );
  const clientGrants = before.clientGrants.with(
    changed('client-grant', (document) => buildClientGrant(read(document, clientGrantEntry))),
  );
  const databases = before.databases.with(
    changed('database', (document) => buildDatabase(read(document, databaseEntry))),
  );
  const { configuration: was } = before;
  const clientsWithEnds = clients.with(findEnded(clients, ends));
  return {
    configuration: {
      tenant: single('tenant', (entry) => buildTenant(entry ? read(entry, tenantEntry) : {}), was.tenant),
      branding: single(
        'branding',
        (entry) => buildBranding(entry ? read(entry, brandingEntry) : {}),
        was.branding,
      ),
      clients: clientsWithEnds,
      resourceServers,
      clientGrants: clientGrants === before.clientGrants ? was.clientGrants : [...clientGrants.values()],
      databases: databases === before.databases ? was.databases : listDatabases(databases),
    },
    clients: clientsWithEnds,
    clientEnds,
    resourceServers,
    clientGrants,
    databases,
  };
}

function isPresent(change: ConfigurationChange): change is ConfigurationDocument {
  return change.document !== null;
}

/** What became of the entries of a kind; `undefined` for those that are gone. */
function buildChanged<T>(
  changes: readonly ConfigurationChange[],
  kind: ConfigurationKind,
  build: (document: ConfigurationDocument) => T | undefined,
): Map<string, T | undefined> {
  const ofKind = changes.filter((change) => change.kind === kind);
  return new Map(ofKind.map((change) => [change.id, isPresent(change) ? build(change) : undefined]));
}

/** A disabled client is unknown everywhere: it authenticates nowhere, and nothing that it was given is honoured. */
function buildEnabledClient(
  document: ConfigurationDocument,
  notBefore: number,
  unseal: Unseal,
): Client | undefined {
  const entry = read(document, clientEntry);
  return entry.sojourn?.disabled === true ? undefined : buildClient(document.id, entry, notBefore, unseal);
}

/** The clients whose end changed, and perhaps nothing else of them. */
function findEnded(
  clients: ReadonlyMap<string, Client>,
  ends: ReadonlyMap<string, number | undefined>,
): Map<string, Client> {
  const ended = new Map<string, Client>();
  for (const [clientId, endedAt] of ends) {
    const client = clients.get(clientId);
    if (client !== undefined) ended.set(clientId, { ...client, notBefore: endedAt ?? 0 });
  }
  return ended;
}

function buildClientGrant(entry: ClientGrantEntry): ClientGrant {
  return { clientId: entry.client_id, audience: entry.audience, scope: entry.scope ?? [] };
}

function buildDatabase(entry: DatabaseEntry): DatabaseConnection {
  return { name: entry.name, disableSignup: entry.options?.disable_signup ?? false };
}

/** In the order of the store, because the first is where people sign up. */
function listDatabases(databases: ReadonlyMap<string, DatabaseConnection>): DatabaseConnection[] {
  const listed = [...databases]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, database]) => database);
  return listed.length > 0 ? listed : [{ name: DEFAULTS.databaseName, disableSignup: false }];
}

/** The database connections of a deployment; where none was loaded, the one that Auth0 calls by default. */
export function buildDatabases(documents: readonly ConfigurationDocument[]): DatabaseConnection[] {
  const databases = documents.filter(({ kind }) => kind === 'database');
  return listDatabases(
    new Map(databases.map((document) => [document.id, buildDatabase(read(document, databaseEntry))])),
  );
}

function buildTenant(entry: TenantEntry): TenantSettings {
  const own = entry.sojourn ?? {};
  const { tenant } = DEFAULTS;
  return {
    friendlyName: entry.friendly_name ?? tenant.friendlyName,
    pictureUrl: entry.picture_url ?? null,
    defaultAudience: entry.default_audience ?? null,
    enabledLocales: entry.enabled_locales ?? tenant.enabledLocales,
    allowedLogoutUrls: entry.allowed_logout_urls ?? [],
    sessionLifetimeMs: lifetimeMs(
      own.session_lifetime_in_seconds,
      entry.session_lifetime,
      tenant.sessionLifetimeSeconds,
    ),
    idleSessionLifetimeMs: lifetimeMs(
      own.idle_session_lifetime_in_seconds,
      entry.idle_session_lifetime,
      tenant.idleSessionLifetimeSeconds,
    ),
    authorizationCodeLifetimeMs:
      (own.authorization_code_lifetime_in_seconds ?? tenant.authorizationCodeLifetimeSeconds) * 1_000,
    pushedRequestLifetimeMs:
      (own.pushed_request_lifetime_in_seconds ?? tenant.pushedRequestLifetimeSeconds) * 1_000,
    transactionLifetimeMs: (own.transaction_lifetime_in_seconds ?? tenant.transactionLifetimeSeconds) * 1_000,
    logRetentionMs: (own.log_retention_in_days ?? tenant.logRetentionDays) * DAY_MS,
    silentCountsAsActivity: own.silent_counts_as_activity ?? tenant.silentCountsAsActivity,
    overlapElsewhereIsReplay: own.overlap_elsewhere_is_replay ?? tenant.overlapElsewhereIsReplay,
    refreshTokenReplayEndsSession:
      own.refresh_token_replay_ends_session ?? tenant.refreshTokenReplayEndsSession,
    clientRegistration: buildClientRegistration(entry),
  };
}

function buildClientRegistration({ flags, sojourn }: TenantEntry): ClientRegistrationPolicy {
  const entry = sojourn?.client_registration;
  return {
    mode: entry?.mode ?? (flags?.enable_dynamic_client_registration ? 'open' : 'off'),
    initialAccessTokenHashes: (entry?.initial_access_tokens ?? []).map((hashed) =>
      hashed.slice('sha256:'.length),
    ),
    mostClients: entry?.most_clients ?? DEFAULTS.tenant.registeredClients,
    unusedLifetimeMs:
      (entry?.unused_lifetime_in_seconds ?? DEFAULTS.tenant.unusedClientLifetimeSeconds) * 1_000,
  };
}

/** Seconds where they are given, else hours, else the default. */
function lifetimeMs(seconds: number | undefined, hours: number | undefined, defaultSeconds: number): number {
  if (seconds !== undefined) return seconds * 1_000;
  return hours === undefined ? defaultSeconds * 1_000 : Math.round(hours * 3_600_000);
}

function buildBranding(entry: BrandingEntry): Branding {
  return { logoUrl: entry.logo_url ?? null, primaryColor: entry.colors?.primary?.toLowerCase() ?? null };
}

function buildResourceServer(entry: ResourceServerEntry, unseal: Unseal): ResourceServer {
  const { resourceServer } = DEFAULTS;
  const tokenLifetime = entry.token_lifetime ?? resourceServer.tokenLifetimeSeconds;
  const forWeb =
    entry.token_lifetime_for_web ?? Math.min(resourceServer.tokenLifetimeForWebSeconds, tokenLifetime);
  return {
    identifier: entry.identifier,
    name: entry.name ?? entry.identifier,
    scopes: (entry.scopes ?? []).map(({ value, description }) => ({ value, description: description ?? '' })),
    signingAlg: entry.signing_alg ?? resourceServer.signingAlg,
    signingSecret:
      entry.signing_secret === undefined ? null : unseal(SECRET_PURPOSES.signingSecret, entry.signing_secret),
    tokenDialect: entry.token_dialect?.startsWith('rfc9068_profile')
      ? 'rfc9068_profile'
      : resourceServer.tokenDialect,
    tokenLifetimeMs: tokenLifetime * 1_000,
    tokenLifetimeForWebMs: forWeb * 1_000,
    allowOfflineAccess: entry.allow_offline_access ?? false,
    skipConsentForVerifiableFirstPartyClients: entry.skip_consent_for_verifiable_first_party_clients ?? true,
  };
}

function read<T extends z.ZodType>({ kind, id, document }: ConfigurationDocument, schema: T): z.output<T> {
  const parsed = parseEntry(schema, document, { path: [], subject: `the stored ${kind} "${id}"` });
  if (parsed.entry === null) throw new Error(parsed.problems.map(buildProblemText).join('\n'));
  return parsed.entry;
}

/** The snapshot of a store without entries. */
export const NO_PARTS: ConfigurationParts = {
  configuration: {
    tenant: buildTenant({}),
    branding: buildBranding({}),
    clients: new Map(),
    resourceServers: new Map(),
    clientGrants: [],
    databases: listDatabases(new Map()),
  },
  clients: LayeredMap.empty(),
  clientEnds: LayeredMap.empty(),
  resourceServers: LayeredMap.empty(),
  clientGrants: LayeredMap.empty(),
  databases: LayeredMap.empty(),
};
