import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesIn, HARBOUR_FILES, serveFiles } from '../harbour/files.js';
import { listen } from '../harbour/listen.js';
import { renderClassic, SILENT_PAGE } from './page.js';

const { resolve } = createRequire(import.meta.url);

const FILES = {
  ...HARBOUR_FILES,
  ...filesIn('classic/browser', [
    'auth0-js.js',
    'guide.js',
    'libraries.js',
    'main.js',
    'session.js',
    'silent.js',
    'tokens.js',
    'view.js',
  ]),
  // The published files, byte for byte.
  '/sdk/auth0.min.js': pathToFileURL(resolve('auth0-js/dist/auth0.min.js')),
  '/sdk/jquery.min.js': pathToFileURL(join(dirname(resolve('jquery')), 'jquery.min.js')),
};

/** The page's own address, and where sign-in and sign-out return to. */
const PAGE_PATHS = new Set(['/', '/callback', '/signed-out']);
/** Where the hidden frame of `renewAuth` ends. */
const SILENT_PATH = '/silent';

/** @typedef {import('../harbour/shop-configuration.js').ShopConfiguration} ClassicConfiguration */

/**
 * Harbour Classic: jQuery and auth0.js 10 as published, with the implicit flow.
 *
 * @param {object} options
 * @param {number} options.port
 * @param {string} options.purpose
 * @param {readonly import('../harbour/document.js').Application[]} options.applications
 * @param {ClassicConfiguration} options.configuration
 */
export async function startClassic({ port, purpose, applications, configuration }) {
  const page = renderClassic({ purpose, applications });
  const policy = contentSecurityPolicy(configuration);
  const serveFile = await serveFiles(FILES);
  return await listen((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (PAGE_PATHS.has(path)) {
      response.writeHead(200, { ...HTML, 'content-security-policy': policy });
      response.end(page);
    } else if (path === SILENT_PATH) {
      response.writeHead(200, { ...HTML, 'content-security-policy': SILENT_PAGE_POLICY });
      response.end(SILENT_PAGE);
    } else if (path === '/configuration.json') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache' });
      response.end(JSON.stringify(configuration));
    } else if (!serveFile(request, response)) {
      response.writeHead(404).end();
    }
  }, port);
}

const HTML = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' };

/**
 * The page may load its own files, talk to Sojourn and the API, and frame Sojourn and the silent page: nothing else.
 *
 * @param {ClassicConfiguration} configuration
 */
function contentSecurityPolicy({ issuer, apiAddress }) {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${issuer} ${new URL(apiAddress).origin}`,
    `frame-src 'self' ${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The silent page holds tokens for a moment: only this application may frame it. */
const SILENT_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
