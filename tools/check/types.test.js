import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../root.js';
import { checkTypes, parseCompilerOutput } from './types.js';

test('a planted type error is found with its line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-types-'));
  try {
    const settings = {
      extends: join(root, 'tsconfig.check.json'),
      compilerOptions: { types: [], rootDir: folder },
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...settings, include: ['*'] }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'planted.ts'), "\nexport const port: number = '4400';\n");
    writeFileSync(join(folder, 'planted-too.js'), '/** @type {number} */\nexport const port = "4400";\n');
    expect(await checkTypes(join(folder, 'tsconfig.json'))).toEqual([
      {
        file: expect.stringContaining('planted-too.js'),
        line: 2,
        message: expect.stringContaining('TS2322'),
      },
      { file: expect.stringContaining('planted.ts'), line: 2, message: expect.stringContaining('TS2322') },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a compiler that cannot even start is a finding', async () => {
  expect(await checkTypes('there-is-no-such.json')).toHaveLength(1);
});

test('explanations below an error are not findings of their own', () => {
  const output = "a.ts(3,7): error TS2322: Type 'A' is not assignable.\n  Property 'b' is missing.\n";
  expect(parseCompilerOutput(output)).toEqual([
    { file: 'a.ts', line: 3, message: "TS2322: Type 'A' is not assignable." },
  ]);
});
