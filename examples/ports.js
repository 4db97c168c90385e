import { createServer } from 'node:net';

/**
 * Finds a free port for every name at once. A taken port moves to the next free one; 0 takes any free port.
 * The ports are free when this returns, not reserved.
 *
 * @template {string} Name
 * @param {Readonly<Record<Name, number>>} preferred
 * @returns {Promise<Record<Name, number>>}
 */
export async function findPorts(preferred) {
  const names = /** @type {Name[]} */ (Object.keys(preferred));
  const wanted = new Set(Object.values(preferred));
  const found = /** @type {Record<Name, number>} */ ({});
  /** @type {(() => Promise<void>)[]} */
  const releases = [];
  try {
    for (const name of names) {
      const held = await holdFrom(preferred[name], wanted);
      releases.push(held.release);
      found[name] = held.port;
    }
    return found;
  } finally {
    await Promise.all(releases.map((release) => release()));
  }
}

/**
 * Each port stays held until all are chosen, so that no two names get the same one. A port that another name
 * prefers is skipped, so that one taken port does not push all the others along.
 *
 * @param {number} preferred
 * @param {ReadonlySet<number>} wanted
 */
async function holdFrom(preferred, wanted) {
  for (let port = preferred; port <= 65535; port += 1) {
    if (port !== preferred && wanted.has(port)) continue;
    const held = await hold(port);
    if (held !== null) return held;
  }
  throw new Error(`No free port from ${preferred} upwards.`);
}

/**
 * Takes the port on both loopback addresses: a browser tries `::1` first for `localhost`, so a stranger there
 * would be met instead of us.
 *
 * @param {number} port
 * @returns {Promise<{ port: number, release: () => Promise<void> } | null>} `null` where the port is taken
 */
async function hold(port) {
  const ipv4 = await bind('127.0.0.1', port);
  if (ipv4.outcome !== 'bound') return null;
  const ipv6 = await bind('::1', ipv4.port);
  if (ipv6.outcome === 'taken') {
    await ipv4.release();
    return null;
  }
  return {
    port: ipv4.port,
    release: async () => {
      await ipv4.release();
      if (ipv6.outcome === 'bound') await ipv6.release();
    },
  };
}

/**
 * @typedef {{ outcome: 'bound', port: number, release: () => Promise<void> }} Bound
 * @param {string} host
 * @param {number} port
 * @returns {Promise<Bound | { outcome: 'taken' } | { outcome: 'no-such-address' }>}
 */
function bind(host, port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      // A machine without IPv6 has no ::1 that anybody could hold.
      const absent = error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT';
      resolve({ outcome: absent ? 'no-such-address' : 'taken' });
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      const release = () =>
        new Promise((/** @type {(value: void) => void} */ done) => server.close(() => done()));
      resolve({ outcome: 'bound', port: address.port, release });
    });
  });
}
