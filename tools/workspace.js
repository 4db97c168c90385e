import { runInstalled } from './run-program.js';
import { setUp } from './set-up.js';
import { ToolFailure } from './tool-failure.js';

/**
 * Set-up and build in one: afterwards everything that runs from `dist` is up to date.
 *
 * @throws {ToolFailure} Set-up failed, or the compiler found errors.
 */
export async function prepareWorkspace() {
  await setUp();
  const compilation = await runInstalled('typescript/bin/tsc', ['-b'], { output: 'shown' });
  if (compilation.exitCode !== 0) throw new ToolFailure('The build failed (tsc -b).');
}
