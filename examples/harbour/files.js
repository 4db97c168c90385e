import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

/** What every application of the demo serves. The paths are those on disk, so that relative imports hold in both. */
export const HARBOUR_FILES = filesIn('harbour/browser', [
  'api-call.js',
  'clock.js',
  'failure.js',
  'harbour.css',
  'html.js',
  'mark.svg',
  'parts.js',
  'record.js',
  'words.js',
]);

/**
 * @param {string} folder below `examples/`, and the path it is served under
 * @param {readonly string[]} names
 * @returns {Record<string, URL>}
 */
export function filesIn(folder, names) {
  return Object.fromEntries(
    names.map((name) => [`/${folder}/${name}`, new URL(`../${folder}/${name}`, import.meta.url)]),
  );
}

/**
 * Answers requests for exactly the listed paths, so that no path leads anywhere else on the disk.
 *
 * @param {Readonly<Record<string, URL>>} files by request path
 * @returns {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => Promise<boolean>}
 *   whether the request was answered
 */
export function serveFiles(files) {
  return async (request, response) => {
    const file = files[(request.url ?? '').split('?', 1)[0] ?? ''];
    if (file === undefined || request.method !== 'GET') return false;
    // Read anew each time: an edit shows at the next reload.
    const body = await readFile(fileURLToPath(file));
    const type = TYPES.get(extname(file.pathname)) ?? 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
    return true;
  };
}
