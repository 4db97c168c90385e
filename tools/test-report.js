import { relative } from 'node:path';
import { root } from './root.js';

/**
 * What a run of the tests came to.
 *
 * @typedef {object} TestOutcome
 * @property {number} passed
 * @property {number} failed  Everything that did not pass, each once: failed, skipped, broken files, nothing run.
 * @property {string[]} complaints  Why something counts as failed although no test says so, one line each.
 */

/**
 * Reads vitest's JSON report so that nothing can go unnoticed: a skipped test is a defect, a file that does not load is a
 * failed test, and no tests at all is a failure.
 *
 * @param {string | null} json  `null` when vitest wrote none.
 * @param {{ exitCode: number, isNameFiltered: boolean }} run
 *   With a name filter (`-t`) vitest reports every other test as skipped, so these are not held against the run.
 * @returns {TestOutcome}
 */
export function parseTestReport(json, run) {
  /** @type {TestOutcome} */
  const outcome = { passed: 0, failed: 0, complaints: [] };
  /** @type {TestFile[]} */
  const files = json === null ? [] : JSON.parse(json).testResults;
  for (const file of files) {
    const failedBefore = outcome.failed;
    const path = relative(root, file.name);
    for (const test of file.assertionResults) {
      if (test.status === 'passed') outcome.passed += 1;
      else if (test.status === 'failed') outcome.failed += 1;
      else if (!run.isNameFiltered) complain(outcome, `not run (${test.status}): ${path}: ${test.fullName}`);
    }
    if (file.status === 'failed' && outcome.failed === failedBefore) complain(outcome, `broken: ${path}`);
  }
  if (outcome.passed + outcome.failed === 0) complain(outcome, 'no test ran');
  if (run.exitCode !== 0 && outcome.failed === 0)
    complain(outcome, `vitest ended with exit code ${run.exitCode}`);
  return outcome;
}

/**
 * @param {TestOutcome} outcome
 * @param {string} complaint
 */
function complain(outcome, complaint) {
  outcome.failed += 1;
  outcome.complaints.push(complaint);
}

/**
 * @typedef {{ name: string, status: string, assertionResults: { fullName: string, status: string }[] }} TestFile
 */
