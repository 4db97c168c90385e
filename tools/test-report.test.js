import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './root.js';
import { parseTestReport } from './test-report.js';

/**
 * @param {string[]} statuses
 * @param {string} [fileStatus]
 */
const reportOf = (statuses, fileStatus = 'passed') =>
  JSON.stringify({
    testResults: [
      {
        name: join(root, 'token.test.ts'),
        status: fileStatus,
        assertionResults: statuses.map((status, index) => ({ fullName: `test ${index}`, status })),
      },
    ],
  });
const ended = { exitCode: 0, isNameFiltered: false };

test('passed and failed tests are counted', () => {
  const report = reportOf(['passed', 'passed', 'failed'], 'failed');
  expect(parseTestReport(report, { ...ended, exitCode: 1 })).toEqual({
    passed: 2,
    failed: 1,
    complaints: [],
  });
});

test.each(['skipped', 'todo', 'pending'])('a test that is %s is a defect and is named', (status) => {
  expect(parseTestReport(reportOf(['passed', status]), ended)).toEqual({
    passed: 1,
    failed: 1,
    complaints: [`not run (${status}): token.test.ts: test 1`],
  });
});

test('with a name filter the other tests are not held against the run', () => {
  const outcome = parseTestReport(reportOf(['passed', 'skipped']), { ...ended, isNameFiltered: true });
  expect(outcome).toEqual({ passed: 1, failed: 0, complaints: [] });
});

test('a file that does not load counts as one failed test', () => {
  const outcome = parseTestReport(reportOf([], 'failed'), { ...ended, exitCode: 1 });
  expect(outcome).toEqual({ passed: 0, failed: 1, complaints: ['broken: token.test.ts'] });
});

test.each([
  ['no report', null],
  ['an empty report', JSON.stringify({ testResults: [] })],
])('%s is a failure', (_, report) => {
  expect(parseTestReport(report, ended)).toEqual({ passed: 0, failed: 1, complaints: ['no test ran'] });
});

test('an error outside any test is a failure', () => {
  const outcome = parseTestReport(reportOf(['passed']), { ...ended, exitCode: 1 });
  expect(outcome).toEqual({ passed: 1, failed: 1, complaints: ['vitest ended with exit code 1'] });
});
