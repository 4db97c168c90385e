import pg from 'pg';
import type { Store } from '../store.js';
import { CHANNEL, type KnownVersion } from './configuration-version.js';
import { type Connections, cutOff, type Statement } from './connections.js';

/** How often the connection proves to itself that it still hears. Two that are missed: it is made anew. */
const HEARTBEAT_MS = 500;
const VERSION: Statement = {
  name: 'find-configuration-version',
  text: 'SELECT version FROM configuration_version',
};

type Stop = () => void;

/**
 * Hears of changes by other nodes on a connection of its own, which says something to itself twice a second: through
 * a pooler, or after a network that fell silent, it would otherwise wait for ever. After each new connection, and each
 * second while it hears nothing, the version is compared, so a change is noticed whatever was heard.
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
  return {
    onConfigurationChange: (listener) => {
      listeners.add(listener);
      stopListening ??= listen(config, compare);
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

/**
 * @param compare called when another node says that something changed, after each silence, and each second in its
 *   course; again soon after where it failed, for nobody says it twice.
 */
function listen(config: pg.ClientConfig, compare: () => Promise<void>): Stop {
  const own = `${CHANNEL}_${process.pid}_${Math.floor(performance.now() * 1_000)}`;
  let client: pg.Client | null = null;
  let isListening = false;
  let heardAt = 0;
  let beats = 0;
  let hasFailed = false;

  const look = () => {
    hasFailed = false;
    compare().catch(() => {
      hasFailed = true;
    });
  };
  const drop = () => {
    if (client !== null) cutOff(client);
    client = null;
    isListening = false;
  };
  const connect = async () => {
    const next = new pg.Client({ ...config, connectionTimeoutMillis: HEARTBEAT_MS * 2, keepAlive: true });
    client = next;
    heardAt = performance.now();
    next.on('error', () => {
      if (client === next) drop();
    });
    next.on('notification', ({ channel }) => {
      heardAt = performance.now();
      if (channel === CHANNEL) look();
    });
    await next.connect();
    await next.query(`LISTEN ${CHANNEL}; LISTEN ${own}`);
    if (client !== next) return;
    isListening = true;
    look();
  };
  const beat = async () => {
    const silentMs = performance.now() - heardAt;
    if (silentMs > 3 * HEARTBEAT_MS) drop();
    if (client === null) await connect();
    else if (isListening) await client.query(`NOTIFY ${own}`);
  };
  const keepListening = () => {
    beats += 1;
    // A connection that failed is made anew by a later beat.
    beat().catch(() => {});
    const isSilent = performance.now() - heardAt > 2 * HEARTBEAT_MS;
    if (hasFailed || (isSilent && beats % 2 === 0)) look();
  };
  const timer = setInterval(keepListening, HEARTBEAT_MS).unref();
  keepListening();
  return () => {
    clearInterval(timer);
    drop();
  };
}
