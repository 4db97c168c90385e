import { parseArgs } from 'node:util';
import { PAIRINGS } from './trials.js';
import { FLOWS, STORES } from './workload.js';

/** @import { Pairing } from './trials.js' */
/** @import { Flow, StoreName } from './workload.js' */

/** @typedef {'speed' | 'size' | 'scale'} Part */

/**
 * @typedef {object} Options
 * @property {boolean} smoke one round that judges errors only.
 * @property {readonly Part[]} parts
 * @property {number} rounds counted ones; unless it is a smoke run, one more goes before them.
 * @property {number} seconds of each run.
 * @property {readonly Flow[]} flows
 * @property {readonly StoreName[]} stores
 * @property {readonly Pairing[]} pairings
 * @property {number} connections
 * @property {number} sessions
 * @property {number} families
 * @property {number} rotations
 * @property {'each' | 'shared'} peerCommit
 * @property {boolean} write
 * @property {string | null} profile
 */

export const USAGE = `npm run bench -- [options]

  --parts LIST      speed, size, scale (speed and size; scale stores millions of sessions: an hour, 15 GB)
  --stores LIST     sqlite, postgres, null (all); null commits nothing and shows the limit of a refresh
  --write           keep the result in bench/results/
  --smoke           one short round of each; judges errors only

speed
  --rounds N        counted rounds; one more before them is discarded (5)
  --seconds N       length of each run (3)
  --flows LIST      silent, pair, refresh (all)
  --algs LIST       es256, mixed, rs256 (all): what ID tokens are signed with on both sides; mixed is RS256 on ours alone
  --connections N   kept-alive connections of the load (32)
  --sessions N      live sessions with a refresh token family each, taken in turn (5000)
  --peer-commit X   each | shared: whether oidc-provider's SQLite adapter groups commits (each)
  --profile FOLDER  write V8 CPU profiles of the contestants there (they cost time themselves)

size
  --families N      refresh token families that are stored, each of a session of its own (200000)
  --rotations N     of a twentieth as many families, to see that they do not grow (1000000)`;

const PARTS = /** @type {const} */ (['speed', 'size', 'scale']);
const ALL_PAIRINGS = /** @type {Pairing[]} */ (Object.keys(PAIRINGS));

/**
 * @param {readonly string[]} args
 * @returns {Options | string} a sentence saying what is wrong.
 */
export function parseOptions(args) {
  /** @type {ReturnType<typeof readArgs>} */
  let values;
  try {
    values = readArgs(args);
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
  const { smoke, write, profile = null } = values;
  const parts = parseList(values.parts ?? (smoke ? PARTS.join(',') : 'speed,size'), PARTS);
  const stores = parseList(values.stores, STORES);
  const flows = parseList(values.flows, FLOWS);
  // Together they sign with everything that there is.
  const pairings = parseList(values.algs ?? (smoke ? 'mixed' : ALL_PAIRINGS.join(',')), ALL_PAIRINGS);
  if (parts === null) return `--parts knows ${PARTS.join(', ')}`;
  if (stores === null) return `--stores knows ${STORES.join(', ')}`;
  if (flows === null) return `--flows knows ${FLOWS.join(', ')}`;
  if (pairings === null) return `--algs knows ${ALL_PAIRINGS.join(', ')}`;
  const peerCommit = values['peer-commit'];
  if (peerCommit !== 'each' && peerCommit !== 'shared') return '--peer-commit is each or shared';

  if (write && profile !== null) return 'a profiled run is slower than it would be; it is not kept';

  const numbers = {
    rounds: Number(smoke ? 1 : values.rounds),
    seconds: Number(smoke ? 1 : values.seconds),
    connections: Number(values.connections),
    sessions: Number(smoke ? 1000 : values.sessions),
    families: Number(smoke ? 2000 : values.families),
    rotations: Number(smoke ? 1000 : values.rotations),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 1) return `--${name} is a whole number from 1`;
  }
  if (numbers.sessions < numbers.connections) return '--sessions is at least --connections';
  return { ...numbers, smoke, parts, stores, flows, pairings, peerCommit, write, profile };
}

/**
 * @template {string} Word
 * @param {string} text
 * @param {readonly Word[]} known
 * @returns {Word[] | null} in the order of those that are known; `null` where one is not.
 */
export function parseList(text, known) {
  const words = text.toLowerCase().split(',');
  const chosen = known.filter((word) => words.includes(word));
  return chosen.length === words.length ? chosen : null;
}

/** @param {readonly string[]} args */
function readArgs(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      parts: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      flows: { type: 'string', default: FLOWS.join(',') },
      stores: { type: 'string', default: STORES.join(',') },
      algs: { type: 'string' },
      connections: { type: 'string', default: '32' },
      sessions: { type: 'string', default: '5000' },
      families: { type: 'string', default: '200000' },
      rotations: { type: 'string', default: '1000000' },
      'peer-commit': { type: 'string', default: 'each' },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
      smoke: { type: 'boolean', default: false },
    },
  });
  return values;
}
