import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../root.js';

/**
 * The working tree as it is, uncommitted changes included, in a folder of its own that may be changed.
 *
 * @returns {{ folder: string, remove: () => void }}
 */
export function makeCheckoutCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-mutants-'));
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { verbatimSymlinks: true, preserveTimestamps: true });
  }
  for (const built of ['packages/protocol', 'packages/server', 'apps/sojourn'])
    cpSync(join(root, built, 'dist'), join(folder, built, 'dist'), {
      recursive: true,
      preserveTimestamps: true,
    });
  const packages = new Set(files.map(dirname).filter((path) => existsSync(join(root, path, 'package.json'))));
  for (const path of packages) linkPackages(join(root, path), join(folder, path));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Installed packages are shared. A link to a package of the workspace is made again, so that it leads into the copy.
 *
 * @param {string} from
 * @param {string} to
 */
function linkPackages(from, to) {
  const packages = join(from, 'node_modules');
  if (!existsSync(packages)) return;
  mkdirSync(join(to, 'node_modules'), { recursive: true });
  for (const name of readdirSync(packages)) {
    const inside = name.startsWith('@')
      ? readdirSync(join(packages, name)).map((member) => join(name, member))
      : [name];
    if (name.startsWith('@')) mkdirSync(join(to, 'node_modules', name), { recursive: true });
    for (const member of inside) {
      const path = join(packages, member);
      const target = lstatSync(path).isSymbolicLink() ? readlinkSync(path) : path;
      symlinkSync(target, join(to, 'node_modules', member));
    }
  }
}
