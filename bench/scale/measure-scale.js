import { openStage } from '../stage.js';
import { lineupOf, scenesOn } from './scenes.js';

/** @import { Databases } from '../databases.js' */
/** @import { Options } from '../options.js' */
/** @import { Run, Seated } from '../stage.js' */
/** @import { Flow, StoreName } from '../workload.js' */
/** @import { Scene } from './scenes.js' */

/** @typedef {{ store: StoreName, scene: Scene, flow: Flow, runs: Run[] }} ScaleSeries */

/** @type {readonly Flow[]} */
const SCALED_FLOWS = ['silent', 'refresh'];

/**
 * The same requests against deployments of growing size, in turns.
 *
 * @param {Options} options
 * @param {Databases} databases
 * @returns {Promise<ScaleSeries[]>}
 */
export async function measureScale(options, databases) {
  const { flows, connections, seconds, rounds, smoke, stores } = options;
  const stage = openStage(databases, options.profile);
  try {
    /** @type {(ScaleSeries & { seated: Seated })[]} */
    const all = [];
    for (const store of stores.filter((name) => name !== 'null')) {
      for (const scene of scenesOn(store, { smoke })) {
        const seated = await stage.seat(lineupOf(store, scene));
        for (const flow of SCALED_FLOWS.filter((one) => flows.includes(one)))
          all.push({ store, scene, flow, runs: [], seated });
      }
    }
    const warmUps = smoke ? 0 : 1;
    for (let round = -warmUps; round < rounds; round++) {
      for (const { seated, flow, runs } of all) {
        const run = await stage.measure(seated, { flow, connections, seconds });
        if (round >= 0) runs.push(run);
      }
    }
    return all.map(({ store, scene, flow, runs }) => ({ store, scene, flow, runs }));
  } finally {
    await stage.close();
  }
}
