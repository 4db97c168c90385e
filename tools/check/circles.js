import { posix } from 'node:path';
import { findImports } from './module-graph.js';
import { isScript } from './syntax.js';

/**
 * Finds files that import each other in a circle, types included: none of them can be read, moved or tested without the
 * others.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}  One for each import that leads back to its own file.
 */
export function checkCircles(files) {
  const scripts = files.filter(isScript);
  const paths = new Set(scripts.map(({ path }) => path));
  const edges = new Map(scripts.map((file) => [file.path, edgesOf(file, paths)]));
  return scripts.flatMap(({ path }) =>
    (edges.get(path) ?? []).flatMap(({ target, line }) => {
      const way = findWay(target, path, edges);
      return way === null
        ? []
        : [{ file: path, line, message: `is imported by what it imports: ${[path, ...way].join(' → ')}` }];
    }),
  );
}

/**
 * @param {import('./finding.js').SourceFile} file
 * @param {ReadonlySet<string>} paths
 * @returns {{ target: string, line: number }[]}
 */
function edgesOf(file, paths) {
  return findImports(file).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return [];
    const named = posix.join(posix.dirname(file.path), specifier);
    const target = [named, named.replace(/js(x?)$/, 'ts$1')].find((path) => paths.has(path));
    return target === undefined ? [] : [{ target, line }];
  });
}

/**
 * @param {string} from
 * @param {string} to
 * @param {ReadonlyMap<string, readonly { target: string }[]>} edges
 * @returns {string[] | null}  The shortest way, both ends included; `null` where there is none.
 */
function findWay(from, to, edges) {
  /** @type {Map<string, string | null>} */
  const cameFrom = new Map([[from, null]]);
  for (const path of cameFrom.keys()) {
    if (path === to) return wayBack(path, cameFrom);
    for (const { target } of edges.get(path) ?? []) {
      if (!cameFrom.has(target)) cameFrom.set(target, path);
    }
  }
  return null;
}

/**
 * @param {string} end
 * @param {ReadonlyMap<string, string | null>} cameFrom
 */
function wayBack(end, cameFrom) {
  const way = [];
  for (let path = /** @type {string | null | undefined} */ (end); path; path = cameFrom.get(path))
    way.unshift(path);
  return way;
}
