import { relative } from 'node:path';
import { root } from './root.js';

const SHOWN = 10;

/**
 * How long a file of tests took, with what it prepared and cleared away; loading it counts too.
 *
 * @typedef {{ path: string, durationMs: number }} FileDuration
 */

/**
 * The lines that name the slowest files, the slowest first.
 *
 * @param {readonly FileDuration[]} files
 * @returns {string[]} Empty where there was none; otherwise a heading and at most ten files.
 */
export function buildSlowestLines(files) {
  if (files.length === 0) return [];
  const slowest = files.toSorted((one, other) => other.durationMs - one.durationMs).slice(0, SHOWN);
  const seconds = (/** @type {number} */ milliseconds) =>
    `${(milliseconds / 1_000).toFixed(1)} s`.padStart(9);
  return ['The slowest files:', ...slowest.map(({ path, durationMs }) => `${seconds(durationMs)}  ${path}`)];
}

/** A reporter of vitest: at the end of a run it names the files that took longest. */
export default class SlowestFilesReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const files = modules.map((module) => {
      const { collectDuration, setupDuration, duration } = module.diagnostic();
      const path = relative(root, module.moduleId);
      return { path, durationMs: collectDuration + setupDuration + duration };
    });
    for (const line of buildSlowestLines(files)) console.log(line);
  }
}
