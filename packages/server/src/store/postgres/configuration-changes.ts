import pg from 'pg';
import type { Store } from '../store.js';
import { CHANNEL, type KnownVersion } from './configuration-version.js';
import type { Connections, Statement } from './connections.js';

/** How often the connection proves to itself that it still hears. Two that are missed: it is made anew. */
const HEARTBEAT_MS = 500;
const VERSION: Statement = {
  name: 'find-configuration-version',
  text: 'SELECT version FROM configuration_version',
};

type Stop = () => void;

/**
 * Hears of changes by other nodes on a connection of its own, which says something to itself twice a second: through
 * a pooler, or after a network that fell silent, it would otherwise wait for ever. Each second, and after each new
 * connection, the version is compared as well, so a change is noticed whatever was heard.
 */
export function configurationChanges(
  { run }: Pick<Connections, 'run'>,
  config: pg.ClientConfig,
  knownVersion: KnownVersion,
): Pick<Store, 'onConfigurationChange'> & { stop: Stop } {
  const listeners = new Set<Stop>();
  let stopListening: Stop | null = null;
  const compare = async () => {
    const known = knownVersion.get();
    if (known === null) return;
    const { rows } = await run(VERSION);
    if (rows[0]?.version === knownVersion.get()) return;
    for (const listener of listeners) listener();
  };
  const look = () => {
    // Without the store there is nothing to compare with; the next look comes soon.
    compare().catch(() => {});
  };
  return {
    onConfigurationChange: (listener) => {
      listeners.add(listener);
      stopListening ??= listen(config, look);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stopListening?.();
        stopListening = null;
      };
    },
    stop: () => {
      listeners.clear();
      stopListening?.();
      stopListening = null;
    },
  };
}

/** @param look called when something may have changed: when another node says so, after a silence, and in its course. */
function listen(config: pg.ClientConfig, look: Stop): Stop {
  let client: pg.Client | null = null;
  let heardAt = 0;
  let beats = 0;
  const own = `${CHANNEL}_${process.pid}_${Math.floor(performance.now() * 1_000)}`;

  const connect = () => {
    const next = new pg.Client({ ...config, connectionTimeoutMillis: HEARTBEAT_MS * 2, keepAlive: true });
    client = next;
    next.on('error', () => drop(next));
    next.on('notification', ({ channel }) => {
      heardAt = performance.now();
      if (channel === CHANNEL) look();
    });
    heardAt = performance.now();
    next
      .connect()
      .then(() => next.query(`LISTEN ${CHANNEL}; LISTEN ${own}`))
      .then(look)
      .catch(() => drop(next));
  };
  const drop = (dropped: pg.Client) => {
    if (client === dropped) client = null;
    dropped.end().catch(() => {});
  };
  const timer = setInterval(() => {
    beats += 1;
    if (client !== null && performance.now() - heardAt > 2 * HEARTBEAT_MS + HEARTBEAT_MS / 2) drop(client);
    if (client === null) connect();
    else client.query(`NOTIFY ${own}`).catch(() => {});
    if (beats % 2 === 0) look();
  }, HEARTBEAT_MS).unref();
  connect();
  return () => {
    clearInterval(timer);
    if (client !== null) drop(client);
  };
}
