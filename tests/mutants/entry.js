/** @import { Mutant } from '../../tools/mutants/mutant.js' */

/**
 * Entries of one source file.
 *
 * @param {string} file  Below packages/server/src.
 * @param {readonly string[]} tests  Test files, from there or from the root (`tests/…`).
 * @returns {(find: string, replace: string, breaks: string, elsewhere?: readonly string[]) => Mutant}  `elsewhere`: the tests
 *   that must notice this one, where they are others.
 */
export function mutantsOf(file, tests) {
  const fromRoot = (/** @type {string} */ path) =>
    path.startsWith('tests/') ? path : `packages/server/src/${path}`;
  return (find, replace, breaks, elsewhere = tests) => ({
    file: fromRoot(file),
    find,
    replace,
    breaks,
    tests: elsewhere.map(fromRoot),
  });
}
