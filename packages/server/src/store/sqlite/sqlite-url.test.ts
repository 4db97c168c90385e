import { expect, test } from 'vitest';
import { parseSqliteUrl } from './sqlite-url.js';

test.each([
  ['sqlite:data/sojourn.db', { file: 'data/sojourn.db' }],
  ['sqlite::memory:', { file: ':memory:' }],
  ['sqlite:data/sojourn.db?writer=thread', { file: 'data/sojourn.db', writer: 'thread' }],
  ['sqlite:data/sojourn.db?writer=main', { file: 'data/sojourn.db', writer: 'main' }],
  ['sqlite:', null],
  ['sqlite:?writer=main', null],
  ['mysql:data', null],
])('%s', (url, named) => {
  expect(parseSqliteUrl(url)).toEqual(named);
});

test.each([
  'sqlite:data/sojourn.db?writer=worker',
  'sqlite:data/sojourn.db?writer=main&mode=ro',
  'sqlite:data/sojourn.db?',
  'sqlite:data/sojourn.db?writer=main\n',
  'sqlite::memory:?writer=thread',
])('%j is refused', (url) => {
  expect(parseSqliteUrl(url)).toEqual({ expected: expect.stringContaining('expected') });
});
