const CHOICE = 'harbour.renewal';
const SWITCHED = 'harbour.switched';

/** @typedef {import('../../harbour/renewal-choice.js').RenewalChoice} RenewalChoice */

/**
 * How this application renews; the visitor's choice, silent at first.
 *
 * @returns {RenewalChoice}
 */
export function readRenewalChoice() {
  return localStorage.getItem(CHOICE) === 'refresh-tokens' ? 'refresh-tokens' : 'silent';
}

/** @param {RenewalChoice} choice */
export function keepRenewalChoice(choice) {
  localStorage.setItem(CHOICE, choice);
}

/**
 * What the page that was left for another choice has to say to the next one.
 *
 * @typedef {object} Switched
 * @property {boolean} wasSignedIn whether the next page goes to Sojourn once, to be signed in its own way
 * @property {string} words what became of the refresh tokens; `''` where there were none
 */

/** @param {Switched} switched */
export function noteSwitch(switched) {
  sessionStorage.setItem(SWITCHED, JSON.stringify(switched));
}

/** @returns {Switched | null} */
export function readSwitch() {
  return JSON.parse(sessionStorage.getItem(SWITCHED) ?? 'null');
}

export function forgetSwitch() {
  sessionStorage.removeItem(SWITCHED);
}
