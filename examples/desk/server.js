import express from 'express';
import { callApi } from '../harbour/browser/api-call.js';
import { explainFailure } from '../harbour/browser/failure.js';
import { createFamilyLookup } from '../harbour/family-lookup.js';
import { filesIn, HARBOUR_FILES, serveFiles } from '../harbour/files.js';
import { listen } from '../harbour/listen.js';
import { renderDesk } from './page.js';
import { RefreshFailed, refresh, revoke } from './refresh-token.js';
import { keepRenewalChoice, readRenewalChoice } from './renewal-choice.js';
import { buildScopes, DESK_SESSION_SECONDS, signInWith, travel } from './sign-in.js';
import { note, Visits } from './visits.js';

const FILES = { ...HARBOUR_FILES, ...filesIn('desk/browser', ['main.js']) };
const HOUR_MS = 3_600_000;

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
 * @param {import('../harbour/family-lookup.js').FindFamily | null} options.findFamily
 */
export async function startDesk(options) {
  const visits = new Visits();
  const lookUpFamily = createFamilyLookup(options);
  const scopes = buildScopes(options.scope);
  const securityHeaders = buildSecurityHeaders(options.issuer);
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

  desk.get('/', async (request, response) => {
    const visit = visits.of(request, response);
    const choice = readRenewalChoice(request);
    const { refreshToken, accessToken } = request.oidc;
    const hasFamily = refreshToken !== undefined && accessToken !== undefined;
    const family = hasFamily ? await lookUpFamily(accessToken.access_token) : 'none';
    const { switched } = visit;
    visit.switched = '';
    const standing = readStanding(request, options.sessionHours);
    response.set(securityHeaders).send(renderDesk({ ...options, standing, visit, choice, family, switched }));
  });
  desk.get('/login', (request, response) => travel(response, scopes[readRenewalChoice(request)], '/'));
  desk.get('/renew', async (request, response) => {
    if (request.oidc.refreshToken === undefined)
      return travel(response, scopes[readRenewalChoice(request)], '/', { prompt: 'none' });
    await renewByRefreshToken(request, visits.of(request, response), 'you asked');
    response.redirect('/');
  });
  desk.get('/call-api', async (request, response) => {
    if (request.oidc.accessToken === undefined) return response.redirect('/');
    const visit = visits.of(request, response);
    if (request.oidc.accessToken.isExpired()) {
      // One trip at most: it comes back with a fresh token, or signed out.
      if (request.oidc.refreshToken === undefined) {
        return travel(response, scopes[readRenewalChoice(request)], '/call-api', { prompt: 'none' });
      }
      await renewByRefreshToken(request, visit, 'the API was called');
    }
    visit.apiAnswer = await callApi(options.apiAddress, request.oidc.accessToken.access_token);
    response.redirect('/');
  });
  desk.post('/renewal', express.urlencoded({ extended: false }), async (request, response) => {
    // Another site must not choose.
    if (request.get('origin') !== options.baseURL) return response.sendStatus(403);
    const choice = request.body.renewal === 'refresh-tokens' ? 'refresh-tokens' : 'silent';
    if (choice === readRenewalChoice(request)) return response.redirect(303, '/');
    keepRenewalChoice(response, choice);
    const { refreshToken } = request.oidc;
    if (refreshToken !== undefined) {
      visits.of(request, response).switched = (await revoke(options, refreshToken))
        ? 'The refresh token was revoked, and the desk has forgotten it.'
        : 'Sojourn could not be reached to revoke the refresh token. The desk has forgotten it; unused, it ends by itself.';
    }
    // Somebody who is signed in gets the tokens of the other way at once, and sees no page.
    if (!request.oidc.isAuthenticated()) return response.redirect(303, '/');
    return travel(response, scopes[choice], '/', { prompt: 'none' });
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
 * @param {import('express').Request} request
 * @param {import('./visits.js').Visit} visit
 * @param {string} why
 */
async function renewByRefreshToken(request, visit, why) {
  const { begunAt } = await refresh(request);
  const at = Date.now();
  note(visit, { at, what: 'renewed', how: 'refresh token', why, tookMs: at - begunAt });
}

/**
 * The page's form may end in a trip to Sojourn: browsers hold each step of it against `form-action`.
 *
 * @param {string} issuer
 */
function buildSecurityHeaders(issuer) {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "base-uri 'none'",
      `form-action 'self' ${new URL(issuer).origin}`,
      "frame-ancestors 'none'",
    ].join('; '),
    'cache-control': 'no-store',
  };
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
 * A trip or a refresh token that was refused, or met no answer. A refusal ends the desk's own session too: Sojourn's word
 * counts. Trouble ends nothing.
 *
 * @param {Visits} visits
 * @returns {import('express').ErrorRequestHandler}
 */
function meetFailure(visits) {
  return (thrown, request, response, _next) => {
    const visit = visits.of(request, response);
    const { how, reason, begunAt } = readAttempt(thrown, request);
    const at = Date.now();
    const wasSignedIn = request.oidc.isAuthenticated();
    const failure = explainFailure(thrown, { reason, wasSignedIn, now: at });
    visit.lastError = failure;
    note(visit, {
      at,
      what: failure.isTrouble ? 'no answer' : 'refused',
      how,
      why: failure.reason ?? failure.error,
      tookMs: at - (begunAt ?? at),
    });
    if (!failure.isTrouble) {
      /** @type {{ appSession?: unknown }} */ (request).appSession = undefined;
      visit.apiAnswer = null;
    }
    response.redirect('/');
  };
}

/**
 * What was tried when something was thrown.
 *
 * @param {unknown} thrown
 * @param {import('express').Request} request
 * @returns {{ how: 'redirect' | 'refresh token', reason: string | null, begunAt: number | undefined }}
 */
function readAttempt(thrown, request) {
  if (thrown instanceof RefreshFailed) {
    return { how: 'refresh token', reason: thrown.reason, begunAt: thrown.begunAt };
  }
  const { openidState: trip } = /** @type {{ openidState?: import('./sign-in.js').Trip }} */ (request);
  const { sojourn_reason: reason } = request.query;
  return { how: 'redirect', reason: typeof reason === 'string' ? reason : null, begunAt: trip?.begunAt };
}
