import { randomBytes } from 'node:crypto';
import { withRecord } from '../harbour/browser/record.js';

/**
 * What one browser saw at the desk. It says nothing about who is signed in, and nothing depends on it.
 *
 * @typedef {object} Visit
 * @property {readonly import('../harbour/browser/record.js').HarbourRecord[]} records newest first
 * @property {import('../harbour/browser/failure.js').Failure | null} lastError
 * @property {import('../harbour/browser/api-call.js').ApiAnswer | null} apiAnswer
 * @property {number | null} signOutBegunAt
 * @property {string} switched what became of the refresh token at the last switch, in words; told once
 */

const COOKIE = 'harbour.desk.visit';
const MOST_VISITS = 1000;

/** Visits live in memory: a restart forgets them, and the oldest makes room. */
export class Visits {
  /** @type {Map<string, Visit>} */
  #visits = new Map();

  /**
   * The visit of the browser that sent the request; a new one gets a cookie.
   *
   * @param {import('express').Request} request
   * @param {import('express').Response} response
   * @returns {Visit}
   */
  of(request, response) {
    const known = this.#visits.get(readCookie(request.get('cookie') ?? ''));
    if (known !== undefined) return known;
    const id = randomBytes(16).toString('base64url');
    /** @type {Visit} */
    const visit = { records: [], lastError: null, apiAnswer: null, signOutBegunAt: null, switched: '' };
    if (this.#visits.size >= MOST_VISITS) {
      const [oldest] = this.#visits.keys();
      if (oldest !== undefined) this.#visits.delete(oldest);
    }
    this.#visits.set(id, visit);
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax' });
    return visit;
  }
}

/**
 * @param {Visit} visit
 * @param {import('../harbour/browser/record.js').HarbourRecord} record
 */
export function note(visit, record) {
  visit.records = withRecord(visit.records, record);
}

/** @param {string} header */
function readCookie(header) {
  const pair = header.split('; ').find((part) => part.startsWith(`${COOKIE}=`));
  return pair?.slice(COOKIE.length + 1) ?? '';
}
