import { relative } from 'node:path';
import { runInstalled } from '../run-program.js';

/** @typedef {import('./finding.js').Finding} Finding */

/**
 * Lint and format. Warnings count: a warning that nobody has to mend is read by nobody.
 *
 * @param {string} folder  Where biome.json is.
 * @returns {Promise<Finding[]>}
 */
export async function checkLint(folder) {
  const biome = ['ci', '.', '--reporter=github', '--max-diagnostics=none', '--error-on-warnings'];
  const options = { output: /** @type {const} */ ('kept'), cwd: folder };
  const { exitCode, output } = await runInstalled('@biomejs/biome/bin/biome', biome, options);
  const findings = parseLintOutput(output, folder);
  if (exitCode !== 0 && findings.length === 0) {
    findings.push({ file: 'biome.json', line: 1, message: output.trim() });
  }
  return findings;
}

/**
 * @param {string} output  Annotations such as `::error title=lint/style/useConst,file=a.ts,line=3,...::Use const`.
 * @param {string} folder
 * @returns {Finding[]}
 */
export function parseLintOutput(output, folder) {
  const annotation =
    /^::(?:error|warning) title=(?<title>[^,]*),file=(?<file>[^,]*),line=(?<line>\d+),[^:]*::(?<text>.*)$/gm;
  return [...output.matchAll(annotation)].map(({ groups = {} }) => ({
    file: relative(folder, groups.file ?? ''),
    line: Number(groups.line),
    message: `${groups.title}: ${(groups.text ?? '').replaceAll('%0A', ' ').replaceAll('%25', '%')}`,
  }));
}
