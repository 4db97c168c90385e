import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { runProgram } from './run-program.js';
import { ToolFailure } from './tool-failure.js';

/**
 * A program that npm cannot bring and that some tests need.
 *
 * @typedef {object} MachineProgram
 * @property {string} title  What people call it.
 * @property {string} variable  Environment variable that names it, and by which the tests learn where it is.
 * @property {readonly string[]} names  Looked for in this order on PATH; an absolute path stands for itself, and
 *   with `*` in it for one of each version, the newest first.
 * @property {readonly string[]} debianPackages
 */

/** @type {MachineProgram} */
const chromium = {
  title: 'Chromium',
  variable: 'SOJOURN_CHROMIUM',
  names: [
    ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'],
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  // A Chromium without any font measures and photographs pages that no person would see.
  debianPackages: ['chromium', 'fonts-liberation'],
};

/**
 * Debian's package starts a cluster of its own. The tests leave that alone and start a server of theirs from the binary.
 *
 * @type {MachineProgram}
 */
export const postgres = {
  title: 'PostgreSQL',
  variable: 'SOJOURN_POSTGRES',
  names: ['postgres', '/usr/lib/postgresql/*/bin/postgres', '/opt/homebrew/opt/postgresql@*/bin/postgres'],
  debianPackages: ['postgresql'],
};

/** What must be on the machine, by the tests that need it. */
export const programsFor = { code: [postgres], browser: [chromium] };

/**
 * Finds each program, or installs it where that can be done without asking anybody (root on Debian).
 *
 * @param {readonly MachineProgram[]} programs
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Record<string, string>>} Path of each program, by its variable.
 * @throws {ToolFailure} Something is missing; the message is one line that says what to run.
 */
export async function provideMachinePrograms(programs, environment) {
  /** @type {Record<string, string>} */
  const paths = {};
  for (const program of programs) {
    const path = findProgram(program, environment) ?? (await installProgram(program, environment));
    if (path === null) throw new ToolFailure(adviceFor(program, environment));
    paths[program.variable] = path;
  }
  return paths;
}

/**
 * @param {MachineProgram} program
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | null}
 * @throws {ToolFailure} The variable is set and names nothing that can be run: a typing mistake must not be passed over.
 */
export function findProgram(program, environment) {
  const named = environment[program.variable];
  if (named) {
    if (isExecutable(named)) return named;
    throw new ToolFailure(`${program.variable} is ${named}, which is not a program. Correct it or unset it.`);
  }
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = program.names.flatMap((name) =>
    name.startsWith('/') ? findVersions(name) : folders.map((folder) => join(folder, name)),
  );
  return candidates.find(isExecutable) ?? null;
}

/**
 * @param {string} path  Absolute; `*` stands for a version's number.
 * @returns {string[]}
 */
function findVersions(path) {
  const [before = '', after] = path.split('*');
  if (after === undefined) return [path];
  const folder = dirname(`${before}*`);
  const prefix = basename(`${before}*`).slice(0, -1);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .sort((one, other) => Number(other.slice(prefix.length)) - Number(one.slice(prefix.length)))
    .map((name) => join(folder, name) + after);
}

/**
 * @param {MachineProgram} program
 * @param {NodeJS.ProcessEnv} environment
 */
async function installProgram(program, environment) {
  await installPackages(program, environment);
  return findProgram(program, environment);
}

/**
 * Installs Debian packages where that can be done without asking anybody; elsewhere does nothing.
 *
 * @param {{ title: string, debianPackages: readonly string[] }} wanted
 * @param {NodeJS.ProcessEnv} environment
 */
export async function installPackages({ title, debianPackages }, environment) {
  if (!isRoot() || !hasApt(environment)) return;
  console.log(`Installing ${title} (apt-get install ${debianPackages.join(' ')})...`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await runProgram('apt-get', ['update'], { output: 'kept', env });
  const packages = ['install', '--yes', '--no-install-recommends', ...debianPackages];
  const installation = await runProgram('apt-get', packages, { output: 'kept', env });
  if (installation.exitCode !== 0) process.stderr.write(update.output + installation.output);
}

/**
 * @param {MachineProgram} program
 * @param {NodeJS.ProcessEnv} environment
 */
export function adviceFor(program, environment) {
  const asRoot = isRoot() ? '' : 'sudo ';
  const packages = program.debianPackages.join(' ');
  return hasApt(environment)
    ? `${program.title} is missing. Run: ${asRoot}apt-get update && ${asRoot}apt-get install --yes ${packages}`
    : `${program.title} is missing. Install it, then run: ${program.variable}=<path of the program> npm test`;
}

/** @param {NodeJS.ProcessEnv} environment */
function hasApt(environment) {
  return (environment.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, 'apt-get')));
}

function isRoot() {
  return process.getuid?.() === 0;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
