import { type Client, hasRegisteredItself } from '../client/client.js';
import { originOf } from '../http/origin.js';
import type { Configuration } from './configuration.js';

/**
 * What pages of an origin may do: `credentials` with cookies of their own too, `plain` without, `null` nothing.
 *
 * A page of an SPA's callback holds the code anyway, so it may exchange it, as at Auth0; it may hold no attachment, because
 * nobody named its origin for that. Who registered itself has no such right.
 *
 * @see design.md 4, 13 · docs/decisions/0021-clients-are-met-where-nobody-else-gains.md
 */
export type OriginStanding = 'credentials' | 'plain' | null;

/** What pages of this origin may do as this client. */
export function findOriginStanding(client: Client, origin: string): OriginStanding {
  if (client.webOrigins.includes(origin)) return 'credentials';
  return plainOriginsOf(client).has(origin) ? 'plain' : null;
}

/** The most that pages of this origin may do as any client: at preflight the client is not known yet. */
export function findListedStanding(configuration: Configuration, origin: string): OriginStanding {
  let listed = listedOrigins.get(configuration);
  if (listed === undefined) {
    listed = new Map();
    for (const client of configuration.clients.values()) {
      for (const plain of plainOriginsOf(client)) if (!listed.has(plain)) listed.set(plain, 'plain');
      for (const webOrigin of client.webOrigins) listed.set(webOrigin, 'credentials');
    }
    listedOrigins.set(configuration, listed);
  }
  return listed.get(origin) ?? null;
}

const listedOrigins = new WeakMap<Configuration, Map<string, Exclude<OriginStanding, null>>>();

function plainOriginsOf(client: Client): ReadonlySet<string> {
  let origins = plainOrigins.get(client);
  if (origins === undefined) {
    const reached = client.appType === 'spa' && !hasRegisteredItself(client) ? client.callbacks : [];
    origins = new Set([...client.allowedOrigins, ...reached.flatMap((callback) => originOf(callback) ?? [])]);
    plainOrigins.set(client, origins);
  }
  return origins;
}

const plainOrigins = new WeakMap<Client, ReadonlySet<string>>();
