import { findInLines } from './finding.js';

/** A field with an address in it. Those that say where to pay for a package or to read about it are left alone. */
const ADDRESS = /^\s*"(?!(?:url|funding|deprecated)")[^"]+": ".*:\/\//;

/**
 * Finds hosts in lockfiles and in npm's settings: with one, every installation would depend on that host.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}
 */
export function checkLockfile(files) {
  return files.flatMap((file) => {
    if (file.path.endsWith('package-lock.json')) {
      return findInLines(file, (line) => (ADDRESS.test(line) ? 'the lockfile names a host' : null));
    }
    if (/(?:^|\/)\.npmrc$/.test(file.path)) {
      return findInLines(file, (line) =>
        /registry\s*=|\/\//.test(line) ? 'npm settings name a host' : null,
      );
    }
    return [];
  });
}
