/** @import { Lineup } from '../stage.js' */
/** @import { Options } from '../options.js' */
/** @import { StoreName } from '../workload.js' */

/**
 * A deployment of some size.
 *
 * @typedef {object} Scene
 * @property {number} clients
 * @property {number} sessions stored, each of a user and with a refresh token family of its own.
 * @property {number} processes
 */

/** How many sessions are asked for, where there are more. */
const ASKED_AT_MOST = 20_000;

/**
 * From the smallest to the largest; more processes than one only where they can share a database.
 *
 * @param {StoreName} store
 * @param {Pick<Options, 'smoke'>} options
 * @returns {Scene[]}
 */
export function scenesOn(store, { smoke }) {
  const sizes = smoke
    ? [
        { clients: 10, sessions: 100 },
        { clients: 100, sessions: 1000 },
      ]
    : [
        { clients: 100, sessions: 1000 },
        { clients: 10_000, sessions: 1000 },
        { clients: 100_000, sessions: 1000 },
        { clients: 100_000, sessions: 5_000_000 },
      ];
  const alone = sizes.map((size) => ({ ...size, processes: 1 }));
  const [smallest, largest] = [alone[0], alone.at(-1)];
  if (store !== 'postgres' || smallest === undefined || largest === undefined) return alone;
  return [...alone, { ...smallest, processes: 2 }, { ...largest, processes: 2 }];
}

/**
 * @param {StoreName} store
 * @param {Scene} scene
 * @returns {Lineup}
 */
export function lineupOf(store, { clients, sessions, processes }) {
  const asked = Math.min(sessions, ASKED_AT_MOST);
  return {
    title: `${store}, ${clients} clients, ${sessions} sessions, ${processes} processes`,
    contestant: 'sojourn',
    store,
    alg: 'ES256',
    audience: 'api',
    clients,
    sessions: asked,
    copies: Math.ceil(sessions / asked),
    peerCommit: 'each',
    processes,
  };
}
