import ts from 'typescript';
import { findInSyntax, isScript } from './syntax.js';

/** @typedef {import('./finding.js').Finding} Finding */

const PURE_NAME = /^(?:parse|decide|build)[A-Z]/;

/** Calls that read the clock, roll dice or leave the process, by the last word or words of what is called. */
const IMPURE_CALL =
  /(?:^|\.)(?:Date\.now|performance\.now|process\.hrtime(?:\.bigint)?|Math\.random|randomBytes|randomInt|randomUUID|randomFillSync|getRandomValues|fetch)$/;

/**
 * `parse…`, `decide…` and `build…` promise that the same arguments give the same answer, so that rules can be tested without
 * clocks and stores. This finds the ways to break that promise which can be seen in the function itself.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {Finding[]}
 */
export function checkPurity(files) {
  return files.filter(isScript).flatMap((file) =>
    findInSyntax(file, (node, at) => {
      const name = nameOfFunction(node);
      if (name === null || !PURE_NAME.test(name)) return [];
      return impuritiesIn(node).map((impurity) => ({
        ...at(`${name} must be pure, but ${impurity.what}`),
        line: impurity.line,
      }));
    }),
  );
}

/**
 * The name a reader would call this function by: its own, or that of the constant or property that holds it.
 *
 * @param {ts.Node} node
 * @returns {string | null}
 */
function nameOfFunction(node) {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isMethodSignature(node)) {
    return node.name?.getText() ?? null;
  }
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return null;
  const holder = node.parent;
  if (
    ts.isVariableDeclaration(holder) ||
    ts.isPropertyAssignment(holder) ||
    ts.isPropertyDeclaration(holder)
  ) {
    return holder.name.getText();
  }
  return null;
}

/**
 * @param {ts.Node} pureFunction
 * @returns {{ line: number, what: string }[]}
 */
function impuritiesIn(pureFunction) {
  const tree = pureFunction.getSourceFile();
  /** @type {{ line: number, what: string }[]} */
  const found = [];
  /** @param {ts.Node} node */
  const descend = (node) => {
    const what = impurityOf(node);
    if (what !== null)
      found.push({ line: tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1, what });
    ts.forEachChild(node, descend);
  };
  descend(pureFunction);
  return found;
}

/**
 * @param {ts.Node} node
 * @returns {string | null}
 */
function impurityOf(node) {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'it is async';
  if (node.kind === ts.SyntaxKind.AwaitKeyword || ts.isAwaitExpression(node)) return 'it awaits';
  if (ts.isTypeReferenceNode(node) && node.typeName.getText() === 'Promise') return 'it speaks of a Promise';
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) {
    return 'it reads the clock with new Date()';
  }
  if (ts.isCallExpression(node)) {
    const called = node.expression.getText().replaceAll('?.', '.').replace(/\s/g, '');
    if (called === 'Date') return 'it reads the clock with Date()';
    if (IMPURE_CALL.test(called)) return `it calls ${called}`;
  }
  return null;
}
