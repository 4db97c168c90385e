import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './machine.js';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { ToolFailure } from './tool-failure.js';

/** Beside the demo's store, where git does not look. Deleting it only means that everything is installed again. */
export const CACHE = join(root, '.sojourn', 'foreign');

const suites = join(root, 'tests', 'foreign');

/**
 * What one language's suite needs.
 *
 * @typedef {object} Toolchain
 * @property {string} name  Of its folder in tests/foreign, of its suite there, and of its place in the cache.
 * @property {string} title
 * @property {readonly string[]} files  What must be there, each the name of a program on PATH or an absolute path.
 * @property {readonly string[]} debianPackages
 * @property {readonly string[]} manifests  Files of its folder that say what is to be installed or compiled.
 * @property {(folder: string) => readonly (readonly string[])[]} installation  Commands that install it into its place in the
 *   cache; they run in its folder.
 */

const OWN_GO_PROGRAMS = ['desk', 'post', 'api'];

/** @type {readonly Toolchain[]} */
export const toolchains = [
  {
    name: 'python',
    title: 'Python',
    files: ['python3'],
    debianPackages: ['python3', 'python3-venv'],
    manifests: ['requirements.txt', 'constraints.txt'],
    installation: (folder) => [
      ['python3', '-m', 'venv', folder],
      [
        ...[join(folder, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check'],
        ...['--requirement', 'requirements.txt', '--constraint', 'constraints.txt'],
      ],
    ],
  },
  {
    name: 'go',
    title: 'Go',
    files: ['go'],
    debianPackages: ['golang-go'],
    manifests: [
      'go.mod',
      'go.sum',
      ...OWN_GO_PROGRAMS.map((name) => `${name}/main.go`),
      'sessions/sessions.go',
    ],
    installation: (folder) => [
      ['go', 'build', '-mod=readonly', '-o', `${folder}/`, ...OWN_GO_PROGRAMS.map((name) => `./${name}`)],
      ['env', `GOBIN=${folder}`, 'go', 'install', 'github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6'],
    ],
  },
  {
    name: 'apache',
    title: 'Apache with mod_auth_openidc',
    files: ['/usr/sbin/apache2', '/usr/lib/apache2/modules/mod_auth_openidc.so'],
    debianPackages: ['apache2-bin', 'libapache2-mod-auth-openidc'],
    manifests: [],
    installation: () => [],
  },
];

/**
 * What `npm run test:foreign -- python go -t refresh` asks for: languages first, all where none is named; the rest is for
 * vitest.
 *
 * @param {readonly string[]} given
 * @returns {{ wanted: Toolchain[], vitestArguments: string[] }}
 * @throws {ToolFailure} A language is named that has no suite.
 */
export function parseForeignArguments(given) {
  const end = given.findIndex((argument) => argument.startsWith('-'));
  const names = end === -1 ? given : given.slice(0, end);
  const unknown = names.find((name) => toolchains.every((toolchain) => toolchain.name !== name));
  if (unknown !== undefined) {
    const known = toolchains.map(({ name }) => name).join(', ');
    throw new ToolFailure(`"${unknown}" has no suite; expected one of ${known}.`);
  }
  const wanted = toolchains.filter(({ name }) => names.length === 0 || names.includes(name));
  return { wanted, vitestArguments: end === -1 ? [] : given.slice(end) };
}

/**
 * Finds a toolchain on this machine, or installs it where that can be done without asking anybody (root on Debian).
 *
 * @param {Toolchain} toolchain
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string[]>} What is missing still: names of programs, or paths.
 */
export async function findMissing(toolchain, environment) {
  const missing = () => toolchain.files.filter((file) => !isThere(file, environment));
  if (missing().length > 0) await installPackages(toolchain, environment);
  return missing();
}

/**
 * Installs what a suite needs into the cache, unless the manifests are those of the last time.
 *
 * @param {Toolchain} toolchain
 * @throws {ToolFailure} A command failed; its output is on standard error.
 */
export async function install({ name, title, manifests, installation }) {
  const cwd = join(suites, name);
  const folder = join(CACHE, name);
  const stamp = join(folder, '.installed');
  const wanted = stampOf(manifests.map((file) => readFileSync(join(cwd, file), 'utf8')));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`Installing what the ${title} suite needs...`);
  mkdirSync(folder, { recursive: true });
  for (const [command = '', ...commandArguments] of installation(folder)) {
    const { exitCode, output } = await runProgram(command, commandArguments, { output: 'kept', cwd });
    if (exitCode === 0) continue;
    process.stderr.write(output);
    throw new ToolFailure(`${title}: ${command} failed; its output is above.`);
  }
  writeFileSync(stamp, wanted);
}

/** @param {readonly string[]} texts */
function stampOf(texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @param {NodeJS.ProcessEnv} environment
 */
function isThere(file, environment) {
  if (file.startsWith('/')) return existsSync(file);
  return (environment.PATH ?? '').split(':').some((folder) => existsSync(join(folder, file)));
}
