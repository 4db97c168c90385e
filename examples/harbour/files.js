import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

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
  'family-card.js',
  'harbour.css',
  'history.js',
  'html.js',
  'mark.svg',
  'parts.js',
  'reasons.js',
  'record.js',
  'refresh-refusal.js',
  'renewal-clock.js',
  'state.js',
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
 * Answers requests for exactly the listed paths, so that no path leads anywhere else on the disk. The files are
 * read once, here: a missing one stops the start, not a visitor.
 *
 * @param {Readonly<Record<string, URL>>} files by request path
 * @returns {Promise<(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean>}
 *   whether the request was answered
 */
export async function serveFiles(files) {
  const bodies = new Map(
    await Promise.all(
      Object.entries(files).map(async ([path, file]) => /** @type {const} */ ([path, await readFile(file)])),
    ),
  );
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const body = bodies.get(path);
    if (body === undefined || request.method !== 'GET') return false;
    response.writeHead(200, {
      'content-type': TYPES.get(extname(path)) ?? 'application/octet-stream',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
    return true;
  };
}
