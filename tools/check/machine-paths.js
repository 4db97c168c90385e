import { findInLines } from './finding.js';

/** An absolute path of somebody's machine. What continues a variable (`${base}/…`) or a web address is not meant. */
const MACHINE_PATH = /(?<![\w.~})\]-])\/(?:work|root|tmp|farm|home\/\w+|Users\/\w+)(?:\/|(?=['"`]))/;

/** A package host: which one is used is the matter of whoever installs. */
const PACKAGE_HOST = /\/\/(?:[\w-]+\.)*(?:registry|deb)\.[a-z]/;

/**
 * Finds what ties the repository to the machine it was written on.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}
 */
export function checkMachinePaths(files) {
  return files.flatMap((file) =>
    findInLines(file, (line) => {
      const path = MACHINE_PATH.exec(line)?.[0];
      if (path !== undefined) return `a path of one machine: ${path}`;
      return PACKAGE_HOST.test(line) ? 'the host of a package registry' : null;
    }),
  );
}
