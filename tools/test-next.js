import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { programsFor, provideMachinePrograms } from './machine.js';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { runVitest } from './run-tests.js';
import { runTool } from './run-tool.js';
import { areInstalled, setUp } from './set-up.js';
import { ToolFailure } from './tool-failure.js';

const suite = join(root, 'tests', 'compat');
/** The applications, with packages of their own, which no other command installs. */
const folder = join(suite, 'next');
const applications = ['v3', 'v4'].map((name) => join(folder, name));

await runTool(async () => {
  await setUp();
  await install();
  await Promise.all(applications.map(build));
  const env = await provideMachinePrograms(programsFor.browser, process.env);
  const config = ['--config', join(suite, 'nextjs-auth0.config.ts')];
  const { passed, failed, complaints } = await runVitest({
    withBrowser: true,
    vitestArguments: [...config, ...process.argv.slice(2)],
    env,
    node: process.execPath,
    output: 'shown',
  });
  for (const complaint of complaints) console.log(complaint);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

async function install() {
  if (areInstalled(read('package-lock.json'), read('node_modules/.package-lock.json'))) return;
  console.log('Installing Next (npm ci)...');
  const installation = await runProgram('npm', ['ci', '--include=dev'], { output: 'kept', cwd: folder });
  if (installation.exitCode !== 0) {
    process.stderr.write(installation.output);
    throw new ToolFailure('npm ci failed in tests/compat/next; its output is above.');
  }
}

/**
 * @param {string} application  Folder of a Next application.
 */
async function build(application) {
  console.log(`Building ${application.slice(root.length + 1)}...`);
  const next = createRequire(join(application, 'package.json')).resolve('next/dist/bin/next');
  // Next would mend a lockfile that names no registry, and cannot.
  const env = { NEXT_TELEMETRY_DISABLED: '1', NEXT_IGNORE_INCORRECT_LOCKFILE: '1' };
  const options = { output: /** @type {const} */ ('kept'), cwd: application, env };
  const { exitCode, output } = await runProgram(process.execPath, [next, 'build'], options);
  if (exitCode === 0) return;
  process.stderr.write(output);
  throw new ToolFailure('next build failed; its output is above.');
}

/** @param {string} path */
function read(path) {
  return existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : null;
}
