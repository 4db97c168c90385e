import type { Client, ClientGrant, ResourceServer } from '../client/client.js';

/** Tenant-wide settings. Lifetimes in milliseconds. */
export interface TenantSettings {
  readonly friendlyName: string;
  readonly pictureUrl: string | null;
  readonly defaultAudience: string | null;
  readonly enabledLocales: readonly string[];
  readonly allowedLogoutUrls: readonly string[];
  readonly sessionLifetimeMs: number;
  readonly idleSessionLifetimeMs: number;
  readonly authorizationCodeLifetimeMs: number;
  /** How long a sign-in that was begun may be finished. */
  readonly transactionLifetimeMs: number;
  /** How long a pushed authorization request waits for its browser. */
  readonly pushedRequestLifetimeMs: number;
  readonly logRetentionMs: number;
  /** Whether a silent answer moves the idle clock where the SDK does not say if the End-User was active. */
  readonly silentCountsAsActivity: boolean;
  /** Whether a retry within the overlap, from another agent or network than the one that rotated, counts as replay. */
  readonly overlapElsewhereIsReplay: boolean;
  /** Whether the replay of a refresh token ends its session, and not its family alone. */
  readonly refreshTokenReplayEndsSession: boolean;
  readonly clientRegistration: ClientRegistrationPolicy;
}

/** Who may register clients by themselves. */
export interface ClientRegistrationPolicy {
  readonly mode: 'off' | 'token' | 'open';
  /** SHA-256 of each, in base64url. */
  readonly initialAccessTokenHashes: readonly string[];
  /** How many clients may have registered themselves at one time. */
  readonly mostClients: number;
  /** How long one stays that nobody uses. */
  readonly unusedLifetimeMs: number;
}

/** How pages look for this tenant. */
export interface Branding {
  readonly logoUrl: string | null;
  /** `#rrggbb`, or `null` for Sojourn's own accent. */
  readonly primaryColor: string | null;
}

/** A database connection: where users with passwords live. */
export interface DatabaseConnection {
  readonly name: string;
  readonly disableSignup: boolean;
}

/** What the server serves, as one immutable snapshot. Handlers ask for the current one at each request. */
export interface Configuration {
  readonly tenant: TenantSettings;
  readonly branding: Branding;
  /** By `client_id`. */
  readonly clients: ReadonlyMap<string, Client>;
  /** By identifier. */
  readonly resourceServers: ReadonlyMap<string, ResourceServer>;
  readonly clientGrants: readonly ClientGrant[];
  readonly databases: readonly DatabaseConnection[];
}

/** The kinds of configuration that the store keeps. */
export type ConfigurationKind =
  | 'tenant'
  | 'branding'
  | 'client'
  /** When everything that a client had been given was ended. */
  | 'client-end'
  | 'resource-server'
  | 'client-grant'
  | 'database';

/** Ends everything that a client has been given until now: judged at every use, on every node. @see design.md 3 */
export function buildClientEnd(clientId: string, now: number): ConfigurationDocument {
  return { kind: 'client-end', id: clientId, document: { ended_at: now } };
}

/** One stored entry, in the shape of Auth0's management API, secrets sealed. `tenant` and `branding` have the id `default`. */
export interface ConfigurationDocument {
  readonly kind: ConfigurationKind;
  readonly id: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** An entry that is new or different, or one that is gone: then its document is `null`. */
export interface ConfigurationChange {
  readonly kind: ConfigurationKind;
  readonly id: string;
  readonly document: ConfigurationDocument['document'] | null;
}

/** What a node must know to judge by what the store has now. */
export interface ConfigurationChanges {
  /** Grows with each change, of keys as well. */
  readonly version: number;
  /** Whether these are all entries there are, and not what changed alone. */
  readonly isWhole: boolean;
  readonly changes: readonly ConfigurationChange[];
}
