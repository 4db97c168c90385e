import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildMutated, chooseMutants, findStaleness, type Mutant } from '../../tools/mutants/mutant.js';
import { startMutantRunner } from '../../tools/mutants/mutant-runner.js';
import { root } from '../../tools/root.js';
import { MUTANTS } from './list.js';

const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null);

test('each mutant of the list is one place of the sources, and names tests that are there', () => {
  const stale = MUTANTS.flatMap((mutant) =>
    findStaleness(mutant, read).map((problem) => `${mutant.breaks} (${mutant.file}): ${problem}`),
  );
  expect(stale).toEqual([]);
});

test('no sentence is broken by two', () => {
  const sentences = MUTANTS.map(({ breaks }) => breaks);
  expect(sentences.filter((sentence, index) => sentences.indexOf(sentence) !== index)).toEqual([]);
  expect(sentences.length).toBeGreaterThanOrEqual(150);
});

const A_MUTANT: Mutant = {
  file: 'a.ts',
  find: 'one < two',
  replace: 'one <= $&two',
  breaks: 'one is less',
  tests: ['a.test.ts'],
};

test.each<[string, Partial<Mutant>, Record<string, string>, string]>([
  ['its file moved', {}, { 'a.test.ts': '' }, 'the file is not there'],
  ['its line was changed', {}, { 'a.ts': 'two > one', 'a.test.ts': '' }, 'its text stands there 0 times'],
  [
    'its line has a twin',
    {},
    { 'a.ts': 'one < two; one < two', 'a.test.ts': '' },
    'its text stands there 2 times',
  ],
  ['its test moved', {}, { 'a.ts': 'one < two' }, 'a.test.ts is not there'],
  ['it is none', { replace: 'one < two' }, { 'a.ts': 'one < two', 'a.test.ts': '' }, 'it changes nothing'],
  ['nobody is to notice', { tests: [] }, { 'a.ts': 'one < two' }, 'no test is named'],
])('an entry is stale where %s', (_name, change, files, problem) => {
  expect(findStaleness({ ...A_MUTANT, ...change }, (path) => files[path] ?? null)).toEqual([problem]);
});

test('one that is not stale changes its place alone, to the letter', () => {
  const source = 'if (one < two) return;';
  expect(findStaleness(A_MUTANT, () => source)).toEqual([]);
  expect(buildMutated(A_MUTANT, source)).toBe('if (one <= $&two) return;');
});

test('the parts of a list are the list', () => {
  const list = Array.from({ length: 7 }, (_, index) => ({ ...A_MUTANT, breaks: `sentence ${index}` }));
  const parts = [1, 2, 3].map((index) => chooseMutants(list, { only: '', shard: { index, count: 3 } }));
  expect(parts.map((part) => part.length)).toEqual([3, 2, 2]);
  expect(new Set(parts.flat())).toEqual(new Set(list));
  expect(chooseMutants(list, { only: 'sentence 4', shard: { index: 1, count: 1 } })).toEqual([list[4]]);
});

test('a mutant is run and killed, and its place is as it was afterwards', async () => {
  const { SOJOURN_POSTGRES: postgres } = process.env;
  const runner = startMutantRunner(postgres === undefined ? {} : { SOJOURN_POSTGRES: postgres });
  try {
    const [mutant] = chooseMutants(MUTANTS, { only: SHORT_ONE, shard: { index: 1, count: 1 } });
    if (mutant === undefined) throw new Error(`the list has lost "${SHORT_ONE}"`);
    expect((await runner.run(mutant)).failed).toMatch(/./);
    expect(await runner.runUnchanged(mutant.tests)).toEqual({ failed: null, ran: expect.any(Number) });
  } finally {
    runner.close();
  }
});

/** Of a function that loads nothing, judged by a test that waits for nothing. */
const SHORT_ONE = 'a repeated parameter is refused';
