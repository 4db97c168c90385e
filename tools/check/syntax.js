import ts from 'typescript';

/** @typedef {import('./finding.js').SourceFile} SourceFile */

/** @param {SourceFile} file */
export function isScript(file) {
  return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(file.path);
}

/** @param {SourceFile} file */
export function isTest(file) {
  return /^tests\/|\.test\.[jt]s$/.test(file.path);
}

/**
 * Visits every node of a script, outermost first, those of its JSDoc too: in JavaScript that is where types stand.
 *
 * @param {SourceFile} file
 * @param {(node: ts.Node, at: (message: string) => import('./finding.js').Finding) => import('./finding.js').Finding[]} visit
 *   `at` makes a finding on the line where the node begins.
 */
export function findInSyntax(file, visit) {
  const tree = parseOnce(file);
  /** @type {import('./finding.js').Finding[]} */
  const findings = [];
  /** @param {ts.Node} node */
  const descend = (node) => {
    const line = () => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
    findings.push(...visit(node, (message) => ({ file: file.path, line: line(), message })));
    docsOf(node).forEach(descend);
    ts.forEachChild(node, descend);
  };
  descend(tree);
  return findings;
}

/** @param {ts.Node & { readonly jsDoc?: readonly ts.JSDoc[] }} node */
function docsOf({ jsDoc = [] }) {
  return jsDoc;
}

/**
 * Most checks look at the same files, and to parse them takes longest.
 *
 * @type {WeakMap<SourceFile, ts.SourceFile>}
 */
const parsed = new WeakMap();

/** @param {SourceFile} file */
function parseOnce(file) {
  const before = parsed.get(file);
  if (before !== undefined) return before;
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  parsed.set(file, tree);
  return tree;
}
