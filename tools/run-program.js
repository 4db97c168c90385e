import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './root.js';

/**
 * Runs a program in the root of the repository and waits for its end. A missing program is an outcome, not an exception.
 *
 * @param {string} command
 * @param {readonly string[]} programArguments
 * @param {{ output: 'shown' | 'kept', env?: NodeJS.ProcessEnv, input?: 'inherit' | 'ignore', cwd?: string }} options
 *   `shown` lets the program write to this terminal; `kept` returns what it wrote, both streams in order of arrival.
 * @returns {Promise<{ exitCode: number, output: string }>} 127 when the program does not exist, 128 when a signal ended it.
 */
export async function runProgram(command, programArguments, options) {
  const stream = options.output === 'shown' ? 'inherit' : 'pipe';
  const child = spawn(command, programArguments, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: [options.input ?? 'ignore', stream, stream],
  });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));

  // Ctrl-C reaches the child through the terminal; SIGTERM reaches only this process, so it is handed on.
  const handOn = () => child.kill('SIGTERM');
  const waitForChild = () => {};
  process.on('SIGTERM', handOn);
  process.on('SIGINT', waitForChild);
  try {
    const exitCode = await new Promise((resolve) => {
      child.on('error', (error) => {
        chunks.push(Buffer.from(`${error.message}\n`));
        resolve(127);
      });
      child.on('close', (code) => resolve(code ?? 128));
    });
    return { exitCode, output: Buffer.concat(chunks).toString('utf8') };
  } finally {
    process.off('SIGTERM', handOn);
    process.off('SIGINT', waitForChild);
  }
}

/**
 * Runs a program that npm installed, without going through `npx`, which may look at the network.
 *
 * @param {string} script  Path below node_modules, such as `typescript/bin/tsc`.
 * @param {readonly string[]} scriptArguments
 * @param {Parameters<typeof runProgram>[2]} options
 */
export function runInstalled(script, scriptArguments, options) {
  return runProgram(process.execPath, [join(root, 'node_modules', script), ...scriptArguments], options);
}
