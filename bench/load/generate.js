import { performance } from 'node:perf_hooks';
import { Connection } from './connection.js';
import { checkTokens, prepareRequests, readCode, readSuccessor } from './requests.js';

/** @import { Entry, Flow } from '../workload.js' */
/** @import { Requests } from './requests.js' */

/**
 * @typedef {object} Load
 * @property {Entry} entry
 * @property {readonly number[]} ports of the contestant's processes; connections go to them in turn.
 * @property {Flow} flow
 * @property {number} seconds
 * @property {number} connections
 */

/**
 * @typedef {object} LoadResult
 * @property {number} answered requests; a pair is two.
 * @property {number} elapsedSeconds from the first request to the last answer.
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} cpuMicroseconds of this process, per request: what the machine's cores had left for the contestant.
 */

/** Goes on over all loads, so that no session is asked more often than another: silent requests are limited per session. */
let nextSession = 0;

/**
 * The one living token of each family, of each contestant by its port. They go on over all loads too: a token that was
 * sent is spent, and its successor takes its place.
 *
 * @type {Map<number, string[]>}
 */
const refreshTokens = new Map();

/**
 * Drives one contestant for a while and counts. Every answer is checked, and the first wrong one ends the benchmark:
 * a server that refuses is fast.
 *
 * @param {Load} load
 * @returns {Promise<LoadResult>}
 */
async function generate({ entry, ports, flow, seconds, connections: count }) {
  const requests = prepareRequests(entry);
  const connections = Array.from(
    { length: count },
    (_, index) => new Connection(ports[index % ports.length] ?? entry.port),
  );
  try {
    await Promise.all(connections.map((connection) => connection.opened()));
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    const deadline = startedAt + seconds * 1000;
    await Promise.all(
      connections.map((connection, index) =>
        flow === 'refresh'
          ? keepRefreshing(connection, requests, tokensOf(entry), { first: index, step: count, deadline })
          : keepAsking(connection, requests, flow, deadline),
      ),
    );
    const elapsedMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    const latencies = connections.flatMap((connection) => connection.latenciesMs);
    return summarize(latencies, { elapsedMs, cpuMicroseconds: user + system });
  } finally {
    for (const connection of connections) connection.close();
  }
}

/**
 * @param {Connection} connection
 * @param {Requests} requests
 * @param {'silent' | 'pair'} flow
 * @param {number} deadline A pair begun before it is finished after it, so both kinds of request count equally.
 */
async function keepAsking(connection, requests, flow, deadline) {
  while (performance.now() < deadline) {
    const session = nextSession++;
    const code = readCode(await connection.ask(requests.authorize(session)));
    if (flow === 'pair') checkTokens(await connection.ask(requests.exchange(session, code)));
  }
}

/**
 * Every so many families are this connection's, so that no family is asked from two at once.
 *
 * @param {Connection} connection
 * @param {Requests} requests
 * @param {string[]} tokens
 * @param {{ first: number, step: number, deadline: number }} turns
 */
async function keepRefreshing(connection, requests, tokens, { first, step, deadline }) {
  let family = first;
  while (performance.now() < deadline) {
    const answer = await connection.ask(requests.refresh(family, /** @type {string} */ (tokens[family])));
    tokens[family] = readSuccessor(answer);
    family += step;
    if (family >= tokens.length) family = first;
  }
}

/** @param {Entry} entry */
function tokensOf({ port, refreshTokens: first }) {
  const tokens = refreshTokens.get(port) ?? [...first];
  refreshTokens.set(port, tokens);
  return tokens;
}

/**
 * @param {number[]} latenciesMs
 * @param {{ elapsedMs: number, cpuMicroseconds: number }} spent
 * @returns {LoadResult}
 */
function summarize(latenciesMs, { elapsedMs, cpuMicroseconds }) {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (/** @type {number} */ share) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return {
    answered: sorted.length,
    elapsedSeconds: elapsedMs / 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuMicroseconds: cpuMicroseconds / sorted.length,
  };
}

process.on('message', (message) => {
  if (message === 'stop') process.exit(0);
  generate(/** @type {Load} */ (message)).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ failure: String(error.message) }),
  );
});
// The benchmark is gone; so is the reason for the load.
process.on('disconnect', () => process.exit(0));
