import ts from 'typescript';
import { findInSyntax } from './syntax.js';

/**
 * What a script imports: by `import`, `export … from`, `import(…)`, or as a type.
 *
 * @param {import('./finding.js').SourceFile} file
 * @returns {readonly { specifier: string, line: number }[]}
 */
export function findImports(file) {
  return findInSyntax(file, (node, at) => {
    const specifier = specifierOf(node);
    return specifier === null ? [] : [at(specifier)];
  }).map(({ message, line }) => ({ specifier: message, line }));
}

/**
 * The module that a piece of syntax names.
 *
 * @param {ts.Node} node
 * @returns {string | null}
 */
function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)
      ? node.moduleSpecifier.text
      : null;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return ts.isStringLiteral(node.argument.literal) ? node.argument.literal.text : null;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments;
    return specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : null;
  }
  return null;
}
