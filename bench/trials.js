/** @import { Alg, ServerName, Flow, StoreName } from './workload.js' */

/**
 * Who takes part: a contestant on a store, and what its ID tokens are signed with.
 *
 * @typedef {object} Seat
 * @property {ServerName} contestant
 * @property {StoreName} store
 * @property {Alg} alg
 */

/**
 * One flow, and those who run it in turns.
 *
 * @typedef {object} Trial
 * @property {Flow} flow
 * @property {number} connections
 * @property {readonly Seat[]} seats
 */

/** @typedef {'es256' | 'mixed' | 'rs256'} Pairing */

/**
 * What ID tokens are signed with on either side. `mixed` is what an unmodified auth0-spa-js costs us, beside a peer that
 * need not pay for it.
 *
 * @type {Record<Pairing, Record<ServerName, Alg>>}
 */
export const PAIRINGS = {
  es256: { sojourn: 'ES256', 'oidc-provider': 'ES256' },
  mixed: { sojourn: 'RS256', 'oidc-provider': 'ES256' },
  rs256: { sojourn: 'RS256', 'oidc-provider': 'RS256' },
};

/** So few that nobody queues: what one End-User waits. */
export const FEW_CONNECTIONS = 4;

/**
 * @param {{ flows: readonly Flow[], stores: readonly StoreName[], pairings: readonly Pairing[], connections: number }} options
 * @returns {Trial[]}
 */
export function planTrials({ flows, stores, pairings, connections }) {
  const first = pairings.slice(0, 1);
  const trials = flows.map((flow) => ({
    flow,
    connections,
    // `silent` signs nothing, so the algorithm of the ID token makes no difference to it.
    seats: stores.flatMap((store) =>
      seatsOn(store, flow, flow === 'silent' || store === 'null' ? first : pairings),
    ),
  }));
  if (flows.includes('refresh')) {
    const seats = stores
      .filter((store) => store !== 'null')
      .flatMap((store) => seatsOn(store, 'refresh', first));
    trials.push({ flow: 'refresh', connections: FEW_CONNECTIONS, seats });
  }
  return trials.filter(({ seats }) => seats.length > 0);
}

/**
 * @param {StoreName} store
 * @param {Flow} flow
 * @param {readonly Pairing[]} pairings
 * @returns {Seat[]}
 */
function seatsOn(store, flow, pairings) {
  /** @type {readonly ServerName[]} */
  const contestants = store === 'null' ? ['sojourn'] : ['sojourn', 'oidc-provider'];
  // The null store rotates refresh tokens; for the rest of the flows it is none.
  if (store === 'null' && flow !== 'refresh') return [];
  return contestants.flatMap((contestant) =>
    [...new Set(pairings.map((pairing) => PAIRINGS[pairing][contestant]))].map((alg) => ({
      contestant,
      store,
      alg,
    })),
  );
}

/** @param {Seat} seat */
export function titleOfSeat({ contestant, store, alg }) {
  return `${contestant}, ${store}, ${alg.toLowerCase()}`;
}
