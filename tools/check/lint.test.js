import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../root.js';
import { checkLint } from './lint.js';

test('planted lint and format mistakes are found with file and line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-lint-'));
  try {
    copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
    writeFileSync(join(folder, '.gitignore'), 'node_modules/\n');
    writeFileSync(join(folder, 'linted.ts'), 'export const session: any = 1;\n');
    writeFileSync(join(folder, 'formatted.ts'), 'export const sid = "x"\n');
    const findings = await checkLint(folder);
    expect(findings).toHaveLength(2);
    expect(findings).toContainEqual({
      file: 'linted.ts',
      line: 1,
      message: expect.stringContaining('noExplicitAny'),
    });
    expect(findings).toContainEqual({
      file: 'formatted.ts',
      line: 1,
      message: expect.stringContaining('format'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
