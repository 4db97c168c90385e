import type { Client } from '../client/client.js';
import type { Configuration } from './configuration.js';

/** Whether any client lists the origin: at preflight the client is not known yet. @see design.md 13 */
export function isListedOrigin(configuration: Configuration, origin: string): boolean {
  let listed = listedOrigins.get(configuration);
  if (listed === undefined) {
    listed = new Set(
      [...configuration.clients.values()].flatMap((client) => [
        ...client.webOrigins,
        ...client.allowedOrigins,
      ]),
    );
    listedOrigins.set(configuration, listed);
  }
  return listed.has(origin);
}

/** Whether a page of this origin may read what the client is answered. @see design.md 13 */
export function isOriginOf(client: Client, origin: string): boolean {
  return client.webOrigins.includes(origin) || client.allowedOrigins.includes(origin);
}

const listedOrigins = new WeakMap<Configuration, Set<string>>();
