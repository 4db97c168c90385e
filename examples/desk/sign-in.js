import oidc from 'express-openid-connect';
import { note } from './visits.js';

export const DESK_SESSION_SECONDS = 86_400;

/**
 * What a trip to Sojourn carries in its `state`, to know on return why it was made and how long it took.
 *
 * @typedef {{ returnTo: string, begunAt: number, isRenewal: boolean }} Trip
 */

/**
 * What the desk asks for, by the visitor's choice.
 *
 * @param {string} scope of the API
 * @returns {Record<import('../harbour/renewal-choice.js').RenewalChoice, string>}
 */
export function buildScopes(scope) {
  const silent = `openid profile email ${scope}`;
  return { silent, 'refresh-tokens': `${silent} offline_access` };
}

/**
 * The desk's side of OpenID Connect.
 *
 * @param {Record<'baseURL' | 'issuer' | 'clientId' | 'clientSecret' | 'cookieSecret' | 'audience' | 'scope', string>} options
 * @param {import('./visits.js').Visits} visits
 */
export function signInWith(
  { baseURL, issuer, clientId, clientSecret, cookieSecret, audience, scope },
  visits,
) {
  return oidc.auth({
    baseURL,
    issuerBaseURL: issuer,
    clientID: clientId,
    clientSecret,
    secret: cookieSecret,
    authRequired: false,
    idpLogout: true,
    // `code`, because the library's default answers by a cross-site form post, whose state cookie browsers
    // send over https only.
    // A refusal is to say why: the desk shows it.
    authorizationParams: {
      ...{ response_type: 'code', audience, scope: buildScopes(scope).silent },
      sojourn_reason: '1',
    },
    // The desk has a login route of its own: what it asks for is the visitor's choice.
    routes: { login: false, postLogoutRedirect: '/signed-out' },
    session: { rollingDuration: DESK_SESSION_SECONDS },
    getLoginState: (_request, { returnTo, authorizationParams }) => ({
      returnTo,
      begunAt: Date.now(),
      isRenewal: authorizationParams?.prompt === 'none',
    }),
    afterCallback: (request, response, session, state) => {
      const trip = /** @type {Trip} */ (state);
      const at = Date.now();
      note(visits.of(request, response), {
        at,
        what: trip.isRenewal ? 'renewed' : 'signed in',
        how: 'redirect',
        why: trip.returnTo === '/call-api' ? 'the API was called' : 'you asked',
        tookMs: at - trip.begunAt,
      });
      return session;
    },
  });
}

/**
 * A trip through Sojourn and back.
 *
 * @param {import('express').Response} response
 * @param {string} scope
 * @param {string} returnTo
 * @param {{ prompt?: 'none' }} [authorizationParams] with `prompt` it shows no page: new tokens, or the reason why not
 */
export function travel(response, scope, returnTo, authorizationParams = {}) {
  return response.oidc.login({ returnTo, authorizationParams: { ...authorizationParams, scope } });
}
