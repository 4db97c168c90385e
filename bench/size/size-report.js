import { alignColumns } from '../report.js';

/** @import { StoreSize } from './measure-sizes.js' */

/** MiB for a million families, and how many times as large they may be after their rotations. */
export const SIZE_GOALS = { sqlite: { family: 220 }, postgres: { family: 300 }, growth: 1.2 };

/**
 * @param {readonly StoreSize[]} sizes
 * @param {boolean} judged whether there were enough rows to be held against the goals: pages are not full otherwise.
 * @returns {string}
 */
export function formatSizes(sizes, judged) {
  const perMillion = alignColumns([
    [
      'store',
      'families measured',
      'MiB per million: families',
      'sessions',
      'participations',
      'users',
      'goal',
    ],
    ...sizes.map(({ store, families, bytesEach: { family, session, participation, user } }) => [
      store,
      String(families),
      ...[family, session, participation, user].map((bytes) => mebibytes(bytes * 1e6)),
      judged ? judge((family * 1e6) / 2 ** 20, SIZE_GOALS[store].family) : 'not judged',
    ]),
  ]);
  const growth = alignColumns([
    ['store', 'families', 'rotations', 'MiB before', 'MiB after', 'goal'],
    ...sizes.map(({ store, growth: { families, rotations, bytesBefore, bytesAfter } }) => [
      store,
      String(families),
      String(rotations),
      mebibytes(bytesBefore),
      mebibytes(bytesAfter),
      judged ? judge(bytesAfter / bytesBefore, SIZE_GOALS.growth) : 'not judged',
    ]),
  ]);
  return `${perMillion}\n\n${growth}`;
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}

/**
 * @param {number} found
 * @param {number} atMost
 */
function judge(found, atMost) {
  return `at most ${atMost}: ${found <= atMost ? 'reached' : 'MISSED'}`;
}
