import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { ToolFailure } from './tool-failure.js';

/**
 * Brings a checkout to the point where everything else can run: the Node version, then the packages. Does not build.
 *
 * @throws {ToolFailure} Node is too old, or `npm ci` failed.
 */
export async function setUp() {
  const wanted = JSON.parse(read('package.json') ?? '{}').engines.node;
  if (!isNewEnough(process.versions.node, wanted)) {
    throw new ToolFailure(`Sojourn needs Node ${wanted}; this is ${process.versions.node}.`);
  }
  if (areInstalled(read('package-lock.json'), read('node_modules/.package-lock.json'))) return;

  console.log('Installing packages (npm ci)...');
  // NODE_ENV=production would leave out the compiler and the test runner.
  const installation = await runProgram('npm', ['ci', '--include=dev'], { output: 'kept' });
  if (installation.exitCode !== 0) {
    process.stderr.write(installation.output);
    throw new ToolFailure('npm ci failed; its output is above.');
  }
}

/**
 * Tells whether node_modules holds what the lockfile asks for. npm writes its own record into node_modules as the last
 * step of an installation, so a missing, interrupted or older installation shows there, and one made by hand counts.
 *
 * @param {string | null} lockfile  Text of package-lock.json.
 * @param {string | null} record  Text of node_modules/.package-lock.json; `null` when there is none.
 */
export function areInstalled(lockfile, record) {
  if (lockfile === null || record === null) return false;
  const wanted = JSON.parse(lockfile).packages;
  const found = JSON.parse(record).packages;
  const isOptional = (/** @type {string} */ path) => wanted[path].optional || wanted[path].devOptional;
  const isAsked = (/** @type {string} */ path) =>
    path in found ? JSON.stringify(found[path]) === JSON.stringify(wanted[path]) : isOptional(path);
  // The entry '' is the root itself, which npm's record leaves out.
  return (
    Object.keys(wanted).every((path) => path === '' || isAsked(path)) &&
    Object.keys(found).every((path) => path in wanted)
  );
}

/**
 * @param {string} version  Such as `20.19.0`.
 * @param {string} range  Only the form `>=20.19` is understood.
 */
export function isNewEnough(version, range) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = range.replace('>=', '').split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** @param {string} path */
function read(path) {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
}
