import { posix } from 'node:path';
import { findImports } from './module-graph.js';
import { isScript, isTest } from './syntax.js';

/**
 * @typedef {import('./finding.js').SourceFile} SourceFile
 * @typedef {{ folder: string, name: string, dependencies: Set<string>, exports: string[] }} Workspace
 *   A folder with a package.json; `folder` is '' for the root.
 */

/**
 * Holds the packages apart: each knows of another only what that one exports, and only if it declared the dependency.
 *
 * @param {readonly SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}
 */
export function checkImports(files) {
  const workspaces = files.filter(({ path }) => posix.basename(path) === 'package.json').map(readWorkspace);
  return files.filter(isScript).flatMap((file) =>
    findImports(file).flatMap(({ specifier, line }) => {
      const objection = objectionTo(specifier, file, workspaces);
      return objection === null
        ? []
        : [{ file: file.path, line, message: `imports ${specifier}: ${objection}` }];
    }),
  );
}

/**
 * @param {SourceFile} file
 * @returns {Workspace}
 */
function readWorkspace({ path, text }) {
  const { name = '', dependencies = {}, devDependencies = {}, exports = {} } = JSON.parse(text);
  return {
    folder: posix.dirname(path).replace(/^\.$/, ''),
    name,
    dependencies: new Set([name, ...Object.keys(dependencies), ...Object.keys(devDependencies)]),
    exports: Object.keys(exports).map((subpath) => posix.join(name, subpath)),
  };
}

/**
 * @param {string} specifier
 * @param {SourceFile} file
 * @param {readonly Workspace[]} workspaces
 * @returns {string | null}  `null` when the import is in order.
 */
function objectionTo(specifier, file, workspaces) {
  const home = workspaceOf(file.path, workspaces);
  // A browser's import of an address that its own server answers.
  if (specifier.startsWith('/')) return null;
  if (specifier.startsWith('.')) return objectionToPath(specifier, file, home, workspaces);
  if (home.folder === 'packages/protocol' && !isTest(file)) return 'the protocol package imports nothing';
  if (specifier.startsWith('node:')) return null;

  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const owner = workspaces.find((workspace) => workspace.name === name);
  if (owner !== undefined && !owner.exports.includes(specifier)) return `${name} does not export that`;
  if (
    isFastify(name) &&
    home.folder === 'packages/server' &&
    !isBelow(file.path, 'packages/server/src/http')
  ) {
    return 'only http/ knows fastify';
  }
  // Test tools are declared once, at the root.
  const rootDependencies = workspaces.find((workspace) => workspace.folder === '')?.dependencies;
  const isDeclared = home.dependencies.has(name) || (isTest(file) && rootDependencies?.has(name));
  if (isDeclared || (owner !== undefined && home.folder === '')) return null;
  return `${posix.join(home.folder, 'package.json')} does not declare ${name}`;
}

/**
 * @param {string} specifier
 * @param {SourceFile} file
 * @param {Workspace} home
 * @param {readonly Workspace[]} workspaces
 * @returns {string | null}
 */
function objectionToPath(specifier, file, home, workspaces) {
  const target = posix.join(posix.dirname(file.path), specifier);
  const owner = workspaceOf(target, workspaces);
  if (owner.folder === home.folder) return null;
  // Tests, tools and the demo may look anywhere but into what is published; the parts of the demo belong together.
  const isPublished = isBelow(target, 'packages') || isBelow(target, 'apps');
  const isDemo = isBelow(file.path, 'examples') && isBelow(target, 'examples') && owner.folder === '';
  // What people are shown is proved from outside, as they start it.
  const isDemoUnderTest = isBelow(file.path, 'tests') && isBelow(target, 'examples');
  // A suite with packages of its own is still one of the tests, and runs as they do.
  const isAmongTests = isBelow(file.path, 'tests') && (isBelow(target, 'tests') || owner.folder === '');
  if (isDemo || isDemoUnderTest || isAmongTests || (home.folder === '' && !isPublished)) return null;
  return owner.folder === ''
    ? `it leaves ${home.folder}`
    : `it reaches into ${owner.folder}; import ${owner.name}`;
}

/**
 * @param {string} path
 * @param {readonly Workspace[]} workspaces
 * @returns {Workspace}  The innermost one.
 */
function workspaceOf(path, workspaces) {
  const around = workspaces.filter(({ folder }) => folder === '' || isBelow(path, folder));
  around.sort((a, b) => b.folder.length - a.folder.length);
  return around[0] ?? { folder: '', name: '', dependencies: new Set(), exports: [] };
}

/**
 * @param {string} path
 * @param {string} folder
 */
function isBelow(path, folder) {
  return path.startsWith(`${folder}/`);
}

/** @param {string} name */
function isFastify(name) {
  return name === 'fastify' || name.startsWith('@fastify/');
}
