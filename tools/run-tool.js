import { ToolFailure } from './tool-failure.js';

const PARENT_CHECK_MILLISECONDS = 500;

/**
 * Runs a tool's body and turns its outcome into the exit code of this process.
 *
 * @param {() => Promise<number>} body  Resolves to the exit code.
 */
export async function runTool(body) {
  if (process.env.npm_lifecycle_event !== undefined) endWithNpm();
  try {
    process.exitCode = await body();
  } catch (error) {
    console.error(error instanceof ToolFailure ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * npm hands SIGTERM to the shell it runs a script in, and that shell dies without handing it on. Without this, the demo of
 * a stopped `npm start` would live on and keep its ports.
 */
function endWithNpm() {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MILLISECONDS);
  watch.unref();
}
