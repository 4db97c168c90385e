import ts from 'typescript';
import { findInSyntax, isScript, isTest } from './syntax.js';

/** What is published, or is read by who builds on it. */
const SOURCES = /^(?:packages|apps)\/[^/]+\/src\//;

/**
 * Finds exports without a docstring. Whoever imports something reads its docstring, not its body.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}
 */
export function checkDocstrings(files) {
  const sources = files.filter((file) => isScript(file) && SOURCES.test(file.path) && !isTest(file));
  return sources.flatMap((file) =>
    findInSyntax(file, (node, at) => {
      const name = nameOfExport(node);
      return name === null || hasDocstring(node) ? [] : [at(`${name} is exported without a docstring`)];
    }),
  );
}

/**
 * What a declaration exports under a name of its own; what is only passed on has its docstring where it is declared.
 *
 * @param {ts.Node} node
 * @returns {string | null}
 */
function nameOfExport(node) {
  if (!ts.canHaveModifiers(node)) return null;
  const isExported = ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return null;
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  }
  return 'name' in node && node.name !== undefined
    ? /** @type {ts.Node} */ (node.name).getText()
    : 'the default';
}

/**
 * Words count, whether of the whole or of a parameter or result.
 *
 * @param {ts.Node} node
 */
function hasDocstring(node) {
  return ts
    .getJSDocCommentsAndTags(node)
    .flatMap((doc) => (ts.isJSDoc(doc) ? [doc, ...(doc.tags ?? [])] : []))
    .some(({ comment }) => (ts.getTextOfJSDocComment(comment) ?? '').trim() !== '');
}
