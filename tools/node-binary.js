import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileFor, nodePackageFor } from './node-versions.js';
import { root } from './root.js';
import { runProgram } from './run-program.js';
import { ToolFailure } from './tool-failure.js';

/** Beside the demo's store, where git does not look. Deleting it only means that the binaries are fetched again. */
const CACHE = join(root, '.sojourn', 'node');

/** What the binary says of itself: its version, and whether it brings the SQLite driver that the suites are to run on. */
const INTRODUCTION =
  "import('node:sqlite').then(() => 'with', () => 'without').then((word) => console.log(process.versions.node, word))";

/**
 * The Node binary of a major version, fetched from npm where it is not in the cache yet.
 *
 * @param {string} major  Such as `22`.
 * @returns {Promise<{ path: string, version: string }>}
 * @throws {ToolFailure} It cannot be fetched or does not run here.
 */
export async function provideNode(major) {
  const packageName = nodePackageFor(process.platform, process.arch);
  const folder = join(CACHE, major);
  const path = join(folder, 'node_modules', packageName, nodeFileFor(process.platform));
  if (!existsSync(path)) await fetchNode(`${packageName}@${major}`, folder);

  const introduction = await runProgram(path, ['--no-warnings', '--eval', INTRODUCTION], { output: 'kept' });
  const [version = '', sqlite] = introduction.output.trim().split(' ');
  if (introduction.exitCode !== 0 || !version.startsWith(`${major}.`)) {
    process.stderr.write(introduction.output);
    throw new ToolFailure(`Node ${major}: ${path} does not run as Node ${major} here. Delete ${folder}.`);
  }
  // The store would fall back to the package that Node 20 needs, and the run would prove nothing about this version.
  if (sqlite !== 'with') throw new ToolFailure(`Node ${major}: ${version} has no node:sqlite.`);
  return { path, version };
}

/**
 * @param {string} specifier
 * @param {string} folder  Appears only when it is whole: an interrupted fetch must not look like one that ended.
 */
async function fetchNode(specifier, folder) {
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    // Without it npm would take the workspace above for the project to install into.
    writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
    const own = ['--prefix', partial, '--no-workspaces', '--no-package-lock', '--ignore-scripts'];
    const install = ['install', ...own, '--no-audit', '--no-fund', specifier];
    const { exitCode, output } = await runProgram('npm', install, { output: 'kept', cwd: partial });
    if (exitCode !== 0) {
      process.stderr.write(output);
      throw new ToolFailure(`${specifier} could not be fetched from npm; npm's output is above.`);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
