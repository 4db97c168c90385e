import { afterEach, expect, test } from 'vitest';
import { silenceSqliteWarning } from './sqlite-warning.js';

const { emitWarning } = process;
afterEach(() => {
  process.emitWarning = emitWarning;
});

test('only the words of Node on its SQLite driver are kept from standard error', () => {
  const told: string[] = [];
  process.emitWarning = (warning: string | Error) => {
    told.push(String(warning));
  };
  silenceSqliteWarning();
  process.emitWarning(
    'SQLite is an experimental feature and might change at any time',
    'ExperimentalWarning',
  );
  process.emitWarning('Another feature is an experimental feature', 'ExperimentalWarning');
  process.emitWarning('SQLite has something else to say');
  expect(told).toEqual(['Another feature is an experimental feature', 'SQLite has something else to say']);
});
