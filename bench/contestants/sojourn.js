import { createAuthorizationServer, openStore, parseSecrets, startHttpListener } from '@sojourn/server';
import { copySessions } from '../scale/copy-sessions.js';
import { POOL_MAX } from '../workload.js';
import { openNullStore } from './null-store.js';
import { seedConfiguration, seedSessions } from './sojourn-seeds.js';

/** @import { Assignment, Serving } from '../workload.js' */

/**
 * Sojourn as it runs: its store, event rows on, every check and limit in force.
 *
 * @param {Assignment} assignment
 * @returns {Promise<Serving>}
 */
export async function startSojourn(assignment) {
  const { database, secret, joins, clients, copies } = assignment;
  const store = await open(database);
  const secrets = parseSecrets(secret);
  if (joins === null) await seedConfiguration(store, assignment);
  const seeds = joins === null ? await seedSessions(store, secrets, assignment) : [];
  if (joins === null) await copySessions(database, copies);

  const listener = await startHttpListener({ host: '127.0.0.1', port: 0, trustedProxies: ['127.0.0.1'] });
  const issuer = joins ?? `http://localhost:${listener.port}/`;
  const server = await createAuthorizationServer({ issuer, store, secrets });
  listener.answerWith(server.handle);

  return {
    entry: {
      port: listener.port,
      issuer,
      authorizationPath: '/authorize',
      tokenPath: '/oauth/token',
      apiParameter: 'audience',
      cookies: seeds.map(({ cookie }) => cookie),
      refreshTokens: seeds.map(({ refreshToken }) => refreshToken),
      clients,
    },
    async stop() {
      await listener.close(1000);
      await server.close();
      await store.close();
    },
  };
}

/** @param {string} database */
function open(database) {
  if (database === 'null:') return openNullStore();
  return openStore(database.startsWith('postgres:') ? `${database}?pool_max=${POOL_MAX}` : database);
}
