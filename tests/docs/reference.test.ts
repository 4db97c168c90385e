import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const TOOL = fileURLToPath(new URL('../../tools/docs.js', import.meta.url));

test('the reference is what the schemas say, and the files of clients are those that were tried; npm run docs writes both', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [TOOL, '--check'], { encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({
    stdout: 'The guide is what its sources say.\n',
    stderr: '',
    status: 0,
  });
});

test('no page of the guide repeats what the reference lists', () => {
  for (const name of ['run-sojourn.md', 'tenant-file.md']) {
    const guide = readFileSync(new URL(`../../docs/guide/${name}`, import.meta.url), 'utf8');
    expect(guide, name).not.toMatch(/^\| `--|SOJOURN_\w+` \||^\| `(?:tenant|clients\[\])\.sojourn`/m);
  }
});
