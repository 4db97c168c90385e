/** @import { FamilyOutcome } from './hold-race.js' */

/**
 * What must become of every family. With an overlap all uses are one retry: the same successor for each, and it lives.
 * Without one a token is used once, and whoever uses it again ends the family.
 *
 * @param {{ overlaps: boolean, uses: number }} race
 * @returns {FamilyOutcome}
 */
export function buildExpectation({ overlaps, uses }) {
  return overlaps ? { winners: uses, successors: 1, living: 1 } : { winners: 1, successors: 1, living: 0 };
}

/**
 * @param {readonly FamilyOutcome[]} outcomes
 * @param {FamilyOutcome} expected
 * @returns {number} families of which something else became.
 */
export function countFaults(outcomes, expected) {
  return outcomes.filter(
    ({ winners, successors, living }) =>
      winners !== expected.winners || successors !== expected.successors || living !== expected.living,
  ).length;
}
