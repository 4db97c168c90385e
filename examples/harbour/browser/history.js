import { withRecord } from './record.js';

/**
 * @typedef {import('./record.js').HarbourRecord} HarbourRecord
 * @typedef {import('./failure.js').Failure} Failure
 *
 * What happened in this tab: records, newest first, and the last error. Kept in the tab, so that it outlives
 * redirects and reloads.
 *
 * @typedef {object} History
 * @property {readonly HarbourRecord[]} records
 * @property {Failure | null} lastError
 */

const KEY = 'harbour.history';

/** @returns {History} */
export function readHistory() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? '{"records":[],"lastError":null}');
}

/** @param {HarbourRecord} record */
export function noteRecord(record) {
  const { records, lastError } = readHistory();
  keep({ records: withRecord(records, record), lastError });
}

/** @param {Failure} lastError */
export function noteFailure(lastError) {
  keep({ ...readHistory(), lastError });
}

/** @param {History} history */
function keep(history) {
  sessionStorage.setItem(KEY, JSON.stringify(history));
}
