import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createFamilyLookup } from '../harbour/family-lookup.js';
import { filesIn, HARBOUR_FILES, serveFiles } from '../harbour/files.js';
import { listen } from '../harbour/listen.js';
import { renderShop } from './page.js';

/** The published file, byte for byte. */
const SDK = pathToFileURL(
  join(
    dirname(createRequire(import.meta.url).resolve('@auth0/auth0-spa-js/package.json')),
    'dist/auth0-spa-js.production.js',
  ),
);

const FILES = {
  ...HARBOUR_FILES,
  ...filesIn('shop/browser', [
    'attachment.js',
    'family.js',
    'guide.js',
    'main.js',
    'refresh-requests.js',
    'renewal-choice.js',
    'session.js',
    'view.js',
  ]),
  '/sdk/auth0-spa-js.production.js': SDK,
};

/** The page's own address, and where a sign-out returns to. */
const PAGE_PATHS = new Set(['/', '/signed-out']);

/**
 * A single-page application on its own small server: Harbour Shop and Harbour Docs are two of these.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {'shop' | 'docs'} options.current
 * @param {string} options.purpose
 * @param {readonly import('../harbour/document.js').Application[]} options.applications
 * @param {import('../harbour/shop-configuration.js').ShopConfiguration} options.configuration
 * @param {import('../harbour/family-lookup.js').FindFamily | null} options.findFamily
 */
export async function startShop({ port, current, purpose, applications, configuration, findFamily }) {
  const { issuer, clientId } = configuration;
  const lookUpFamily = createFamilyLookup({ issuer: `${issuer}/`, clientId, findFamily });
  const page = renderShop({ current, purpose, applications });
  const policy = contentSecurityPolicy(configuration);
  const serveFile = await serveFiles(FILES);
  return await listen((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (PAGE_PATHS.has(path)) {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': policy,
      });
      response.end(page);
    } else if (path === '/configuration.json') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache' });
      response.end(JSON.stringify(configuration));
    } else if (path === '/family') {
      void answerFamily(request, response, lookUpFamily);
    } else if (!serveFile(request, response)) {
      response.writeHead(404).end();
    }
  }, port);
}

/**
 * Tells the page the family of the access token that it sends.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {ReturnType<typeof createFamilyLookup>} lookUpFamily
 */
async function answerFamily(request, response, lookUpFamily) {
  const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
  const answer = await lookUpFamily(token);
  const status = answer.outcome === 'token-refused' ? 401 : 200;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(answer));
}

/**
 * The page may load its own files, talk to Sojourn and the API, and frame Sojourn: nothing else.
 *
 * @param {import('../harbour/shop-configuration.js').ShopConfiguration} configuration
 */
function contentSecurityPolicy({ issuer, apiAddress }) {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${issuer} ${new URL(apiAddress).origin}`,
    `frame-src ${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
