import type { AuthorizationServer, AuthorizationServerOptions } from './authorization-server.js';
import type { HttpListener, ListenerOptions } from './http/listener.js';
import type { DatabaseStanding } from './store/postgres/database-standing.js';

/**
 * Puts the server together, and loads it only now: who imports this package for a store or a key needs neither its
 * handlers and pages nor Fastify.
 *
 * @throws SecretError where the secret is not the store's; TypeError for an issuer that is not an origin and `/`.
 */
export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const server = await import('./authorization-server.js');
  return server.createAuthorizationServer(options);
}

/** Opens the port. Until `answerWith` is called, every request is answered 503. */
export async function startHttpListener(options: ListenerOptions): Promise<HttpListener> {
  const listener = await import('./http/listener.js');
  return listener.startHttpListener(options);
}

/**
 * What a PostgreSQL database says of itself, asked before a store is opened on it.
 *
 * @throws where it cannot be reached.
 */
export async function findDatabaseStanding(url: string): Promise<DatabaseStanding> {
  const standing = await import('./store/postgres/database-standing.js');
  return standing.findDatabaseStanding(url);
}
