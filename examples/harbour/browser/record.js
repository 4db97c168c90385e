/**
 * One thing that happened in an application: what the page shows as its history.
 *
 * @typedef {object} HarbourRecord
 * @property {number} at
 * @property {'signed in' | 'renewed' | 'signed out' | 'refused' | 'no answer'} what
 * @property {'hidden frame' | 'refresh token' | 'redirect' | 'checkSession' | 'renewAuth'} how
 * @property {string} why what made the application ask, or why it was refused
 * @property {number} tookMs
 */

const MOST = 12;

/**
 * The records with the new one in front; the oldest make room.
 *
 * @param {readonly HarbourRecord[]} records newest first
 * @param {HarbourRecord} record
 * @returns {readonly HarbourRecord[]}
 */
export function withRecord(records, record) {
  return [record, ...records].slice(0, MOST);
}
