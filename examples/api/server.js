import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { listen } from '../harbour/listen.js';
import { ARRIVALS, DOCUMENTS, ORDERS } from './harbour-data.js';

/**
 * Harbour API: answers only to a good access token, checked by express-oauth2-jwt-bearer as published.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {string} options.issuer ends in `/`
 * @param {string} options.audience
 * @param {string} options.scope
 * @param {readonly string[]} options.origins of the applications that call it from a browser
 */
export async function startApi({ port, issuer, audience, scope, origins }) {
  const api = express();
  api.disable('x-powered-by');
  api.use(allowOrigins(origins));
  api.use(auth({ issuerBaseURL: issuer, audience }), requiredScopes(scope));
  api.get('/orders', answerWith('orders', ORDERS));
  api.get('/documents', answerWith('documents', DOCUMENTS));
  api.get('/arrivals', answerWith('arrivals', ARRIVALS));
  api.use((_request, response) => {
    response.status(404).json({ error: 'not_found' });
  });
  api.use(answerError);
  return await listen(api, port);
}

/**
 * CORS for the listed origins. No credentials: the token in the header says everything.
 *
 * @param {readonly string[]} origins
 * @returns {import('express').RequestHandler}
 */
function allowOrigins(origins) {
  return (request, response, next) => {
    const origin = request.get('origin');
    response.vary('Origin');
    if (origin !== undefined && origins.includes(origin)) {
      response.set('Access-Control-Allow-Origin', origin);
      response.set('Access-Control-Expose-Headers', 'WWW-Authenticate');
    }
    if (request.method === 'OPTIONS') {
      // A preflight carries no token, so it must be answered before one is asked for.
      response.set('Access-Control-Allow-Headers', 'Authorization');
      response.set('Access-Control-Max-Age', '600');
      response.sendStatus(204);
    } else {
      next();
    }
  };
}

/**
 * Answers the list, and what the token said: a visitor sees whom the API believed and until when.
 *
 * @param {string} name
 * @param {readonly object[]} list
 * @returns {import('express').RequestHandler}
 */
function answerWith(name, list) {
  return (request, response) => {
    const claims = request.auth?.payload ?? {};
    response.set('Cache-Control', 'no-store').json({
      token: {
        user: claims.sub,
        application: claims.client_id ?? claims.azp,
        scope: claims.scope,
        expiresAt: claims.exp === undefined ? null : new Date(claims.exp * 1000).toISOString(),
      },
      [name]: list,
    });
  };
}

/**
 * The library's errors carry their status and the `WWW-Authenticate` header of RFC 6750 §3.
 *
 * @param {{ status?: number, headers?: Record<string, string>, code?: string, message: string }} error
 * @param {import('express').Request} _request
 * @param {import('express').Response} response
 * @param {import('express').NextFunction} _next
 */
function answerError(error, _request, response, _next) {
  response.status(error.status ?? 500).set(error.headers ?? {});
  response.json({ error: error.code || 'unauthorized', error_description: error.message });
}
