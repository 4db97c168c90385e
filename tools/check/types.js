import { runInstalled } from '../run-program.js';

/** @typedef {import('./finding.js').Finding} Finding */

/**
 * Type-checks everything that is TypeScript or JavaScript with JSDoc types.
 *
 * @param {string} project  A tsconfig file.
 * @returns {Promise<Finding[]>}
 */
export async function checkTypes(project) {
  const compiler = ['--pretty', 'false', '-p', project];
  const { exitCode, output } = await runInstalled('typescript/bin/tsc', compiler, { output: 'kept' });
  const findings = parseCompilerOutput(output);
  if (exitCode !== 0 && findings.length === 0)
    findings.push({ file: project, line: 1, message: output.trim() });
  return findings;
}

/**
 * @param {string} output  One error per line; lines that explain it further are indented and left out.
 * @returns {Finding[]}
 */
export function parseCompilerOutput(output) {
  return [...output.matchAll(/^(?<file>\S.*?)\((?<line>\d+),\d+\): error (?<message>.*)$/gm)].map(
    ({ groups = {} }) => ({
      file: groups.file ?? '',
      line: Number(groups.line),
      message: groups.message ?? '',
    }),
  );
}
