/**
 * A change of one line, as a careless engineer or an attacker would make it, and what must notice.
 *
 * @typedef {object} Mutant
 * @property {string} file  Path from the root.
 * @property {string} find  Text that stands in the file exactly once.
 * @property {string} replace
 * @property {string} breaks  The sentence that is untrue then.
 * @property {readonly string[]} tests  Test files of which at least one fails then.
 */

/**
 * What is wrong with an entry. A list that no longer says what the sources are is worth nothing, so each is an error.
 *
 * @param {Mutant} mutant
 * @param {(path: string) => string | null} read  A file's text; `null` where there is none.
 * @returns {string[]}
 */
export function findStaleness({ file, find, replace, tests }, read) {
  const source = read(file);
  const places = source === null ? 0 : source.split(find).length - 1;
  const problems = [];
  if (source === null) problems.push('the file is not there');
  else if (places !== 1) problems.push(`its text stands there ${places} times`);
  if (find === replace) problems.push('it changes nothing');
  for (const test of tests) if (read(test) === null) problems.push(`${test} is not there`);
  if (tests.length === 0) problems.push('no test is named');
  return problems;
}

/**
 * @param {Mutant} mutant
 * @param {string} source  In which its text stands once.
 * @returns {string}
 */
export function buildMutated({ find, replace }, source) {
  // By a function: in a text, `$` would have a meaning.
  return source.replace(find, () => replace);
}

/**
 * The mutants to run: those whose file, sentence or replacement holds a text, and of these every n-th.
 *
 * @param {readonly Mutant[]} mutants
 * @param {{ only: string, shard: { index: number, count: number } }} choice  `only` is empty for all; `index` from 1.
 * @returns {Mutant[]}
 */
export function chooseMutants(mutants, { only, shard }) {
  return mutants
    .filter(({ file, breaks, replace }) => [file, breaks, replace].some((text) => text.includes(only)))
    .filter((_, position) => position % shard.count === shard.index - 1);
}

/** @param {Mutant} mutant */
export function formatMutant({ file, replace, breaks }) {
  return `${breaks}\n    ${file}\n    ${replace.trim().split('\n').join('\n    ')}`;
}
