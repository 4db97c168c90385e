/** Suites that drive a browser, as globs. */
export const BROWSER_SUITES = ['tests/{browser,compat}/**/*.test.ts', '**/*.browser.test.ts'];

/** Suites that start processes or browsers and wait for them: they leave most of a core to others. */
const WAITING_SUITES = /\/tests\/(?:browser|compat|crash|command)\/|\.browser\.test\.ts$/;

/**
 * The order in which suites begin. Those that wait are dealt evenly among those that compute, so that at any time there is
 * something to compute while something is waited for. None that is long begins last.
 *
 * @template Suite
 * @param {readonly Suite[]} suites  The longest first, as far as that is known.
 * @param {(suite: Suite) => string} pathOf  With `/` between folders.
 * @returns {Suite[]}
 */
export function buildOrder(suites, pathOf) {
  const isWaiting = (/** @type {Suite} */ suite) => WAITING_SUITES.test(pathOf(suite));
  const waiting = suites.filter(isWaiting);
  const computing = suites.filter((suite) => !isWaiting(suite));
  return [waiting, computing]
    .flatMap((kind) => kind.map((suite, index) => ({ suite, place: index / kind.length })))
    .sort((one, other) => one.place - other.place)
    .map(({ suite }) => suite);
}
