/**
 * @typedef {object} Spread
 * @property {number} min
 * @property {number} median
 * @property {number} max
 */

/**
 * @param {readonly number[]} values at least one.
 * @returns {Spread}
 */
export function spreadOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  return {
    min: at(0),
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    max: at(sorted.length - 1),
  };
}

/**
 * How many times `ours` is `theirs`: of the medians, and round by round. Foreign load hits both contestants of one
 * round alike, so the rounds' own ratios are steadier than the rates they come from.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs of the same rounds, in the same order.
 * @returns {{ ofMedians: number, byRound: Spread }}
 */
export function ratioOf(ours, theirs) {
  return {
    ofMedians: spreadOf(ours).median / spreadOf(theirs).median,
    byRound: spreadOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN))),
  };
}
