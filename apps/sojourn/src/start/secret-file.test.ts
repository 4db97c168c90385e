import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSecretFile } from './secret-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a secret is made once, for its owner alone, and found again', () => {
  const database = join(folder, 'data', 'sojourn.db');
  const made = openSecretFile(database);
  expect(made).toMatchObject({ isNew: true, isExposed: false, file: `${database}.secret` });
  expect(statSync(made.file).mode & 0o777).toBe(0o600);
  const found = openSecretFile(database);
  expect(found.isNew).toBe(false);
  expect(found.secrets.current.kid).toBe(made.secrets.current.kid);
  found.forget();
  expect(existsSync(made.file)).toBe(true);
  made.forget();
  expect(existsSync(made.file)).toBe(false);
});

test('one that others can read is noticed', () => {
  const database = join(folder, 'sojourn.db');
  chmodSync(openSecretFile(database).file, 0o644);
  expect(openSecretFile(database).isExposed).toBe(true);
});
