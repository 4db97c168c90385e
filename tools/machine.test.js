import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from './machine.js';

const lantern = {
  title: 'Lantern',
  variable: 'SOJOURN_LANTERN',
  names: ['lantern', 'lamp'],
  debianPackages: [],
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-machine-'));
  writeFileSync(join(folder, 'lamp'), '');
  chmodSync(join(folder, 'lamp'), 0o755);
  writeFileSync(join(folder, 'not-executable'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a program is found under a known name on PATH', () => {
  expect(findProgram(lantern, { PATH: folder })).toBe(join(folder, 'lamp'));
});

test('the variable goes before the known names', () => {
  const named = join(folder, 'lamp');
  expect(findProgram(lantern, { PATH: '', SOJOURN_LANTERN: named })).toBe(named);
});

test('a variable that names nothing to run is told, not passed over', () => {
  const environment = { PATH: folder, SOJOURN_LANTERN: join(folder, 'not-executable') };
  expect(() => findProgram(lantern, environment)).toThrow('SOJOURN_LANTERN');
});

test('a program that is nowhere is not found', () => {
  expect(findProgram(lantern, { PATH: '' })).toBeNull();
});

test('of the versions in folders of their own the newest is found, by number', () => {
  for (const version of ['9', '15', '16', 'backup']) {
    mkdirSync(join(folder, 'versions', version), { recursive: true });
    writeFileSync(join(folder, 'versions', version, 'lamp'), '');
    if (version !== '16') chmodSync(join(folder, 'versions', version, 'lamp'), 0o755);
  }
  const names = [join(folder, 'versions', '*', 'lamp')];
  expect(findProgram({ ...lantern, names }, { PATH: '' })).toBe(join(folder, 'versions', '15', 'lamp'));
  expect(findProgram({ ...lantern, names: [join(folder, 'nowhere', '*', 'lamp')] }, { PATH: '' })).toBeNull();
});
