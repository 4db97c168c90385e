/** @import { Assignment, ContestantName, Serving } from '../workload.js' */

/** Each is read only where it is started: a process must not carry the other's code in its memory. */
const CONTESTANTS = {
  sojourn: async () => (await import('./sojourn.js')).startSojourn,
  'bare-limit': async () => (await import('./bare-limit.js')).startBareLimit,
  'oidc-provider': async () => (await import('./oidc-provider.js')).startOidcProvider,
};

/**
 * @param {ContestantName} name
 * @param {Assignment} assignment
 * @returns {Promise<Serving>}
 */
export async function startContestant(name, assignment) {
  const start = await CONTESTANTS[name]();
  return start(assignment);
}
