import { parseArgs } from 'node:util';
import { ALGS, FLOWS } from './workload.js';

/** @import { Alg, Flow } from './workload.js' */

/**
 * @typedef {object} Options
 * @property {boolean} smoke one round that judges errors only.
 * @property {number} rounds counted ones; unless it is a smoke run, one more goes before them.
 * @property {number} seconds of each run.
 * @property {readonly Flow[]} flows
 * @property {readonly Alg[]} algs of ID tokens.
 * @property {number} connections
 * @property {number} sessions
 * @property {'each' | 'shared'} peerCommit
 * @property {boolean} write
 * @property {string | null} profile
 */

export const USAGE = `npm run bench -- [options]

  --rounds N        counted rounds; one more before them is discarded (5)
  --seconds N       length of each run (5)
  --flows LIST      silent, pair (both)
  --algs LIST       es256, rs256: what ID tokens are signed with on both sides (both)
  --connections N   kept-alive connections of the load (32)
  --sessions N      live sessions, taken in turn (5000)
  --peer-commit X   each | shared: whether oidc-provider's adapter groups commits (each)
  --write           keep the result in bench/results/
  --profile FOLDER  write V8 CPU profiles of the contestants there (they cost time themselves)
  --smoke           one short round; judges errors only`;

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
  const flows = FLOWS.filter((flow) => values.flows.split(',').includes(flow));
  const algs = ALGS.filter((alg) => values.algs.toUpperCase().split(',').includes(alg));
  if (flows.length !== values.flows.split(',').length) return `--flows knows ${FLOWS.join(', ')}`;
  if (algs.length !== values.algs.split(',').length) return `--algs knows ${ALGS.join(', ').toLowerCase()}`;
  const peerCommit = values['peer-commit'];
  if (peerCommit !== 'each' && peerCommit !== 'shared') return '--peer-commit is each or shared';

  if (write && profile !== null) return 'a profiled run is slower than it would be; it is not kept';

  const numbers = {
    rounds: Number(smoke ? 1 : values.rounds),
    seconds: Number(smoke ? 1 : values.seconds),
    connections: Number(values.connections),
    sessions: Number(smoke ? 1000 : values.sessions),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 1) return `--${name} is a whole number from 1`;
  }
  return { ...numbers, smoke, flows, algs, peerCommit, write, profile };
}

/** @param {readonly string[]} args */
function readArgs(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      flows: { type: 'string', default: 'silent,pair' },
      algs: { type: 'string', default: 'es256,rs256' },
      connections: { type: 'string', default: '32' },
      sessions: { type: 'string', default: '5000' },
      'peer-commit': { type: 'string', default: 'each' },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
      smoke: { type: 'boolean', default: false },
    },
  });
  return values;
}
