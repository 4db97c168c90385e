import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../run-program.js';
import { ToolFailure } from '../tool-failure.js';

/**
 * Reads every file that is committed or would be committed next, with its text; pictures and fonts have an empty text.
 *
 * @param {string} folder  Root of a git checkout.
 * @returns {Promise<import('./finding.js').SourceFile[]>}
 */
export async function readSourceFiles(folder) {
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { exitCode, output } = await runProgram('git', listing, { output: 'kept', cwd: folder });
  if (exitCode !== 0) throw new ToolFailure(`The checks need a git checkout and git: ${output.trim()}`);
  return output
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(folder, path)))
    .map((path) => ({ path, text: textOf(readFileSync(join(folder, path))) }));
}

/** @param {Buffer} bytes */
function textOf(bytes) {
  return bytes.includes(0) ? '' : bytes.toString('utf8');
}
