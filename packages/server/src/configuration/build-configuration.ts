import type { z } from 'zod';
import type { ResourceServer } from '../client/client.js';
import { buildClient } from './build-client.js';
import { clientEnd, clientEntry } from './client-entry.js';
import type {
  Branding,
  ClientRegistrationPolicy,
  Configuration,
  ConfigurationDocument,
  ConfigurationKind,
  DatabaseConnection,
  TenantSettings,
} from './configuration.js';
import { DEFAULTS } from './defaults.js';
import { parseEntry } from './parse-entry.js';
import { buildProblemText } from './problem.js';
import { clientGrantEntry, type ResourceServerEntry, resourceServerEntry } from './resource-server-entry.js';
import { SECRET_PURPOSES, type Unseal } from './sealed-secrets.js';
import {
  type BrandingEntry,
  brandingEntry,
  databaseEntry,
  type TenantEntry,
  tenantEntry,
} from './tenant-entry.js';

const DAY_MS = 86_400_000;

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
  const [tenant] = readAll(documents, 'tenant', tenantEntry);
  const [branding] = readAll(documents, 'branding', brandingEntry);
  const endedAt = new Map(
    documents
      .filter(({ kind }) => kind === 'client-end')
      .map((document) => [document.id, read(document, clientEnd).ended_at]),
  );
  const clients = documents
    .filter((document) => document.kind === 'client')
    .map((document) => ({ id: document.id, entry: read(document, clientEntry) }))
    // A disabled client is unknown everywhere: it authenticates nowhere, and nothing that it was given is honoured.
    .filter(({ entry }) => entry.sojourn?.disabled !== true)
    .map(({ id, entry }) => buildClient(id, entry, endedAt.get(id) ?? 0, unseal));
  const resourceServers = readAll(documents, 'resource-server', resourceServerEntry).map((entry) =>
    buildResourceServer(entry, unseal),
  );
  return {
    tenant: buildTenant(tenant ?? {}),
    branding: buildBranding(branding ?? {}),
    clients: new Map(clients.map((client) => [client.clientId, client])),
    resourceServers: new Map(resourceServers.map((server) => [server.identifier, server])),
    clientGrants: readAll(documents, 'client-grant', clientGrantEntry).map((grant) => ({
      clientId: grant.client_id,
      audience: grant.audience,
      scope: grant.scope ?? [],
    })),
    databases: buildDatabases(documents),
  };
}

/** The database connections of a deployment; where none was loaded, the one that Auth0 calls by default. */
export function buildDatabases(documents: readonly ConfigurationDocument[]): DatabaseConnection[] {
  const databases = readAll(documents, 'database', databaseEntry).map((entry) => ({
    name: entry.name,
    disableSignup: entry.options?.disable_signup ?? false,
  }));
  return databases.length > 0 ? databases : [{ name: DEFAULTS.databaseName, disableSignup: false }];
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

function readAll<T extends z.ZodType>(
  documents: readonly ConfigurationDocument[],
  kind: ConfigurationKind,
  schema: T,
): z.output<T>[] {
  return documents.filter((document) => document.kind === kind).map((document) => read(document, schema));
}

function read<T extends z.ZodType>({ kind, id, document }: ConfigurationDocument, schema: T): z.output<T> {
  const parsed = parseEntry(schema, document, { path: [], subject: `the stored ${kind} "${id}"` });
  if (parsed.entry === null) throw new Error(parsed.problems.map(buildProblemText).join('\n'));
  return parsed.entry;
}
