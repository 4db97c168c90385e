import ts from 'typescript';
import { findInSyntax, isScript, isTest } from './syntax.js';

const TEST_FUNCTIONS = ['it', 'test', 'describe', 'suite', 'bench'];
const OLD_SPELLINGS = ['xit', 'xtest', 'xdescribe', 'fit', 'ftest', 'fdescribe'];
const UNRUN_MODIFIERS = ['skip', 'only', 'todo', 'skipIf', 'runIf'];

/**
 * Finds tests that do not run, or that keep others from running. The run itself counts them too; here they have a line.
 *
 * @param {readonly import('./finding.js').SourceFile[]} files
 * @returns {import('./finding.js').Finding[]}
 */
export function checkUnrunTests(files) {
  return files
    .filter((file) => isScript(file) && isTest(file))
    .flatMap((file) =>
      findInSyntax(file, (node, at) => {
        if (!ts.isCallExpression(node)) return [];
        const [base = '', ...modifiers] = wordsOfCall(node.expression);
        const isTestCall = TEST_FUNCTIONS.includes(base);
        const isUnrun =
          OLD_SPELLINGS.includes(base) ||
          (isTestCall && (modifiers.some(isUnrunWord) || node.arguments.some(hasUnrunOption)));
        return isUnrun ? [at('a skipped or focused test: every test runs, or it is not there')] : [];
      }),
    );
}

/**
 * The words of what is called: `test`, `concurrent`, `skip` for `test.concurrent.skip`.
 *
 * @param {ts.Expression} expression
 * @returns {string[]}
 */
function wordsOfCall(expression) {
  if (ts.isIdentifier(expression)) return [expression.text];
  if (ts.isPropertyAccessExpression(expression)) {
    return [...wordsOfCall(expression.expression), expression.name.text];
  }
  // `test.skipIf(slow)(…)` is found at its inner call; looking deeper here would find it twice.
  return [];
}

/** @param {string} word */
function isUnrunWord(word) {
  return UNRUN_MODIFIERS.includes(word);
}

/** @param {ts.Expression} argument */
function hasUnrunOption(argument) {
  return (
    ts.isObjectLiteralExpression(argument) &&
    argument.properties.some((property) => isUnrunWord(property.name?.getText() ?? ''))
  );
}
