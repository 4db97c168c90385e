const COOKIE = 'harbour.desk.renewal';
const ONE_YEAR_MS = 365 * 86_400_000;

/** @typedef {import('../harbour/renewal-choice.js').RenewalChoice} RenewalChoice */

/**
 * How the desk renews for this browser; silent at first.
 *
 * @param {import('express').Request} request
 * @returns {RenewalChoice}
 */
export function readRenewalChoice(request) {
  const isChosen = (request.get('cookie') ?? '').split('; ').includes(`${COOKIE}=refresh-tokens`);
  return isChosen ? 'refresh-tokens' : 'silent';
}

/**
 * @param {import('express').Response} response
 * @param {RenewalChoice} choice
 */
export function keepRenewalChoice(response, choice) {
  response.cookie(COOKIE, choice, { httpOnly: true, sameSite: 'lax', maxAge: ONE_YEAR_MS });
}
