import express from 'express';
import oidc from 'express-openid-connect';
import { callApi } from '../harbour/browser/api-call.js';
import { explainFailure } from '../harbour/browser/failure.js';
import { filesIn, HARBOUR_FILES, serveFiles } from '../harbour/files.js';
import { listen } from '../harbour/listen.js';
import { renderDesk } from './page.js';
import { note, Visits } from './visits.js';

const FILES = { ...HARBOUR_FILES, ...filesIn('desk/browser', ['main.js']) };
const DESK_SESSION_SECONDS = 86_400;
const HOUR_MS = 3_600_000;
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/**
 * What a trip to Sojourn carries in its `state`, to know on return why it was made and how long it took.
 *
 * @typedef {{ returnTo: string, begunAt: number, isRenewal: boolean }} Trip
 */

/**
 * Harbour Desk: rendered on the server, signed in by express-openid-connect as published. It holds its tokens
 * itself and calls the API from server to server.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {string} options.baseURL the address that browsers use
 * @param {string} options.issuer
 * @param {string} options.clientId
 * @param {string} options.clientSecret
 * @param {string} options.cookieSecret
 * @param {string} options.audience
 * @param {string} options.scope
 * @param {string} options.apiAddress reached from here: never a `*.localhost` name, which Node cannot resolve
 * @param {string} options.purpose
 * @param {readonly import('../harbour/document.js').Application[]} options.applications
 * @param {{ email: string, password: string }} options.demoUser
 * @param {number} options.sessionHours how long Sojourn's session lives at most
 */
export async function startDesk(options) {
  const visits = new Visits();
  const desk = express();
  desk.disable('x-powered-by');
  const serveFile = await serveFiles(FILES);
  desk.use((request, response, next) => {
    if (!serveFile(request, response)) next();
  });
  desk.get('/logout', (request, response, next) => {
    visits.of(request, response).signOutBegunAt = Date.now();
    next();
  });
  desk.use(signInWith(options, visits));

  desk.get('/', (request, response) => {
    const visit = visits.of(request, response);
    response
      .set(SECURITY_HEADERS)
      .send(renderDesk({ ...options, standing: readStanding(request, options.sessionHours), visit }));
  });
  desk.get('/renew', (_request, response) => renew(response, '/'));
  desk.get('/call-api', async (request, response) => {
    const token = request.oidc.accessToken;
    if (token === undefined) return response.redirect('/');
    // One trip at most: it comes back with a fresh token, or signed out.
    if (token.isExpired()) return renew(response, '/call-api');
    visits.of(request, response).apiAnswer = await callApi(options.apiAddress, token.access_token);
    response.redirect('/');
  });
  desk.get('/signed-out', (request, response) => {
    const visit = visits.of(request, response);
    const at = Date.now();
    const tookMs = at - (visit.signOutBegunAt ?? at);
    visit.apiAnswer = null;
    note(visit, { at, what: 'signed out', how: 'redirect', why: 'you asked', tookMs });
    response.redirect('/');
  });
  desk.use(meetFailure(visits));
  return await listen(desk, options.port);
}

/**
 * @param {Parameters<typeof startDesk>[0]} options
 * @param {Visits} visits
 */
function signInWith({ baseURL, issuer, clientId, clientSecret, cookieSecret, audience, scope }, visits) {
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
    authorizationParams: { response_type: 'code', audience, scope: `openid profile email ${scope}` },
    routes: { postLogoutRedirect: '/signed-out' },
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
 * A trip through Sojourn that shows no page: a new token, or the reason why not.
 *
 * @param {import('express').Response} response
 * @param {string} returnTo
 */
function renew(response, returnTo) {
  return response.oidc.login({ returnTo, authorizationParams: { prompt: 'none' } });
}

/**
 * @param {import('express').Request} request
 * @param {number} sessionHours
 * @returns {import('./page.js').DeskStanding}
 */
function readStanding({ oidc: { idTokenClaims: claims, accessToken } }, sessionHours) {
  const now = Date.now();
  const beganAt = typeof claims?.auth_time === 'number' ? claims.auth_time * 1000 : null;
  return {
    user: claims === undefined ? null : { name: String(claims.name), email: String(claims.email) },
    beganAt,
    sojournEndsAt: beganAt === null ? null : beganAt + sessionHours * HOUR_MS,
    deskEndsAt: now + DESK_SESSION_SECONDS * 1000,
    tokenExpiresAt: accessToken === undefined ? null : now + accessToken.expires_in * 1000,
  };
}

/**
 * A trip that came back refused, or could not begin. A refusal ends the desk's own session too: Sojourn's word
 * counts. Trouble ends nothing.
 *
 * @param {Visits} visits
 * @returns {import('express').ErrorRequestHandler}
 */
function meetFailure(visits) {
  return (thrown, request, response, _next) => {
    const visit = visits.of(request, response);
    const trip = /** @type {{ openidState?: Trip }} */ (request).openidState;
    const { sojourn_reason: reason } = request.query;
    const at = Date.now();
    const failure = explainFailure(thrown, {
      reason: typeof reason === 'string' ? reason : null,
      wasSignedIn: request.oidc.isAuthenticated(),
      now: at,
    });
    visit.lastError = failure;
    note(visit, {
      at,
      what: failure.isTrouble ? 'no answer' : 'refused',
      how: 'redirect',
      why: failure.reason ?? failure.error,
      tookMs: at - (trip?.begunAt ?? at),
    });
    if (!failure.isTrouble) {
      /** @type {{ appSession?: unknown }} */ (request).appSession = undefined;
      visit.apiAnswer = null;
    }
    response.redirect('/');
  };
}
